import type { ReplicaOption } from '../supply/replica-option.ts'
import type { RunOption } from '../supply/training.ts'

/** Nodes of a kind without a number of its own: as many as a scenario can ask for of any. Every node is seated and listed by itself. */
export const MOST_NODES = 10_000

/** Far more units of a sort than there can be GPUs for: programs have no numbers for ever more of them. */
export const MOST_UNITS = 1e12

/** Machines of one shape that a fleet has or may rent. */
export interface NodeKind {
  readonly id: string
  readonly gpu: string
  /** How the GPUs of a node are joined; null for a single GPU, on which a replica of one runs whatever its link. */
  readonly link: string | null
  readonly gpusPerNode: number
  /** Gbit/s between nodes; null = unknown, so no replica spans nodes. */
  readonly networkGbitPerSecond: number | null
  /** Most nodes in use at once; null = as many as it takes. */
  readonly nodes: number | null
  /** What a node in use costs and an idle one does not: the rent, or the electricity of an owned one. */
  readonly usdPerHour: number
}

/** What a workload asks of the placement. */
export interface Need {
  readonly workload: string
  /** Replicas beside those that carry the load, each able to replace any of them, on nodes without another of the workload. */
  readonly spares: number
}

/** A workload's part in a unit. */
export type Member = {
  readonly workload: string
  /** Part of all that the workload asks for; a spare carries nothing. */
  readonly amount: number
} & (
  | { readonly role: 'load' | 'spare'; readonly option: ReplicaOption; readonly sharers: number }
  | { readonly role: 'run'; readonly option: RunOption }
)

/** What is put on nodes of a kind as one piece, any number of times: a replica, several on one GPU, or a training run. */
export interface Unit {
  /** Unique among the units. */
  readonly id: string
  readonly kind: NodeKind
  /** GPUs of a node that it takes, shared with others; 0 where it takes nodes whole. */
  readonly gpus: number
  /** Nodes that it takes whole; 0 where it shares one. */
  readonly wholeNodes: number
  /** Share of the time for which its whole nodes are paid, where that is not always: runs end. Null: always. */
  readonly paidShare: number | null
  /** More than this never helps. */
  readonly most: number
  readonly members: readonly Member[]
}

/** A limit over several kinds of node together. */
export interface Limit {
  readonly id: string
  readonly kinds: readonly string[]
  readonly counts: 'gpus' | 'nodes'
  readonly most: number
}

export interface FleetQuestion {
  readonly kinds: readonly NodeKind[]
  readonly needs: readonly Need[]
  readonly units: readonly Unit[]
  readonly limits: readonly Limit[]
}

/** So many of a unit. */
export interface Placed {
  readonly unit: Unit
  readonly count: number
}

/**
 * Nodes that one replica takes whole; 0 where it shares a node with others; null where it cannot stand on the kind. A tensor-parallel
 * group never splits over nodes; larger replicas spread whole groups over a known network and share their nodes with no other, as
 * `packReplicas` has it for one workload, where engine and memory allow it.
 */
export function nodesSpanned(option: ReplicaOption, kind: NodeKind): number | null {
  const { gpusPerReplica, gpusTogether } = option
  const isJoined = option.link === kind.link || (gpusPerReplica === 1 && kind.link === null)
  if (option.gpu !== kind.gpu || !isJoined || gpusTogether > kind.gpusPerNode) return null
  if (gpusPerReplica <= kind.gpusPerNode) return 0
  if (!option.maySpan || kind.networkGbitPerSecond === null || kind.gpusPerNode % gpusTogether !== 0) return null
  return Math.ceil(gpusPerReplica / kind.gpusPerNode)
}
