import type { ServeExport } from './target.ts'

/** How the replicas of a plan lie on its machines. */
export interface Place {
  readonly replicas: number
  /** GPUs of one replica. */
  readonly gpus: number
  /** Machines that one replica spans. */
  readonly nodes: number
  /** GPUs of a replica on each of those. */
  readonly gpusPerNode: number
  /** Replicas that share a machine; 1 where one fills it or spans several. */
  readonly perInstance: number
  /** A machine has GPUs that a replica must leave alone. */
  readonly partOfInstance: boolean
}

/** Follows the rules of packing: stages stay whole, a replica that spans machines shares them with no other. */
export function placeOf({ plan, launch }: Pick<ServeExport, 'plan' | 'launch'>): Place {
  const { configuration, placement } = plan
  const gpus = configuration.tensor_parallel * configuration.pipeline_parallel
  const nodes = launch.instancesPerReplica
  const gpusPerNode = Math.ceil(gpus / nodes)
  return {
    replicas: configuration.replicas,
    gpus,
    nodes,
    gpusPerNode,
    perInstance: Math.max(1, Math.min(configuration.replicas, Math.floor(placement.gpus_per_instance / gpus))),
    partOfInstance: gpusPerNode < placement.gpus_per_instance,
  }
}
