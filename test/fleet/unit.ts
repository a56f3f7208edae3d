import type { Member, NodeKind, Unit } from '../../planners/fleet/placement.ts'
import type { ReplicaOption } from '../../planners/supply/replica-option.ts'

export const NODE: NodeKind = {
  id: 'node',
  gpu: 'h100',
  link: 'nvlink4',
  gpusPerNode: 8,
  networkGbitPerSecond: null,
  nodes: null,
  usdPerHour: 1,
}

/** A replica of a workload called as the unit, or of `workload`, that carries a part of it. */
export function unitOf(id: string, gpus: number, more: { workload?: string; role?: 'load' | 'spare' } = {}): Unit {
  const option = { gpusPerReplica: gpus, capacity: 1 } as ReplicaOption
  return {
    id,
    kind: NODE,
    gpus,
    wholeNodes: 0,
    paidShare: null,
    most: 99,
    members: [{ workload: more.workload ?? id, amount: 1, role: more.role ?? 'load', option, sharers: 1 }],
  }
}

/** A replica that carries a part of a workload: its capacity is that part. */
export function loadOf(workload: string, amount: number): Member {
  return { workload, amount, role: 'load', option: { capacity: amount } as ReplicaOption, sharers: 1 }
}
