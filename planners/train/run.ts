import type { Catalog } from '../../src/catalog/catalog.ts'
import { type SearchCounts, search } from '../search/branch-and-bound.ts'
import type { Constraint } from '../search/space.ts'
import { TrainAssignment } from './assignment.ts'
import { trainBound } from './bound.ts'
import { type TrainCandidate, TrainIncumbents } from './incumbents.ts'
import { TrainNearMisses } from './near-misses.ts'
import type { TrainRequest } from './request.ts'
import { trainSpace } from './space.ts'

/** What one search of a request's space found. */
export interface TrainRun {
  readonly best: TrainCandidate | null
  readonly alternatives: readonly TrainCandidate[]
  readonly front: readonly TrainCandidate[]
  readonly counts: SearchCounts
  readonly nearMisses: TrainNearMisses
  readonly constraints: readonly Constraint<TrainAssignment>[]
}

/** Searches the whole space of a request. */
export function runTrain(request: TrainRequest, catalog: Catalog, exhaustive: boolean): TrainRun {
  const space = trainSpace(request, catalog)
  const names = space.variables.map((variable) => variable.name)
  const batchLevel = names.indexOf('micro_batch')
  const preparedLevel = names.indexOf('activation_checkpointing')
  const incumbents = new TrainIncumbents(request)
  const nearMisses = new TrainNearMisses(request, catalog)
  const counts = search(space, new TrainAssignment(), {
    exhaustive,
    bound: trainBound(request, catalog, incumbents, names),
    accept: (a) => incumbents.accept(a),
    reject: (a, level, constraint, violation) =>
      nearMisses.consider(
        a,
        constraint,
        violation,
        level >= batchLevel ? 'batch' : level >= preparedLevel ? 'parallelism' : 'states',
      ),
  })
  const [best, ...alternatives] = incumbents.ranked()
  return {
    best: best ?? null,
    alternatives,
    front: incumbents.front(),
    counts,
    nearMisses,
    constraints: space.constraints,
  }
}
