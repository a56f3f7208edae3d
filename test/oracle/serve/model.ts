import type { Catalog } from '../../../src/catalog/catalog.ts'
import { architectureSchema } from '../../../src/catalog/model.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel, type ModelTensors } from '../../../src/model/tensors.ts'
import { type ModelProfile, profileModel, profileParameters } from '../../../src/performance/profile.ts'
import { amountOf } from '../scenario.ts'
import type { InlineModelWish } from './wish.ts'

/** A model as the physics take it. */
export interface OracleModel {
  /** Null where nothing but the parameter count is known. */
  readonly tensors: ModelTensors | null
  readonly profile: ModelProfile
  readonly parameters: number
  /** Parameters by which a rule of thumb reckons: those of the name where the catalog has them. */
  readonly nominalParameters: number
  /** Weight format that the model was released in, where it is not plain 16 bit. */
  readonly native: string | undefined
}

/** Nothing is said of the longest sequence: none is refused. */
const NO_LIMIT = 1e15

/** The model that a scenario names or describes. */
export function modelOf(wish: string | InlineModelWish, catalog: Catalog): OracleModel {
  if (typeof wish !== 'string') return describedModel(wish)
  const entry = catalog.models.get(wish)
  if (entry === undefined) throw new Error(`no model ${wish}`)
  const native = entry.native_quantization?.scheme
  if (entry.architecture === undefined) {
    return { ...countedModel(entry.parameters ?? 0, entry.active_parameters), native }
  }
  const tensors = describeModel(entry.architecture)
  const parameters = countParameters(tensors).total
  return {
    tensors,
    profile: profileModel(tensors),
    parameters,
    nominalParameters: entry.nominal_parameters ?? parameters,
    native,
  }
}

/**
 * `{ parameters, ... }`: with hidden_size, layers, heads, intermediate_size and vocabulary_size it is a plain dense transformer of that
 * shape, with a head of its own beside the embedding; with anything less it is known by its parameter count alone.
 */
function describedModel(wish: InlineModelWish): OracleModel {
  const { hidden_size, layers, heads, intermediate_size, vocabulary_size } = wish
  const active = wish.active_parameters === undefined ? undefined : amountOf(wish.active_parameters)
  const shape = [hidden_size, layers, heads, intermediate_size, vocabulary_size]
  if (shape.includes(undefined)) return countedModel(amountOf(wish.parameters), active)
  const architecture = architectureSchema.parse({
    hidden_size,
    vocabulary_size,
    tied_embeddings: false,
    max_positions: NO_LIMIT,
    rope_tables: [],
    layers: [
      {
        layers: `0-${layers! - 1}`,
        attention: {
          kind: 'softmax',
          heads,
          kv_heads: wish.kv_heads ?? heads,
          head_dim: wish.head_dim ?? Math.floor(hidden_size! / heads!),
        },
        mlp: { kind: 'dense', intermediate_size },
      },
    ],
  })
  const tensors = describeModel(architecture)
  const parameters = countParameters(tensors).total
  return { tensors, profile: profileModel(tensors), parameters, nominalParameters: parameters, native: undefined }
}

function countedModel(parameters: number, active: number | undefined): OracleModel {
  return {
    tensors: null,
    profile: profileParameters(parameters, active),
    parameters,
    nominalParameters: parameters,
    native: undefined,
  }
}
