import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import { count } from '../../units.ts'
import type { Parameters, StageParameters } from './parameters.ts'
import { divided, explainDivided, type Sharding } from './sharding.ts'
import type { PreparedConfiguration } from './types.ts'

/** Frozen weights under adapters, on one rank. */
export interface FrozenBase {
  /** After sharding, bytes. */
  readonly bytes: number
  /** Bytes a parameter of the layers. */
  readonly bytesPerParameter: number
  /** One matrix back in 16 bit while it is multiplied with; 0 for a 16-bit base. */
  readonly scratchBytes: number
  /** Embeddings, head, norms and the residual stream are fp32. */
  readonly isKbit: boolean
  readonly explain: () => string
  readonly explainScratch: () => string
}

/**
 * The base of LoRA (16 bit) or QLoRA: matrices of the layers quantised (NF4: arXiv 2305.14314), the rest in 16 bit, or in fp32 after
 * Hugging Face's k-bit preparation.
 * @throws RangeError for a format that the catalog lacks
 */
export function frozenBase(
  parameters: StageParameters,
  configuration: PreparedConfiguration,
  trainer: Trainer,
  shards: Sharding,
  physics: TrainingMemoryPhysics,
): FrozenBase {
  const compute = physics.compute_bytes
  if (configuration.method !== 'qlora') {
    return {
      bytes: compute * divided(parameters.all, shards, shards.weights),
      bytesPerParameter: compute,
      scratchBytes: 0,
      isKbit: false,
      explain: () => `frozen base ${compute} B x ${explainDivided(parameters.all, shards, shards.weights)}`,
      explainScratch: () => '0',
    }
  }
  const format = baseFormat(configuration, trainer, physics)
  // GPTQ checkpoints are loaded as they are; preparation belongs to bitsandbytes bases.
  const isKbit = trainer.kbit_preparation && !format.id.startsWith('gptq')
  const restBytes = isKbit ? physics.kbit_bytes : compute
  const quantised: Parameters = {
    dense: parameters.matrices.dense + (trainer.quantises_head === true ? parameters.head : 0),
    expert: parameters.matrices.expert,
  }
  const rest: Parameters = {
    dense: parameters.all.dense - quantised.dense,
    expert: parameters.all.expert - quantised.expert,
  }
  return {
    bytes:
      format.bytes * divided(quantised, shards, shards.weights) + restBytes * divided(rest, shards, shards.weights),
    bytesPerParameter: format.bytes,
    scratchBytes: Math.round(compute * parameters.largestMatrix),
    isKbit,
    explain: () =>
      `(${format.formula}) B (${format.name}) x ${explainDivided(quantised, shards, shards.weights)} + ` +
      `embeddings, head and norms ${restBytes} B x ${explainDivided(rest, shards, shards.weights)}`,
    explainScratch: () => `one dequantised matrix ${compute} B x ${count(parameters.largestMatrix)}`,
  }
}

interface BaseFormat {
  readonly id: string
  readonly name: string
  readonly bytes: number
  readonly formula: string
}

function baseFormat(
  configuration: PreparedConfiguration,
  trainer: Trainer,
  physics: TrainingMemoryPhysics,
): BaseFormat {
  const named = configuration.quantizedBase ?? 'nf4'
  const isDouble = configuration.doubleQuantization || trainer.always_double_quantises === true
  const id = named === 'nf4' && isDouble ? 'nf4-double' : named
  const entry = physics.quantised_bases[id]
  if (entry === undefined) throw new RangeError(`no memory constants for a base in ${id}`)
  return { id, name: entry.name, bytes: entry.bytes_per_parameter, formula: entry.formula }
}
