import type { Attention, Mlp } from '../catalog/model.ts'
import type { Quantization } from '../catalog/quantization.ts'
import type { ModelTensors } from '../model/tensors.ts'
import { type Stage, stageKinds } from './stages.ts'
import { paddedVocabulary } from './weights.ts'

/** Widths of one stage that decide how large its temporary tensors get, largest over its layers. Values, whole model. */
export interface LayerWidths {
  readonly hidden: number
  /** Rows of the logits: the vocabulary with padding; 0 on stages without a head. */
  readonly vocabulary: number
  /** MLP width of dense layers and shared experts. */
  readonly mlp: number
  /** Query, key and value width of one token, keys and values twice: `(n + 2k) x d`. */
  readonly attention: number
  /** Query heads. */
  readonly heads: number
  /** Experts a token visits; 0 without experts. */
  readonly expertsPerToken: number
  readonly expertWidth: number
  /** Width that experts read and write: hidden, or the latent they work in. */
  readonly expertHidden: number
  /** Vision tower on this stage. */
  readonly vision: boolean
  /** Values of the image the engine profiles with, a token of it. */
  readonly imageValuesPerToken: number
}

/** Collects the widths of a stage. */
export function layerWidths(tensors: ModelTensors, stage: Stage, quantization: Quantization): LayerWidths {
  const { architecture } = tensors
  const widths = { mlp: 0, attention: 0, heads: 0, expertsPerToken: 0, expertWidth: 0, expertHidden: 0 }
  for (const { kind } of stageKinds(tensors, stage)) {
    widths.mlp = Math.max(widths.mlp, denseWidth(kind.mlp))
    widths.attention = Math.max(widths.attention, attentionWidth(kind.attention, architecture.hidden_size))
    widths.heads = Math.max(widths.heads, 'heads' in kind.attention ? kind.attention.heads : 0)
    if (kind.mlp.kind === 'moe') {
      widths.expertsPerToken = Math.max(widths.expertsPerToken, kind.mlp.experts_per_token)
      widths.expertWidth = Math.max(widths.expertWidth, kind.mlp.intermediate_size)
      widths.expertHidden = Math.max(widths.expertHidden, kind.mlp.latent_size ?? architecture.hidden_size)
    }
  }
  const vocabulary =
    quantization.gguf === undefined ? paddedVocabulary(architecture.vocabulary_size) : architecture.vocabulary_size
  const image = architecture.vision_image
  const vision = stage.first && architecture.vision_parameters > 0
  return {
    ...widths,
    hidden: architecture.hidden_size,
    vocabulary: stage.last ? vocabulary : 0,
    vision,
    imageValuesPerToken: vision && image !== undefined ? image.values / image.tokens : 0,
  }
}

function denseWidth(mlp: Mlp): number {
  switch (mlp.kind) {
    case 'dense':
      return mlp.intermediate_size
    case 'moe':
      return Math.max(mlp.shared_intermediate_size, mlp.dense?.intermediate_size ?? 0)
    case 'none':
      return 0
  }
}

/** Values the attention (or what stands in its place) makes of one token before the output projection. */
function attentionWidth(attention: Attention, hidden: number): number {
  switch (attention.kind) {
    case 'softmax':
    case 'cross':
      return (attention.heads + 2 * attention.kv_heads) * attention.head_dim
    case 'mla': {
      // Prefill expands keys and values to all heads.
      const { heads, qk_nope_head_dim: nope, qk_rope_head_dim: rope, v_head_dim: value } = attention
      return heads * (2 * (nope + rope) + value)
    }
    case 'compressed':
      return (attention.heads + 2) * attention.head_dim
    case 'gated-deltanet':
      return 2 * attention.k_heads * attention.k_dim + 2 * attention.v_heads * attention.v_dim
    case 'kimi-delta':
    case 'lightning':
      return 4 * attention.heads * attention.head_dim
    case 'mamba1':
      return 2 * attention.expand * hidden
    case 'mamba2':
      return 2 * attention.heads * attention.head_dim + 2 * attention.groups * attention.state
    case 'short-conv':
      return 3 * hidden
    case 'linear':
      return hidden
    case 'none':
      return 0
  }
}
