import type { Catalog } from '../../src/catalog/catalog.ts'
import type { TrainResult } from '../../src/result/train.ts'
import { round } from '../round.ts'
import { byCloseness, type CloseMiss, ClosestBranches, violationsOf } from '../search/near-miss.ts'
import type { Constraint } from '../search/space.ts'
import type { TrainAssignment } from './assignment.ts'
import { type TrainCandidate, trainKey } from './incumbents.ts'
import { trainPlanOf } from './plan.ts'
import type { TrainRequest } from './request.ts'
import { load, pay, prepare } from './system.ts'

export type TrainMiss = CloseMiss<TrainCandidate>
type NearMiss = TrainResult['near_misses'][number]

/** Constraints whose violation has a size that a person can act on. */
const MEASURABLE = new Set(['memory', 'deadline', 'budget', 'host_memory', 'max_instances'])

/** How much of a branch was bound when it died. */
export type Bound = 'states' | 'parallelism' | 'batch'

/** The branches that died closest to a limit: for each constraint, GPU and method the one with the smallest violation. */
export class TrainNearMisses {
  readonly #request: TrainRequest
  readonly #catalog: Catalog
  readonly #closest = new ClosestBranches<TrainAssignment>()

  constructor(request: TrainRequest, catalog: Catalog) {
    this.#request = request
    this.#catalog = catalog
  }

  consider(a: TrainAssignment, constraint: Constraint<TrainAssignment>, violation: number, bound: Bound): void {
    if (!MEASURABLE.has(constraint.name) || constraint.limit === undefined) return
    const limit = constraint.limit(a)
    if (!(limit > 0) || !Number.isFinite(violation)) return
    // A bound on the states is missed by less than the exact limit: it must not take the place of exact misses.
    const slot = `${constraint.name} ${a.machine.gpu.id} ${a.method}${bound === 'states' ? ' states' : ''}`
    const key = [
      a.gpus,
      a.machine.offers[0]!.offer.id,
      a.optimizer,
      a.zeroStage,
      a.offload,
      bound === 'states' ? '' : a.checkpointing,
      a.tensorParallel,
      a.pipelineParallel,
      bound === 'batch' ? a.microBatch : 0,
    ]
    this.#closest.consider(slot, violation / limit, key, () => this.#completed(a, bound))
  }

  /** A copy with everything bound that memory and time need. */
  #completed(a: TrainAssignment, bound: Bound): TrainAssignment {
    const assignment = a.snapshot()
    if (bound === 'states') {
      // The last keeps least, as the smallest micro-batch does.
      assignment.checkpointing = this.#request.checkpointings.at(-1) ?? 'none'
      prepare(this.#request, this.#catalog, assignment)
    }
    if (bound !== 'batch') {
      assignment.microBatch = this.#request.microBatches[0] ?? 1
      load(this.#request, assignment)
    }
    return assignment
  }

  /**
   * The closest misses.
   * @param limits `below`: only those that cost less, US dollars a run; `most`: how many
   */
  list(
    constraints: readonly Constraint<TrainAssignment>[],
    limits: { readonly below: number; readonly most: number },
  ): TrainMiss[] {
    const misses: TrainMiss[] = []
    for (const a of this.#closest.assignments()) {
      if (a.time === null || a.memoryResult === undefined) continue
      a.priced = a.machine.offers[0]!
      pay(this.#request, this.#catalog, a)
      const missed = violationsOf(constraints, a)
      if (missed === null || missed.violations.length === 0 || a.usdPerRun >= limits.below) continue
      misses.push({ candidate: { assignment: a, key: trainKey(this.#request, a) }, ...missed })
    }
    return misses.sort(byCloseness).slice(0, limits.most)
  }
}

export function trainNearMissOf(
  request: TrainRequest,
  miss: TrainMiss,
  fixes: NearMiss['fixes'],
  explain: boolean,
): NearMiss {
  return {
    plan: trainPlanOf(request, miss.candidate, explain),
    violations: miss.violations.map((missed) => ({ ...missed, by: round(missed.by) })),
    fixes,
  }
}
