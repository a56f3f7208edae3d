import type { Catalog } from '../../src/catalog/catalog.ts'
import { emptySpeed } from '../../src/performance/serving.ts'
import type { NearMiss, Violation } from '../../src/result/plan.ts'
import { compareKeys, type SortKey } from '../search/ranking.ts'
import type { Constraint } from '../search/space.ts'
import type { ServeAssignment } from './assignment.ts'
import { type Candidate, objectiveOf, operatingConcurrency, sortKey } from './incumbents.ts'
import { planOf, round } from './plan.ts'
import type { ServeRequest } from './request.ts'
import { load, place, prepare, replicate } from './space.ts'

/** A configuration that misses the scenario, with every limit it misses. */
export interface Miss {
  readonly candidate: Candidate
  readonly violations: readonly Violation[]
  /** The largest violation as a share of its limit. */
  readonly share: number
}

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
  readonly #closest = new Map<string, { share: number; key: SortKey; assignment: ServeAssignment }>()

  constructor(request: ServeRequest, catalog: Catalog) {
    this.#request = request
    this.#catalog = catalog
  }

  /** A branch died: the variables up to its level are bound, the violated constraint needs no more. */
  consider(a: ServeAssignment, constraint: Constraint<ServeAssignment>, violation: number, bound: Bound): void {
    if (!MEASURABLE.has(constraint.name) || constraint.limit === undefined) return
    const limit = constraint.limit(a)
    if (!(limit > 0) || !Number.isFinite(violation)) return
    const share = violation / limit
    // One replica and several are kept apart: the closest in memory is often the one that needs too many GPUs.
    const { peak } = this.#request
    const alone = bound === 'concurrency' && 'inFlight' in peak && a.maxConcurrency >= peak.inFlight
    const slot = `${constraint.name} ${a.board.gpu.id} ${alone}`
    const known = this.#closest.get(slot)
    if (known !== undefined && share > known.share) return
    const degrees = [a.tensorParallel, a.pipelineParallel, bound === 'degrees' ? 0 : a.expertParallel]
    const key = [a.quantization.id, a.kv.id, ...degrees, bound === 'concurrency' ? a.maxConcurrency : 0]
    if (known !== undefined && share === known.share && compareKeys(key, known.key) >= 0) return
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
    this.#closest.set(slot, { share, key, assignment })
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
    for (const { assignment } of this.#closest.values()) {
      const miss = complete(this.#request, constraints, assignment)
      if (miss !== null && miss.candidate.assignment.usdPerHour < limits.below) misses.push(miss)
    }
    return misses
      .sort(
        (x, y) =>
          x.violations.length - y.violations.length ||
          x.share - y.share ||
          compareKeys(x.candidate.key, y.candidate.key),
      )
      .slice(0, limits.most)
  }
}

/** Puts an assignment on its cheapest offer and lists what it misses; null where something refuses it altogether. */
export function complete(
  request: ServeRequest,
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
  a.usdPerHour = least

  const missed = violationsOf(constraints, a)
  if (missed === null || missed.violations.length === 0) return null
  const speed = emptySpeed()
  const concurrency = operatingConcurrency(request, a, speed)
  a.performance.at(concurrency, speed)
  const key = sortKey(objectiveOf(request, a, speed), a, speed)
  return { candidate: { assignment: a, concurrency, speed, key }, ...missed }
}

/** Every limit that an assignment misses, and the largest miss relative to its limit; null where something refuses it. */
export function violationsOf(
  constraints: readonly Constraint<ServeAssignment>[],
  a: ServeAssignment,
): { violations: Violation[]; share: number } | null {
  const violations: Violation[] = []
  let share = 0
  for (const constraint of constraints) {
    const by = constraint.violation(a)
    if (by <= 0) continue
    if (!Number.isFinite(by)) return null
    if (violations.some((known) => known.constraint === constraint.name)) continue
    violations.push({ constraint: constraint.name, by: round(by), unit: constraint.unit })
    share = Math.max(share, by / (constraint.limit?.(a) ?? by))
  }
  return { violations, share }
}

export function nearMissOf(request: ServeRequest, miss: Miss, fixes: NearMiss['fixes'], explain: boolean): NearMiss {
  return { plan: planOf(request, miss.candidate, explain), violations: [...miss.violations], fixes }
}
