import type { Attention } from '../../catalog/model.ts'
import { attentionFlops, causalAttentionFlops, headFlops, matrixFlopsPerToken } from '../../model/flops.ts'
import { countParameters } from '../../model/parameters.ts'
import { activeTensorParameters, type LayerKind, type ModelTensors, tensorParameters } from '../../model/tensors.ts'
import type { TimedConfiguration } from './input.ts'

/** Routed experts of one kind of layer. */
export interface ExpertWork {
  readonly layers: number
  /** Parameters that one token multiplies with, all these layers. */
  readonly parameters: number
  /** Width at which a routed copy of a token enters an expert. */
  readonly width: number
  /** The narrowest side of an expert's matrices. */
  readonly narrowest: number
  readonly experts: number
  readonly expertsPerToken: number
}

/** What training one token takes, counted from the tensors of the whole model. */
export interface TrainingWork {
  readonly hiddenSize: number
  readonly vocabularySize: number
  readonly layers: number
  /** Layers with attention or something in its place: models that list mixers and MLPs apart have fewer of them than layers. */
  readonly mixerLayers: number
  readonly recurrentLayers: number
  readonly moeLayers: number
  /** Parameters of linear layers that a token multiplies with, without embedding and head; the routed part of them. */
  readonly linearParameters: number
  readonly routedParameters: number
  readonly experts: readonly ExpertWork[]
  /** Forward FLOPs of attention scores: as the kernel computes them, as the model needs them (causal), over the full square. */
  readonly attentionFlops: number
  readonly causalAttentionFlops: number
  readonly squareAttentionFlops: number
  /** Attention heads of all layers. */
  readonly heads: number
  /** Widths of keys and values of all layers together, expanded to what attention sees. */
  readonly keyValueWidth: number
  /** All parameters, and those of routed experts. */
  readonly parameters: number
  readonly expertParameters: number
  /** Matrices that a quantised base holds in 4 bit. */
  readonly matrixParameters: number
  /** Parameters that are trained: all, or the adapters. */
  readonly trainableParameters: number
}

/**
 * Counts the work of a run.
 * @param skipsMaskedHalf attention kernels compute the causal half only
 */
export function trainingWork(
  tensors: ModelTensors,
  configuration: TimedConfiguration,
  skipsMaskedHalf: boolean,
): TrainingWork {
  const { hidden_size: hidden, vocabulary_size: vocabulary } = tensors.architecture
  const length = configuration.sequenceLength
  const counts = countParameters(tensors)
  const sum = { mixers: 0, recurrent: 0, moe: 0, routed: 0, matrices: 0, heads: 0, keyValue: 0 }
  let causal = 0
  let square = 0
  const experts: ExpertWork[] = []
  for (const kind of tensors.kinds) {
    const { layers, attention } = kind
    if (attention.kind !== 'none') sum.mixers += layers
    if (isRecurrent(attention)) sum.recurrent += layers
    else {
      causal += causalAttentionFlops(attention, length, hidden) * layers
      square += attentionFlops(attention, length, hidden) * layers
    }
    sum.heads += attentionHeads(attention) * layers
    sum.keyValue += keyValueWidth(attention) * layers
    for (const tensor of kind.tensors) {
      if (tensor.class === 'expert') sum.routed += activeTensorParameters(tensor) * layers
      if (tensor.class === 'expert' || tensor.class === 'linear') sum.matrices += tensorParameters(tensor) * layers
    }
    if (kind.mlp.kind === 'moe') {
      sum.moe += layers
      experts.push(expertWork(kind, hidden))
    }
  }
  return {
    hiddenSize: hidden,
    vocabularySize: vocabulary,
    layers: tensors.layerCount,
    mixerLayers: sum.mixers,
    recurrentLayers: sum.recurrent,
    moeLayers: sum.moe,
    linearParameters: (matrixFlopsPerToken(tensors) - headFlops(tensors)) / 2,
    routedParameters: sum.routed,
    experts,
    attentionFlops: skipsMaskedHalf ? causal : square,
    causalAttentionFlops: causal,
    squareAttentionFlops: square,
    heads: sum.heads,
    keyValueWidth: sum.keyValue,
    parameters: counts.total,
    expertParameters: counts.routedExperts,
    matrixParameters: sum.matrices,
    trainableParameters: configuration.lora === null ? counts.total : adapterParameters(tensors, configuration.lora),
  }
}

function expertWork({ layers, mlp, tensors }: LayerKind, hidden: number): ExpertWork {
  if (mlp.kind !== 'moe') throw new TypeError('a layer without experts')
  let parameters = 0
  for (const tensor of tensors) if (tensor.class === 'expert') parameters += activeTensorParameters(tensor) * layers
  const width = mlp.latent_size ?? hidden
  return {
    layers,
    parameters,
    width,
    narrowest: Math.min(width, mlp.intermediate_size),
    experts: mlp.experts,
    expertsPerToken: mlp.experts_per_token,
  }
}

/** LoRA (arXiv 2106.09685): r x (inputs + outputs) for each adapted matrix. */
export function adapterParameters(tensors: ModelTensors, lora: NonNullable<TimedConfiguration['lora']>): number {
  let parameters = 0
  for (const kind of tensors.kinds) {
    for (const { lora: target, inputs, outputs, copies } of kind.tensors) {
      if (target !== null && lora.targets.includes(target)) {
        parameters += lora.rank * (inputs + outputs) * copies * kind.layers
      }
    }
  }
  const { hidden_size: hidden, vocabulary_size: vocabulary } = tensors.architecture
  return lora.head === true ? parameters + lora.rank * (hidden + vocabulary) : parameters
}

/** Layers without scores against earlier tokens: their scans move memory, which the element-wise term counts. */
function isRecurrent({ kind }: Attention): boolean {
  switch (kind) {
    case 'mamba1':
    case 'mamba2':
    case 'gated-deltanet':
    case 'kimi-delta':
    case 'lightning':
    case 'short-conv':
      return true
    case 'softmax':
    case 'mla':
    case 'compressed':
    case 'cross':
    case 'linear':
    case 'none':
      return false
  }
}

function attentionHeads(attention: Attention): number {
  switch (attention.kind) {
    case 'softmax':
    case 'compressed':
      return attention.heads
    case 'mla':
      return attention.heads * attention.blocks
    default:
      return 0
  }
}

/** Width of keys and of values of one token, together. Latent attention trains in its expanded form. */
function keyValueWidth(attention: Attention): number {
  switch (attention.kind) {
    case 'softmax':
      return attention.kv_heads * (attention.head_dim + (attention.v_head_dim ?? attention.head_dim))
    case 'mla': {
      const { heads, blocks, qk_nope_head_dim: nope, qk_rope_head_dim: rope, v_head_dim: value } = attention
      return blocks * heads * (nope + rope + value)
    }
    case 'compressed':
      return attention.head_dim
    default:
      return 0
  }
}
