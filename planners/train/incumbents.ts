import { ParetoFront } from '../search/pareto.ts'
import { compareKeys, GroupRanking, type SortKey } from '../search/ranking.ts'
import type { TrainAssignment } from './assignment.ts'
import type { TrainRequest } from './request.ts'

export interface TrainCandidate {
  readonly assignment: TrainAssignment
  readonly key: SortKey
}

/** Plans differ for a reader when the GPU, the method or the optimizer differs; the best of each such group stands for it. */
export function groupOf(a: TrainAssignment): string {
  return `${a.machine.gpu.id} ${a.method} ${a.optimizer}`
}

/** The best plans so far, by objective and on the front of hours against dollars. */
export class TrainIncumbents {
  readonly #request: TrainRequest
  readonly #ranking: GroupRanking<TrainCandidate>
  readonly #front = new ParetoFront<TrainCandidate>((a, b) => compareKeys(a.key, b.key) < 0)

  constructor(request: TrainRequest) {
    this.#request = request
    this.#ranking = new GroupRanking(request.alternatives + 1)
  }

  /** True when nothing with at least this objective, these dollars and these hours can enter the result. */
  ruleOut(group: string, objective: number, usd: number, hours: number): boolean {
    return this.#ranking.rulesOut(group, objective) && this.#front.dominates(usd, hours)
  }

  accept(a: TrainAssignment): void {
    const key = trainKey(this.#request, a)
    let kept: TrainCandidate | undefined
    const keep = (): TrainCandidate => {
      kept ??= { assignment: a.snapshot(), key }
      return kept
    }
    this.#ranking.offer(groupOf(a), key, keep)
    this.#front.add(a.usdPerRun, a.hours, keep)
  }

  ranked(): TrainCandidate[] {
    return this.#ranking.ranked()
  }

  front(): TrainCandidate[] {
    return this.#front.points.map((point) => point.value)
  }
}

/** What the scenario wants least of. */
function objectiveOf(request: TrainRequest, a: TrainAssignment): number {
  switch (request.objective) {
    case 'cost':
      return a.usdPerRun
    case 'time':
      return a.hours
    case 'gpus':
      return a.gpus
    case 'energy':
      return a.gpus * a.hours * (a.machine.gpu.power_watts ?? Number.POSITIVE_INFINITY)
  }
}

/** Objective, then cost, fewer GPUs, fewer hours, then the simpler configuration and ids, so that order never decides. */
export function trainKey(request: TrainRequest, a: TrainAssignment): SortKey {
  return [
    objectiveOf(request, a),
    a.usdPerRun,
    a.gpus,
    a.hours,
    a.priced.offer.id,
    a.priced.pricing,
    a.method,
    a.loraRank,
    a.optimizer,
    a.zeroStage,
    a.offload,
    a.checkpointing,
    a.tensorParallel,
    a.pipelineParallel,
    a.virtualPipeline,
    a.contextParallel,
    a.expertParallel,
    a.microBatch,
  ]
}
