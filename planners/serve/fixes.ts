import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Fix } from '../../src/result/plan.ts'
import type { Candidate } from './incumbents.ts'
import type { Miss } from './near-misses.ts'
import { round } from './plan.ts'
import type { ServeRequest } from './request.ts'
import { runServe } from './run.ts'

/** A single change of the scenario that may make a plan possible. */
export interface Relaxation {
  /** What is changed, for a person: "context 24,576 instead of 32,768". */
  describe(found: Candidate): { change: Fix['change']; text: string }
  /** The request with the change; tried in this order, the first that has a plan counts. */
  readonly requests: Iterable<ServeRequest>
}

/** How many fixes are worth reading. */
const FIXES = 3

/** The cheapest single changes that make a plan possible, each verified by planning it. */
export function fixesFor(catalog: Catalog, miss: Miss, relaxations: readonly Relaxation[]): Fix[] {
  const fixes: Fix[] = []
  for (const relaxation of relaxations) {
    for (const relaxed of relaxation.requests) {
      const found = runServe({ ...relaxed, objective: 'cost', alternatives: 0 }, catalog, false).best
      if (found === null) continue
      const { change, text } = relaxation.describe(found)
      const { usdPerHour } = found.assignment
      fixes.push({
        change,
        text,
        usd_per_hour: round(usdPerHour),
        cost_delta_usd_per_hour: round(usdPerHour - miss.candidate.assignment.usdPerHour),
      })
      break
    }
  }
  return fixes.sort((a, b) => a.usd_per_hour - b.usd_per_hour).slice(0, FIXES)
}
