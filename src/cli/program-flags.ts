import type { ProgramOptions } from '../../planners/index.ts'
import { readText } from '../io/files.ts'
import { RESULT_BYTES } from '../limits.ts'
import { InputError, inputError } from '../scenario/diagnostic.ts'
import { readJson } from '../scenario/json.ts'
import type { Flags, FlagTable } from './flags.ts'

/** Names as the solvers call themselves; the short ones are for fingers. */
const SOLVERS = ['highs', 'javascript-lp-solver', 'jslp'] as const

/** Flags of scenarios that are solved as mixed-integer programs: fleets and forecasts. */
export const programFlags: FlagTable = {
  'time-limit': { value: 'SECONDS', describe: 'Fleet, forecast: the best found by then, with its gap (60)' },
  gap: {
    value: 'SHARE',
    describe: 'Fleet, forecast: stop where nothing can be cheaper by more than this (0.1%, large ones 1%)',
  },
  solver: { value: 'NAME', describe: `Fleet, forecast: ${SOLVERS.join(', ')} (by size)`, choices: SOLVERS },
  from: { value: 'FILE', describe: 'Fleet: an earlier JSON result; changes as little as the same cost allows' },
}

/** What the flags ask of the solver. */
export function programOptionsOf(flags: Flags): ProgramOptions {
  const timeLimitSeconds = flags.seconds('time-limit')
  const gap = flags.share('gap')
  if (gap === 1) throw inputError('--gap takes a share below 1, as 0.01 or 1%')
  const solver = flags.choice('solver', SOLVERS)
  const from = flags.text('from')
  return {
    timeLimitSeconds,
    gap,
    solver: solver === 'jslp' ? 'javascript-lp-solver' : solver,
    from: from === undefined ? undefined : { file: from, value: jsonOf(from) },
  }
}

function jsonOf(file: string): unknown {
  const text = readText(file, RESULT_BYTES)
  try {
    return readJson(text, file)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw inputError('the file is not JSON', { position: { file }, hint: 'save one with --format json --output FILE' })
  }
}
