import type { Catalog } from '../src/catalog/catalog.ts'
import type { TrainResult } from '../src/result/train.ts'
import { resultVersion } from '../src/result/version.ts'
import { trainCalibration } from './calibrated.ts'
import { catalogOf, refusingReasons, searchOf } from './outcome.ts'
import { missBySetting } from './search/near-miss.ts'
import { headroomSentence } from './train/accuracy.ts'
import { type TrainRemedy, trainFixes } from './train/fixes.ts'
import { trainNearMissOf } from './train/near-misses.ts'
import { trainPlanOf } from './train/plan.ts'
import type { TrainRequest } from './train/request.ts'
import { runTrain } from './train/run.ts'
import { trainWarnings } from './train/warnings.ts'

export interface TrainOptions {
  readonly exhaustive?: boolean
  readonly explain?: boolean
  readonly assumptions?: readonly string[]
  readonly warnings?: readonly string[]
  /** Finds single changes of the scenario; asked only when nothing fits. */
  readonly remedies?: () => TrainRemedy[]
}

const NEAR_MISSES = 3
/** What misses a limit by more than this share of it is not near. */
const NEAR_SHARE = 0.5

/**
 * The cheapest way to train or fine-tune a model: every method, optimizer, machine, number of machines, parallelism, ZeRO stage,
 * offload, recomputation and micro-batch that the request admits, searched exactly.
 */
export function planTrain(request: TrainRequest, catalog: Catalog, options: TrainOptions = {}): TrainResult {
  const explain = options.explain ?? false
  const run = runTrain(request, catalog, options.exhaustive ?? false)
  const best = run.best === null ? null : trainPlanOf(request, run.best, explain)
  const comparable = best === null || request.objective === 'cost'
  const below = run.best?.assignment.usdPerRun ?? Number.POSITIVE_INFINITY
  const listed = comparable ? run.nearMisses.list(run.constraints, { below, most: NEAR_MISSES }) : []
  const misses = listed.filter((miss, index) => miss.share <= NEAR_SHARE || (best === null && index === 0))
  const remedies = best === null ? (options.remedies?.() ?? []) : []
  if (misses.length === 0 && remedies[0] !== undefined) misses.push(missBySetting(remedies[0], run.constraints))
  return {
    version: resultVersion,
    kind: 'train',
    scenario: request.name,
    status: best === null ? 'infeasible' : 'optimal',
    objective: request.objective,
    best,
    alternatives: run.alternatives.map((candidate) => trainPlanOf(request, candidate, explain)),
    pareto: run.front.map((candidate) => trainPlanOf(request, candidate, false)),
    near_misses: misses.map((miss, index) =>
      trainNearMissOf(request, miss, index === 0 ? trainFixes(remedies, miss) : [], explain),
    ),
    search: searchOf(run.counts),
    assumptions: [
      ...(options.assumptions ?? []),
      ...headroomSentence(request, run.best?.assignment ?? null),
      ...trainCalibration(request, catalog, run.best?.assignment ?? null),
      ...(run.best === null || request.hours !== null
        ? []
        : run.best.assignment.reliability.assumptions(run.best.assignment.computeHours)),
    ],
    warnings: [...(options.warnings ?? []), ...(run.best === null ? [] : trainWarnings(request, run.best))],
    constraints: refusingReasons(run.constraints, run.counts),
    catalog: catalogOf(catalog, request.offers),
  }
}
