import type { Model } from '../../src/catalog/model.ts'
import { countParameters } from '../../src/model/parameters.ts'
import { describeModel, type ModelTensors } from '../../src/model/tensors.ts'
import { type ModelProfile, profileModel, profileParameters } from '../../src/performance/profile.ts'

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
