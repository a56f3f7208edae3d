import type { ReplicaOption } from '../supply/replica-option.ts'

/** Machines of one shape that a fleet has or may rent. */
export interface NodeKind {
  readonly id: string
  readonly gpu: string
  /** How the GPUs of a node are joined; null for a single GPU, on which a replica of one runs whatever its link. */
  readonly link: string | null
  readonly gpusPerNode: number
  /** Gbit/s between nodes; null = unknown, so no replica spans nodes. */
  readonly networkGbitPerSecond: number | null
  /** Most nodes in use at once. */
  readonly nodes: number
  /** What a node in use costs and an idle one does not: the rent, or the electricity of an owned one. */
  readonly usdPerHour: number
}

/** A serving workload: what its replicas must carry together, and how one can run. */
export interface Demand {
  readonly id: string
  /** In the unit of the options' capacity. */
  readonly capacity: number
  readonly options: readonly ReplicaOption[]
}

/** Most GPUs of some kinds of node in use together: a provider's limit. */
export interface Quota {
  readonly id: string
  readonly kinds: readonly string[]
  readonly gpus: number
}

export interface FleetQuestion {
  readonly kinds: readonly NodeKind[]
  readonly demands: readonly Demand[]
  readonly quotas: readonly Quota[]
}

/** Replicas of one workload, alike in everything, on nodes of one kind. */
export interface Placed {
  readonly demand: Demand
  readonly option: ReplicaOption
  readonly kind: NodeKind
  readonly replicas: number
}

/**
 * Nodes that one replica takes whole; 0 where it shares a node with others; null where it cannot stand on the kind. A tensor-parallel
 * group never splits over nodes; larger replicas spread whole groups over a known network and share their nodes with no other, as
 * `packReplicas` has it for one workload.
 */
export function nodesSpanned(option: ReplicaOption, kind: NodeKind): number | null {
  const { gpusPerReplica, gpusTogether } = option
  const isJoined = option.link === kind.link || (gpusPerReplica === 1 && kind.link === null)
  if (option.gpu !== kind.gpu || !isJoined || gpusTogether > kind.gpusPerNode) return null
  if (gpusPerReplica <= kind.gpusPerNode) return 0
  if (kind.networkGbitPerSecond === null || kind.gpusPerNode % gpusTogether !== 0) return null
  return Math.ceil(gpusPerReplica / kind.gpusPerNode)
}
