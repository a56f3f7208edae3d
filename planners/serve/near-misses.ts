import type { Catalog } from '../../src/catalog/catalog.ts'
import { emptySpeed } from '../../src/performance/serving.ts'
import type { NearMiss } from '../../src/result/plan.ts'
import { round } from '../round.ts'
import { byCloseness, type CloseMiss, ClosestBranches, violationsOf } from '../search/near-miss.ts'
import type { Constraint } from '../search/space.ts'
import type { ServeAssignment } from './assignment.ts'
import { type Candidate, objectiveOf, operatingConcurrency, sortKey } from './incumbents.ts'
import { planOf } from './plan.ts'
import type { ServeRequest } from './request.ts'
import { load, place, prepare, replicate, serveSpace, settleMemory, shapeRefusal } from './space.ts'

/** A configuration that misses the scenario, with every limit it misses. */
export type Miss = CloseMiss<Candidate>

/** How much of a branch was bound when it died: tensor and pipeline degrees, all degrees, or the concurrency too. */
export type Bound = 'degrees' | 'parallelism' | 'concurrency'

/** Constraints whose violation has a size that a person can act on. */
const MEASURABLE = new Set(['memory', 'ttft', 'tpot', 'prompt_queue', 'max_gpus', 'max_instances'])

/**
 * Collects, while the search runs, the branches that died closest to a limit: for each constraint and GPU the one with the
 * smallest relative violation. They are completed and checked against every constraint only when the search is over.
 */
export class NearMisses {
  readonly #request: ServeRequest
  readonly #catalog: Catalog
  readonly #closest = new ClosestBranches<ServeAssignment>()

  constructor(request: ServeRequest, catalog: Catalog) {
    this.#request = request
    this.#catalog = catalog
  }

  /** A branch died: the variables up to its level are bound, the violated constraint needs no more. */
  consider(a: ServeAssignment, constraint: Constraint<ServeAssignment>, violation: number, bound: Bound): void {
    if (!MEASURABLE.has(constraint.name) || constraint.limit === undefined) return
    const limit = constraint.limit(a)
    if (!(limit > 0) || !Number.isFinite(violation)) return
    // What no machine of the market can hold is not close, whatever its figures.
    if (!a.board.offers.some(({ offer }) => shapeRefusal(a, offer) === null)) return
    const share = violation / limit
    const slot = `${constraint.name} ${a.board.gpu.id} ${bound === 'concurrency' && this.#isFewGpus(a)}`
    const degrees = [a.tensorParallel, a.pipelineParallel, bound === 'degrees' ? 0 : a.expertParallel]
    const formats = [a.engineEntry.id, a.quantization.id, a.kv.id]
    const key = [...formats, ...degrees, bound === 'concurrency' ? a.maxConcurrency : 0]
    this.#closest.consider(slot, share, key, () => this.#completed(a, bound))
  }

  /**
   * The closest in memory or time is often one of many small replicas that need too many GPUs together: it is kept apart from those that
   * do not. Of requests in flight one replica may hold all; of a rate, replicas that fit were counted when they were loaded.
   */
  #isFewGpus(a: ServeAssignment): boolean {
    const { peak, maxGpus } = this.#request
    return 'inFlight' in peak
      ? a.maxConcurrency >= peak.inFlight
      : a.memoryResult.fits && a.replicas * a.gpusPerReplica <= maxGpus
  }

  /** A copy with everything bound that speed and memory need. */
  #completed(a: ServeAssignment, bound: Bound): ServeAssignment {
    const assignment = a.snapshot()
    if (bound === 'degrees') {
      assignment.expertParallel = this.#request.expertParallel[0] ?? 1
      prepare(this.#request, this.#catalog, assignment)
    }
    if (bound !== 'concurrency') {
      assignment.maxConcurrency = this.#request.maxConcurrency[0] ?? 1
      load(this.#request, assignment)
    }
    replicate(this.#request, assignment)
    return assignment
  }

  /**
   * The closest misses, smallest relative violation first, then cheapest.
   * @param limits `below`: only those that cost less, US dollars an hour: what the winner has to be compared with; `most`: how many
   */
  list(
    constraints: readonly Constraint<ServeAssignment>[],
    limits: { readonly below: number; readonly most: number },
  ): Miss[] {
    const misses: Miss[] = []
    for (const assignment of this.#closest.assignments()) {
      const miss = complete(this.#request, this.#catalog, constraints, assignment)
      if (miss !== null && miss.candidate.assignment.usdPerHour < limits.below) misses.push(miss)
    }
    return misses.sort(byCloseness).slice(0, limits.most)
  }
}

/** Puts an assignment on its cheapest offer and lists what it misses; null where something refuses it altogether. */
export function complete(
  request: ServeRequest,
  catalog: Catalog,
  constraints: readonly Constraint<ServeAssignment>[],
  a: ServeAssignment,
): Miss | null {
  let cheapest: ServeAssignment['priced'] | null = null
  let least = Number.POSITIVE_INFINITY
  for (const priced of a.board.offers) {
    place(a, priced.offer)
    const usdPerHour = a.instances * priced.usdPerHour
    if (a.refusal !== null || usdPerHour >= least) continue
    least = usdPerHour
    cheapest = priced
  }
  if (cheapest === null) return null
  a.priced = cheapest
  place(a, cheapest.offer)
  settleMemory(request, catalog, a)
  a.usdPerHour = least
  // Replicas that crawl, under the traffic of a planet: no count that a number holds.
  if (!Number.isSafeInteger(a.gpusPaid)) return null

  const missed = violationsOf(constraints, a)
  if (missed === null || missed.violations.length === 0) return null
  return { candidate: candidateOf(request, a), ...missed }
}

/** A configuration that was found for a changed request, as it does under this one: what another context made of it is worked out again. */
export function underRequest(request: ServeRequest, catalog: Catalog, found: Candidate): Candidate {
  const a = found.assignment.snapshot()
  for (const { compute } of serveSpace(request, catalog).derivations) compute(a)
  replicate(request, a)
  place(a, a.priced.offer)
  a.usdPerHour = a.instances * a.priced.usdPerHour
  return candidateOf(request, a)
}

function candidateOf(request: ServeRequest, a: ServeAssignment): Candidate {
  const speed = emptySpeed()
  const concurrency = operatingConcurrency(request, a, speed)
  a.performance.at(concurrency, speed)
  return { assignment: a, concurrency, speed, key: sortKey(objectiveOf(request, a, speed), a, speed) }
}

export function nearMissOf(request: ServeRequest, miss: Miss, fixes: NearMiss['fixes'], explain: boolean): NearMiss {
  return {
    plan: planOf(request, miss.candidate, explain),
    violations: miss.violations.map((missed) => ({ ...missed, by: round(missed.by) })),
    fixes,
  }
}
