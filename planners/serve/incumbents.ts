import { emptySpeed, type ServingSpeed } from '../../src/performance/serving.ts'
import { ParetoFront } from '../search/pareto.ts'
import { compareKeys, GroupRanking, type SortKey } from '../search/ranking.ts'
import type { ServeAssignment } from './assignment.ts'
import type { Objective, ServeRequest } from './request.ts'

/** A feasible configuration with the load that its replicas see at the busiest hour. */
export interface Candidate {
  readonly assignment: ServeAssignment
  /** Requests in flight on one replica at the busiest hour. */
  readonly concurrency: number
  readonly speed: ServingSpeed
  readonly key: SortKey
}

/** Plans differ for a reader when the GPU or the weight format differs; the best of each such group stands for it. */
export function groupOf(a: ServeAssignment): string {
  return `${a.board.gpu.id} ${a.quantization.id}`
}

/** The best plans so far, by objective and on the front of dollars an hour against seconds a request. */
export class Incumbents {
  readonly #request: ServeRequest
  readonly #ranking: GroupRanking<Candidate>
  readonly #front = new ParetoFront<Candidate>((a, b) => compareKeys(a.key, b.key) < 0)
  readonly #speed = emptySpeed()

  constructor(request: ServeRequest) {
    this.#request = request
    this.#ranking = new GroupRanking(request.alternatives + 1)
  }

  /** True when nothing with at least this objective, this cost and this latency can enter the result. */
  ruleOut(group: string, objective: number, usdPerHour: number, requestSeconds: number): boolean {
    return this.#ranking.rulesOut(group, objective) && this.#front.dominates(usdPerHour, requestSeconds)
  }

  /** A feasible assignment: settles the load of the busiest hour and keeps the plan if it is among the best. */
  accept(a: ServeAssignment): void {
    const speed = this.#speed
    const concurrency = operatingConcurrency(this.#request, a, speed)
    a.performance.at(concurrency, speed)
    const objective = objectiveOf(this.#request, a, speed)
    const key = sortKey(objective, a, speed)
    let kept: Candidate | undefined
    const keep = (): Candidate => {
      kept ??= { assignment: a.snapshot(), concurrency, speed: { ...speed }, key }
      return kept
    }
    this.#ranking.offer(groupOf(a), key, keep)
    this.#front.add(a.usdPerHour, speed.requestSeconds, keep)
  }

  ranked(): Candidate[] {
    return this.#ranking.ranked()
  }

  front(): Candidate[] {
    return this.#front.points.map((point) => point.value)
  }
}

/** Requests in flight on one loaded replica at the busiest hour. */
export function operatingConcurrency(request: ServeRequest, a: ServeAssignment, scratch: ServingSpeed): number {
  const { peak } = request
  if ('inFlight' in peak) return Math.min(a.maxConcurrency, Math.max(1, Math.ceil(peak.inFlight / a.loadedReplicas)))
  return a.performance.concurrencyFor(peak.requestsPerSecond / a.loadedReplicas, a.maxConcurrency, scratch)
}

/** What the scenario wants least of. */
export function objectiveOf(request: ServeRequest, a: ServeAssignment, speed: ServingSpeed): number {
  const objectives: Record<Objective, () => number> = {
    cost: () => a.usdPerHour,
    // At full load: what a token costs at least on these machines.
    cost_per_token: () => a.usdPerHour / (a.loadedReplicas * a.full.outputTokensPerSecond),
    time: () => speed.requestSeconds,
    latency: () => speed.requestSeconds,
    gpus: () => a.gpusPaid,
    energy: () => a.gpusPaid * (a.board.gpu.power_watts ?? Number.POSITIVE_INFINITY),
  }
  return objectives[request.objective]()
}

/**
 * Order of plans: objective, then cost, fewer GPUs, lower latency, smaller quality loss, then catalog ids, so that the order
 * of files and lists never decides. Between plans that differ only in the cap on concurrency the larger cap wins.
 */
export function sortKey(objective: number, a: ServeAssignment, speed: ServingSpeed): SortKey {
  return [
    objective,
    a.usdPerHour,
    a.gpusPaid,
    speed.requestSeconds,
    a.lossPercent,
    a.priced.offer.id,
    a.priced.pricing,
    a.engineEntry.id,
    a.quantization.id,
    a.kv.id,
    a.tensorParallel,
    a.pipelineParallel,
    a.expertParallel,
    -a.maxConcurrency,
  ]
}
