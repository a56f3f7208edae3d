import type { PlanOptions } from '../../planners/index.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { asOfDay } from './common-flags.ts'
import type { Flags, FlagTable } from './flags.ts'
import { networkFlags } from './network-flags.ts'

/** Names as in the scenario schema, which is not loaded for help. */
const OBJECTIVES = ['cost', 'cost_per_token', 'time', 'latency', 'gpus', 'energy'] as const

/** Flags of the commands that plan scenarios. */
export const planningFlags: FlagTable = {
  top: { value: 'N', describe: 'Alternatives shown (5)' },
  exhaustive: { describe: 'No pruning: slower, the same answer' },
  set: { value: 'PATH=VALUE', describe: 'Change a key of the scenario; repeatable' },
  objective: { value: 'NAME', describe: `${OBJECTIVES.join(', ')} (the scenario's, else cost)`, choices: OBJECTIVES },
  ...networkFlags,
}

/** More alternatives than a person reads; keeps the search from being asked to rank everything. */
const MOST_ALTERNATIVES = 1000

/** What the flags ask of the planner. */
export function planOptionsOf(flags: Flags): PlanOptions {
  const top = flags.whole('top', 0)
  if (top !== undefined && top > MOST_ALTERNATIVES)
    throw inputError(`--top takes at most ${MOST_ALTERNATIVES}, got ${top}`)
  return {
    asOf: asOfDay(flags),
    set: flags.texts('set'),
    objective: flags.choice('objective', OBJECTIVES),
    top,
    exhaustive: flags.switch('exhaustive'),
    explain: flags.switch('explain'),
  }
}
