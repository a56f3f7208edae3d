import type { Attention } from '../catalog/model.ts'
import { type KvSpec, kvSpec } from '../model/kv.ts'
import type { ModelTensors } from '../model/tensors.ts'

/** Attention of one kind of layer, as speed needs it. */
export interface AttentionProfile {
  /** Layers of this kind. */
  readonly layers: number
  readonly kv: (tensorParallel: number) => KvSpec
  /** Floating-point operations of one prompt token against one context token, all heads, one layer: QK and PV. */
  readonly flopsPerTokenPair: number
  /** Tokens that a query looks back at most; Infinity for full attention. */
  readonly window: number
  /** MLA decodes in the latent space: operations of one token against one context token, one layer, all heads; else 0. */
  readonly latentFlopsPerTokenPair: number
  /** Sparse attention looks at this many tokens at most while decoding. */
  readonly sparseTokens: number
}

/** What the speed of a model depends on: sums over its tensors, taken once per model. */
export interface ModelProfile {
  readonly layers: number
  readonly moeLayers: number
  readonly hiddenSize: number
  /** Parameters of all linear layers that every token uses: attention, dense and shared MLP, router. */
  readonly linearParameters: number
  /** Parameters of the output head, read once a step. */
  readonly headParameters: number
  /** Parameters of all routed experts. */
  readonly expertParameters: number
  readonly experts: number
  readonly expertsPerToken: number
  /** Width of one expert. */
  readonly expertWidth: number
  readonly attention: readonly AttentionProfile[]
}

/** The profile of a model whose tensors are known. */
export function profileModel(model: ModelTensors): ModelProfile {
  let linearParameters = 0
  let expertParameters = 0
  let moeLayers = 0
  let experts = 0
  let expertsPerToken = 0
  let expertWidth = 0
  const attention: AttentionProfile[] = []
  for (const kind of model.kinds) {
    for (const tensor of kind.tensors) {
      const parameters = tensor.inputs * tensor.outputs * tensor.copies * kind.layers
      if (tensor.class === 'expert') expertParameters += parameters
      else if (tensor.class === 'linear' || tensor.class === 'router') linearParameters += parameters
    }
    if (kind.mlp.kind === 'moe') {
      moeLayers += kind.layers
      experts = kind.mlp.experts
      expertsPerToken = kind.mlp.experts_per_token
      expertWidth = kind.mlp.intermediate_size
    }
    attention.push(profileAttention(kind.attention, kind.layers, model.architecture.hidden_size))
  }
  const { hidden_size, vocabulary_size } = model.architecture
  return {
    layers: model.layerCount,
    moeLayers,
    hiddenSize: hidden_size,
    linearParameters,
    headParameters: hidden_size * vocabulary_size,
    expertParameters,
    experts,
    expertsPerToken,
    expertWidth,
    attention,
  }
}

function profileAttention(attention: Attention, layers: number, hiddenSize: number): AttentionProfile {
  const base = { layers, kv: (tensorParallel: number) => kvSpec(attention, tensorParallel, hiddenSize) }
  const none = {
    flopsPerTokenPair: 0,
    window: Number.POSITIVE_INFINITY,
    latentFlopsPerTokenPair: 0,
    sparseTokens: Number.POSITIVE_INFINITY,
  }
  switch (attention.kind) {
    case 'softmax':
      return {
        ...base,
        ...none,
        flopsPerTokenPair: 2 * attention.heads * (attention.head_dim + (attention.v_head_dim ?? attention.head_dim)),
        window: attention.window?.size ?? Number.POSITIVE_INFINITY,
        sparseTokens: attention.indexer?.top_k ?? Number.POSITIVE_INFINITY,
      }
    case 'mla':
      return {
        ...base,
        ...none,
        flopsPerTokenPair:
          2 *
          attention.blocks *
          attention.heads *
          (attention.qk_nope_head_dim + attention.qk_rope_head_dim + attention.v_head_dim),
        latentFlopsPerTokenPair:
          2 * attention.blocks * attention.heads * (2 * attention.kv_lora_rank + attention.qk_rope_head_dim),
        sparseTokens: attention.indexer?.top_k ?? Number.POSITIVE_INFINITY,
      }
    case 'compressed':
      return {
        ...base,
        ...none,
        flopsPerTokenPair: 4 * attention.heads * attention.head_dim,
        window: attention.window,
      }
    case 'cross':
    case 'gated-deltanet':
    case 'kimi-delta':
    case 'mamba1':
    case 'mamba2':
    case 'lightning':
    case 'short-conv':
    case 'linear':
    case 'none':
      // No scores against earlier tokens: recurrent layers do work proportional to their state, counted with the matrices.
      return { ...base, ...none }
  }
}

/**
 * The profile of a model known by its parameter count alone: every parameter is taken for a linear weight that each token
 * uses, layers and KV cache are unknown and left out. Results that rest on it say so.
 */
export function profileParameters(parameters: number, activeParameters: number = parameters): ModelProfile {
  return {
    layers: 0,
    moeLayers: 0,
    hiddenSize: 0,
    linearParameters: activeParameters,
    headParameters: 0,
    expertParameters: 0,
    experts: 0,
    expertsPerToken: 0,
    expertWidth: 0,
    attention: [],
  }
}
