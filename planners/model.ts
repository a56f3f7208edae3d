import { type Catalog, get } from '../src/catalog/catalog.ts'
import { architectureSchema, type Model, UNKNOWN_POSITIONS } from '../src/catalog/model.ts'
import { countParameters } from '../src/model/parameters.ts'
import { describeModel, type ModelTensors } from '../src/model/tensors.ts'
import { type ModelProfile, profileModel, profileParameters } from '../src/performance/profile.ts'
import type { InlineModel, ModelChoice } from '../src/scenario/common.ts'

/** A model as planning needs it. */
export interface ResolvedModel {
  readonly model: Model
  readonly tensors: ModelTensors | null
  readonly profile: ModelProfile
  readonly parameters: number
}

/** Describes a model by its tensors, or by its parameter count where nothing else is known of it. */
export function resolveModel(model: Model): ResolvedModel {
  if (model.architecture !== undefined) {
    const tensors = describeModel(model.architecture)
    return { model, tensors, profile: profileModel(tensors), parameters: countParameters(tensors).total }
  }
  const parameters = model.parameters
  if (parameters === undefined) throw new Error(`${model.id} has neither an architecture nor a parameter count`)
  return { model, tensors: null, profile: profileParameters(parameters, model.active_parameters), parameters }
}

/** The model of a scenario: from the catalog, or as the scenario describes it. */
export function modelOf(choice: ModelChoice, catalog: Catalog): Model {
  return typeof choice === 'string' ? get(catalog, 'models', choice) : inlineModel(choice)
}

/** Id of a model that a scenario describes itself. */
export const INLINE_MODEL = 'inline'

/** A model that a scenario describes itself: by its shape where all of it is given, else by its parameter count. */
function inlineModel(inline: InlineModel): Model {
  const { hidden_size, layers, heads, intermediate_size, vocabulary_size, parameters } = inline
  const base = { id: INLINE_MODEL, name: 'the model of the scenario', family: 'inline', sources: ['scenario'] }
  const known = {
    ...base,
    ...(parameters === undefined ? {} : { parameters }),
    ...(inline.active_parameters === undefined ? {} : { active_parameters: inline.active_parameters }),
  }
  if (
    hidden_size === undefined ||
    layers === undefined ||
    heads === undefined ||
    intermediate_size === undefined ||
    vocabulary_size === undefined
  ) {
    return known
  }
  const architecture = architectureSchema.parse({
    hidden_size,
    vocabulary_size,
    tied_embeddings: false,
    // Nothing is said of the longest sequence, so none is refused and no rotary table is counted.
    max_positions: UNKNOWN_POSITIONS,
    rope_tables: [],
    layers: [
      {
        layers: `0-${layers - 1}`,
        attention: {
          kind: 'softmax',
          heads,
          kv_heads: inline.kv_heads ?? heads,
          head_dim: inline.head_dim ?? Math.floor(hidden_size / heads),
        },
        mlp: { kind: 'dense', intermediate_size },
      },
    ],
  })
  return { ...known, architecture }
}
