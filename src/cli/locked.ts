import { type PlanOptions, type PlanResult, planText } from '../../planners/index.ts'
import { modelOf } from '../../planners/model.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { STDIN_NAME } from '../io/files.ts'
import { narrowed } from '../lock/narrowed.ts'
import { driftNotes, verifyPlan, verifyScenario } from '../lock/verify.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { parseSingle } from '../scenario/single.ts'
import type { Flags } from './flags.ts'
import { entryFor, readLockFile } from './lock-files.ts'
import { LOCK_FILE } from './locked-flags.ts'
import { packageVersion } from './version.ts'

/** Plans scenarios as they were locked. */
export interface LockedPlanner {
  plan(scenario: string, text: string, catalog: Catalog, options: PlanOptions): PlanResult
  /** What differs from the run that was locked, in sentences. */
  notes(catalog: Catalog): string[]
}

/**
 * The planner that `--locked` asks for, or null without it.
 * @throws InputError for a lock file that cannot be read.
 */
export function lockedPlanner(flags: Flags): LockedPlanner | null {
  const named = flags.text('lock-file')
  if (named === undefined && !flags.switch('locked')) return null
  const lockFile = named ?? LOCK_FILE
  const lock = readLockFile(lockFile)
  return {
    plan: (scenario, text, catalog, options) => {
      if (scenario === STDIN_NAME) throw inputError('a scenario on standard input is in no lock file')
      const entry = entryFor(lock, scenario, lockFile)
      // Ages of prices and deadlines given as dates count from the day of the lock.
      const then = { ...options, asOf: lock.as_of, top: 0 }
      const objective = options.objective === undefined ? [] : [`objective=${options.objective}`]
      const given = [...(options.set ?? []), ...objective]
      const located = parseSingle(text, scenario, catalog, given, then.asOf)
      verifyScenario(entry, located, modelOf(located.scenario.model, catalog), lockFile)
      const { set, catalog: one } = narrowed(entry, catalog, lockFile)
      const result = planText(text, scenario, one, { ...then, set: [...given, ...set] })
      verifyPlan(entry, result, lockFile)
      return result
    },
    notes: (catalog) => driftNotes(lock, catalog, packageVersion()).map((note) => `${lockFile}: ${note}`),
  }
}
