import type { Plan } from '../../src/result/plan.ts'

/**
 * One way to run a replica of a serving workload on a kind of GPU, whatever machine it stands in: what fleets place on nodes and forecasts
 * buy by the month.
 */
export interface ReplicaOption {
  readonly gpu: string
  /** How the GPUs of a replica are joined. */
  readonly link: string
  readonly gpusPerReplica: number
  /** GPUs that must stand in one machine: a tensor-parallel group never splits. */
  readonly gpusTogether: number
  /** May stand on several machines: the engine does that, and what each GPU then holds more of fits too. */
  readonly maySpan: boolean
  /** What a full replica carries within the targets: requests a second, or requests in flight where the workload states those. */
  readonly capacity: number
  /** What one GPU of the replica holds, bytes: two small replicas may share a GPU. */
  readonly memoryBytes: number
  readonly lossPercent: number
  readonly configuration: Plan['configuration']
}

/**
 * The options that no other one beats: on the same kind of GPU a replica that carries at least as much, on no more GPUs, in no more of
 * their memory and on as many kinds of machines. Equal ones: the first by loss, then by order.
 */
export function nonDominated(options: readonly ReplicaOption[]): ReplicaOption[] {
  const kept: ReplicaOption[] = []
  for (const option of [...options].sort(byWorth)) {
    if (!kept.some((other) => dominates(other, option))) kept.push(option)
  }
  return kept
}

function dominates(a: ReplicaOption, b: ReplicaOption): boolean {
  return (
    a.gpu === b.gpu &&
    a.link === b.link &&
    a.gpusTogether <= b.gpusTogether &&
    a.gpusPerReplica <= b.gpusPerReplica &&
    (a.maySpan || !b.maySpan) &&
    a.capacity >= b.capacity &&
    a.memoryBytes <= b.memoryBytes
  )
}

/** An option never dominates one before it: most capacity on fewest GPUs first. */
function byWorth(a: ReplicaOption, b: ReplicaOption): number {
  return (
    compare(a.gpu, b.gpu) ||
    compare(a.link, b.link) ||
    a.gpusPerReplica - b.gpusPerReplica ||
    b.capacity - a.capacity ||
    a.memoryBytes - b.memoryBytes ||
    a.gpusTogether - b.gpusTogether ||
    Number(b.maySpan) - Number(a.maySpan) ||
    a.lossPercent - b.lossPercent ||
    compare(JSON.stringify(a.configuration), JSON.stringify(b.configuration))
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
