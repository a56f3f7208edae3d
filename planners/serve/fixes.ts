import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Fix } from '../../src/result/plan.ts'
import { round } from '../round.ts'
import type { Candidate } from './incumbents.ts'
import type { Miss } from './near-misses.ts'
import type { ServeRequest } from './request.ts'
import { runServe } from './run.ts'

/** A single change of the scenario that may make a plan possible. */
export interface Relaxation {
  /** The setting that is changed, e.g. `context`. */
  readonly setting: string
  /**
   * The best plan with the smallest change of this setting that has one, or null.
   * @param plan plans a request
   * @param miss the configuration that came closest, which may say how far to go
   */
  attempt(plan: (request: ServeRequest) => Candidate | null, miss: Miss | undefined): Candidate | null
  /** What is changed, for a machine and for a person. */
  describe(found: Candidate): { change: Fix['change']; text: string }
}

/** A change with the cheapest plan that it makes possible. */
export interface Remedy {
  readonly setting: string
  readonly change: Fix['change']
  readonly text: string
  readonly found: Candidate
}

/** How many fixes are worth reading. */
const FIXES = 3

/** The cheapest single changes that make a plan possible, each verified by planning it; cheapest plan first. */
export function remediesFor(catalog: Catalog, relaxations: readonly Relaxation[], miss: Miss | undefined): Remedy[] {
  const plan = (request: ServeRequest): Candidate | null =>
    runServe({ ...request, objective: 'cost', alternatives: 0 }, catalog, false).best
  const remedies: Remedy[] = []
  for (const relaxation of relaxations) {
    const found = relaxation.attempt(plan, miss)
    if (found !== null) remedies.push({ setting: relaxation.setting, ...relaxation.describe(found), found })
  }
  return remedies.sort((a, b) => a.found.assignment.usdPerHour - b.found.assignment.usdPerHour).slice(0, FIXES)
}

/** The remedies as differences to the configuration that came closest. */
export function fixesOf(remedies: readonly Remedy[], miss: Miss): Fix[] {
  return remedies.map(({ change, text, found }) => {
    const { usdPerHour } = found.assignment
    return {
      change,
      text,
      usd_per_hour: round(usdPerHour),
      cost_delta_usd_per_hour: round(usdPerHour - miss.candidate.assignment.usdPerHour),
    }
  })
}
