/** Why replicas cannot be packed into an instance's shape. */
export type PackingRefusal =
  /** A tensor-parallel group needs more GPUs than one instance has, and never spans two. */
  | 'tp_exceeds_instance'
  /** A replica needs several instances, and nothing is known of the network between them. */
  | 'no_network'
  /** A replica needs several instances, and its tensor-parallel groups do not fill an instance evenly. */
  | 'does_not_divide'
  /** The offer does not have that many instances. */
  | 'max_instances'

/** What is to be packed into which shape. All counts are whole numbers above zero. */
export interface PackingQuestion {
  readonly replicas: number
  /** GPUs of one replica: tensor x pipeline parallel, times data-parallel attention ranks where a model uses them. */
  readonly gpusPerReplica: number
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly gpusPerInstance: number
  /** Gbit/s between instances; null = unknown, so no replica spans instances. */
  readonly networkGbitPerSecond: number | null
  /** Most instances of this offer; absent = no limit. */
  readonly maxInstances?: number | undefined
}

export interface Packing {
  /** Whole instances: what is paid. */
  readonly instances: number
  /** GPUs of those instances, idle ones included. */
  readonly gpusPaid: number
  /** Replicas that share one instance; 1 where a replica fills one or spans several. */
  readonly replicasPerInstance: number
  /** Instances that one replica spans; 1 where it fits one. */
  readonly instancesPerReplica: number
}

export type PackingResult =
  | ({ readonly packed: true } & Packing)
  | { readonly packed: false; readonly refusal: PackingRefusal }

/**
 * Packs equal replicas into instances of a fixed shape. With g GPUs an instance and r GPUs a replica:
 *
 * - a tensor-parallel group never spans instances: its all-reduces run after every layer, over the link inside the machine;
 * - r <= g: floor(g / r) replicas share an instance;
 * - r > g: only over a known network, and only with whole pipeline stages in each instance (g divisible by the tensor-parallel
 *   degree); a replica of s stages takes ceil(s / (g / tensor parallel)) instances and shares them with no other;
 * - whole instances are paid, idle GPUs included.
 *
 * @throws RangeError for counts that are not whole numbers above zero, or a replica that is not made of whole
 * tensor x pipeline groups.
 */
export function packReplicas(question: PackingQuestion): PackingResult {
  const { replicas, gpusPerReplica, tensorParallel, pipelineParallel, gpusPerInstance } = question
  for (const value of [replicas, gpusPerReplica, tensorParallel, pipelineParallel, gpusPerInstance])
    if (!(Number.isInteger(value) && value > 0)) throw new RangeError(`${value} is not a whole number above zero`)
  if (gpusPerReplica % (tensorParallel * pipelineParallel) !== 0)
    throw new RangeError(`${gpusPerReplica} GPUs do not make whole groups of ${tensorParallel} x ${pipelineParallel}`)

  const networkKnown = question.networkGbitPerSecond !== null
  const refusal = packingRefusal(gpusPerReplica, tensorParallel, gpusPerInstance, networkKnown)
  if (refusal !== null) return { packed: false, refusal }
  const instances = instancesFor(replicas, gpusPerReplica, tensorParallel, gpusPerInstance)
  if (instances > (question.maxInstances ?? Number.POSITIVE_INFINITY))
    return { packed: false, refusal: 'max_instances' }
  return {
    packed: true,
    instances,
    gpusPaid: instances * gpusPerInstance,
    replicasPerInstance: Math.max(1, Math.floor(gpusPerInstance / gpusPerReplica)),
    instancesPerReplica: gpusPerReplica <= gpusPerInstance ? 1 : instances / replicas,
  }
}

/**
 * The rule that keeps a replica off a shape, whatever the number of replicas; null where it packs. Numbers only, for the
 * inner loop of a search.
 */
export function packingRefusal(
  gpusPerReplica: number,
  tensorParallel: number,
  gpusPerInstance: number,
  networkKnown: boolean,
): Exclude<PackingRefusal, 'max_instances'> | null {
  if (tensorParallel > gpusPerInstance) return 'tp_exceeds_instance'
  if (gpusPerReplica <= gpusPerInstance) return null
  if (!networkKnown) return 'no_network'
  return gpusPerInstance % tensorParallel === 0 ? null : 'does_not_divide'
}

/** Whole instances for `replicas`, where {@link packingRefusal} is null. Numbers only, for the inner loop of a search. */
export function instancesFor(
  replicas: number,
  gpusPerReplica: number,
  tensorParallel: number,
  gpusPerInstance: number,
): number {
  if (gpusPerReplica <= gpusPerInstance) return Math.ceil(replicas / Math.floor(gpusPerInstance / gpusPerReplica))
  const groupsPerReplica = gpusPerReplica / tensorParallel
  const groupsPerInstance = gpusPerInstance / tensorParallel
  return replicas * Math.ceil(groupsPerReplica / groupsPerInstance)
}
