import type { Architecture, Attention, Mlp } from '../catalog/model.ts'
import { attentionTensors } from './attention/index.ts'
import { layerKinds } from './layers.ts'
import { mlpTensors } from './mlp.ts'
import { firstTensors, lastTensors } from './outer.ts'
import { type Tensor, vector } from './tensor.ts'

export { activeTensorParameters, type LoraTarget, type Shard, type Tensor, tensorParameters } from './tensor.ts'

/** Layers that are built alike. */
export interface LayerKind {
  /** Index into `architecture.layers`. */
  readonly group: number
  readonly attention: Attention
  readonly mlp: Mlp
  /** How many layers are of this kind. */
  readonly layers: number
  /** Tensors of one such layer. */
  readonly tensors: readonly Tensor[]
}

/**
 * Every tensor of a model. Parameter counts, weights, gradients, optimizer state, adapters, FLOPs and bytes read are sums over it.
 */
export interface ModelTensors {
  readonly architecture: Architecture
  readonly layerCount: number
  readonly kinds: readonly LayerKind[]
  /** Index into `kinds` for each layer. */
  readonly kindOfLayer: readonly number[]
  /** Held by the first pipeline stage: embedding, learned positions, per-layer embeddings, vision tower. */
  readonly first: readonly Tensor[]
  /** Held by the last pipeline stage: final norm and output head (absent where it is the embedding). */
  readonly last: readonly Tensor[]
  /** The output head is the embedding table. With several pipeline stages the first and the last hold a copy each. */
  readonly tied: boolean
}

/**
 * Lists the tensors of an architecture.
 * @throws LayerRangeError where the layer ranges do not cover each layer once.
 */
export function describeModel(architecture: Architecture): ModelTensors {
  const { layerCount, groupOfLayer, groupSizes } = layerKinds(architecture)
  const kinds = architecture.layers.map((group, index): LayerKind => {
    const tensors = [
      ...attentionTensors(group.attention, architecture.hidden_size),
      ...mlpTensors(group.mlp, architecture.hidden_size),
    ]
    if (group.norms > 0) {
      tensors.push(vector('norm', architecture.hidden_size * architecture.norm_vectors, 'replicated', group.norms))
    }
    if (group.extra_parameters > 0) tensors.push(vector('extra', group.extra_parameters))
    return { group: index, attention: group.attention, mlp: group.mlp, layers: groupSizes[index] ?? 0, tensors }
  })
  return {
    architecture,
    layerCount,
    kinds,
    kindOfLayer: groupOfLayer,
    first: firstTensors(architecture),
    last: lastTensors(architecture),
    tied: architecture.tied_embeddings,
  }
}
