import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import type { Optimizer } from '../../training/configuration.ts'

/** Parameters an optimizer works on, on one rank before sharding, as far as states differ among them. */
export interface OptimizedParameters {
  readonly total: number
  /** Those in matrices inside the layers (or adapters). */
  readonly matrices: number
  /** Rows and columns of matrices, entries of vectors. */
  readonly factored: number
}

/** States of an optimizer, mean bytes a parameter. */
export interface OptimizerBytes {
  readonly perParameter: number
  /** The states live in unified memory: none in the allocator, all on the host. */
  readonly paged: boolean
  /** Its implementation holds one more list of parameters during the step unless it is fused. */
  readonly forEach: boolean
  /** Temporaries of the step per entry of the largest matrix. */
  readonly matrixTemporaryBytes: number
  readonly source: string
}

/**
 * Mean bytes a parameter that an optimizer keeps.
 * @param adamBytes both moments of Adam in the trainer's precision
 * @param flattened the optimizer sees flat shards: a factored second moment keeps every entry
 * @throws RangeError for an optimizer that the catalog lacks
 */
export function optimizerBytes(
  optimizer: Optimizer,
  adamBytes: number,
  parameters: OptimizedParameters,
  flattened: boolean,
  physics: TrainingMemoryPhysics,
): OptimizerBytes {
  const entry = physics.optimizers[optimizer]
  if (entry === undefined) throw new RangeError(`no memory constants for optimizer ${optimizer}`)
  return {
    perParameter: meanBytes(entry, adamBytes / 2, parameters, flattened),
    paged: entry.paged,
    forEach: entry.for_each,
    matrixTemporaryBytes: entry.matrix_temporary_bytes,
    source: entry.source,
  }
}

function meanBytes(
  entry: TrainingMemoryPhysics['optimizers'][string],
  momentBytes: number,
  { total, matrices, factored }: OptimizedParameters,
  flattened: boolean,
): number {
  if (entry.bytes_per_parameter !== undefined) return entry.bytes_per_parameter
  if (entry.factored_bytes !== undefined) {
    return total === 0 || flattened ? entry.factored_bytes : (entry.factored_bytes * factored) / total
  }
  const inside = entry.moments ?? 0
  const outside = entry.moments_outside_matrices ?? inside
  const share = total === 0 ? 1 : matrices / total
  return momentBytes * (inside * share + outside * (1 - share))
}
