import type { Offer } from '../../src/catalog/offer.ts'

/** One replica of a model, or one copy of a training run. */
export interface Replica {
  readonly tensorParallel: number
  /** Tensor-parallel groups of the replica, one after the other. */
  readonly groups: number
}

/**
 * Instances that hold so many replicas, found by putting one tensor-parallel group after the other into them; null where they
 * cannot, or where they would take more GPUs than `mostGpus`. The rules (docstring of `packReplicas`, src/cost/packing.ts):
 * a tensor-parallel group never leaves an instance; a replica that fits an instance lies in one, beside others; a larger one needs a
 * known network between instances that tensor-parallel groups fill evenly, and shares none of them.
 */
export function instancesFor(offer: Offer, replica: Replica, replicas: number, mostGpus: number): number | null {
  const size = offer.gpu_count
  const { tensorParallel, groups } = replica
  const needed = tensorParallel * groups
  if (tensorParallel > size) return null
  const isSpread = needed > size
  if (isSpread && offer.network_gbit_per_second === null) return null
  if (isSpread && size % tensorParallel !== 0) return null
  let instances = 0
  /** GPUs of the newest instance that are free for the next replica. */
  let free = 0
  for (let replicaIndex = 0; replicaIndex < replicas; replicaIndex++) {
    if (isSpread || free < needed) {
      instances += 1
      free = size
    }
    for (let group = 0; group < groups; group++) {
      if (free < tensorParallel) {
        instances += 1
        free = size
      }
      free -= tensorParallel
    }
    if (isSpread) free = 0
    if (instances * size > mostGpus) return null
  }
  return instances
}
