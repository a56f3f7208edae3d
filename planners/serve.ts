import type { Catalog } from '../src/catalog/catalog.ts'
import type { ServeResult } from '../src/result/plan.ts'
import { resultVersion } from '../src/result/version.ts'
import { serveCalibration } from './calibrated.ts'
import { catalogOf, refusingReasons, searchOf } from './outcome.ts'
import { missBySetting } from './search/near-miss.ts'
import { headroomSentence } from './serve/accuracy.ts'
import { fixesOf, type Relaxation, remediesFor, untriedWarning } from './serve/fixes.ts'
import { nearMissOf, underRequest } from './serve/near-misses.ts'
import { planOf } from './serve/plan.ts'
import type { ServeRequest } from './serve/request.ts'
import { runServe } from './serve/run.ts'
import { warningsFor } from './serve/warnings.ts'

export interface ServeOptions {
  /** No pruning by bounds: slower, same answer. */
  readonly exhaustive?: boolean
  /** Formulas with their numbers in the memory terms and the speed. */
  readonly explain?: boolean
  /** Sentences that the scenario's defaults and the catalog gave. */
  readonly assumptions?: readonly string[]
  readonly warnings?: readonly string[]
  /** Single changes of the scenario, tried when nothing fits. */
  readonly relaxations?: readonly Relaxation[]
}

/** What misses a limit by more than this share of it is not near. */
const NEAR_SHARE = 0.5

/** How many configurations that just miss are shown. */
const NEAR_MISSES = 3

/**
 * The cheapest way to serve a model: every engine release, weight and KV format, GPU, parallelism, concurrency and machine that
 * the request admits, searched exactly.
 */
export function planServe(request: ServeRequest, catalog: Catalog, options: ServeOptions = {}): ServeResult {
  const explain = options.explain ?? false
  const run = runServe(request, catalog, options.exhaustive ?? false)
  const best = run.best === null ? null : planOf(request, run.best, explain)
  // Beside a winner only what would have been cheaper is of interest; without one everything that came close.
  const comparable = best === null || request.objective === 'cost'
  const below = run.best?.assignment.usdPerHour ?? Number.POSITIVE_INFINITY
  const listed = comparable ? run.nearMisses.list(run.constraints, { below, most: NEAR_MISSES }) : []
  // Without a plan the closest configuration is shown however far it is.
  const misses = listed.filter((miss, index) => miss.share <= NEAR_SHARE || (best === null && index === 0))
  const tried = remediesFor(catalog, best === null ? (options.relaxations ?? []) : [], misses[0])
  const { remedies } = tried
  const [cheapest] = remedies
  if (misses.length === 0 && cheapest !== undefined) {
    misses.push(missBySetting({ ...cheapest, found: underRequest(request, catalog, cheapest.found) }, run.constraints))
  }
  const nearMisses = misses.map((miss, index) =>
    nearMissOf(request, miss, index === 0 ? fixesOf(remedies, miss) : [], explain),
  )
  return {
    version: resultVersion,
    kind: 'serve',
    scenario: request.name,
    status: best === null ? 'infeasible' : 'optimal',
    objective: request.objective,
    best,
    alternatives: run.alternatives.map((candidate) => planOf(request, candidate, explain)),
    pareto: run.front.map((candidate) => planOf(request, candidate, false)),
    near_misses: nearMisses,
    search: searchOf(run.counts),
    assumptions: [
      ...(options.assumptions ?? []),
      ...headroomSentence(request, run.best?.assignment ?? null),
      ...serveCalibration(request, run.best?.assignment ?? null),
    ],
    warnings: [
      ...(options.warnings ?? []),
      ...untriedWarning(tried),
      ...(run.best === null ? [] : warningsFor(request, run.best)),
    ],
    constraints: refusingReasons(run.constraints, run.counts),
    catalog: catalogOf(catalog, request.offers),
  }
}
