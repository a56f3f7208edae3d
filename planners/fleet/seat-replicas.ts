/** Replicas of one workload in one configuration that are to stand on nodes of a kind. */
export interface Seating {
  readonly id: string
  readonly gpus: number
  readonly replicas: number
}

/** A node with what stands on it, each replica by the id of its seating. */
export interface SeatedNode {
  readonly replicas: readonly string[]
  readonly gpusFree: number
}

/**
 * Puts replicas on nodes, the largest first, each on the fullest node that still has room (the first of equals), so that whole nodes stay
 * free. Never needs more nodes than must be where each size divides the next larger one; elsewhere it may, and the caller sees it by the
 * count.
 */
export function seatReplicas(gpusPerNode: number, seatings: readonly Seating[]): SeatedNode[] {
  const nodes: { replicas: string[]; gpusFree: number }[] = []
  // A sort keeps the order of equals, so the same seatings always stand on the same nodes.
  for (const { id, gpus, replicas } of [...seatings].sort((a, b) => b.gpus - a.gpus)) {
    if (gpus > gpusPerNode) throw new RangeError(`a replica of ${gpus} GPUs does not stand on a node of ${gpusPerNode}`)
    for (let i = 0; i < replicas; i++) {
      let node: (typeof nodes)[number] | undefined
      for (const other of nodes) {
        if (other.gpusFree >= gpus && other.gpusFree < (node?.gpusFree ?? Number.POSITIVE_INFINITY)) node = other
      }
      if (node === undefined) {
        node = { replicas: [], gpusFree: gpusPerNode }
        nodes.push(node)
      }
      node.replicas.push(id)
      node.gpusFree -= gpus
    }
  }
  return nodes
}
