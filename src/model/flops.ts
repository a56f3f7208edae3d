import type { Attention } from '../catalog/model.ts'
import type { TensorClass } from '../catalog/quantization.ts'
import { recurrentState } from './state.ts'
import { activeTensorParameters, type LayerKind, type ModelTensors } from './tensors.ts'

/** Floating-point operations of one multiply-add. */
const FLOPS_PER_MULTIPLY_ADD = 2

/** Classes that are multiplied with activations; norms, biases and look-ups are not counted, as is usual (PaLM paper, appendix B). */
const MULTIPLIED: ReadonlySet<TensorClass> = new Set<TensorClass>(['linear', 'expert', 'router', 'head', 'state'])

/** Forward FLOPs of the matrices of one layer for one token: 2 x the parameters it multiplies with. */
export function layerMatrixFlops(kind: LayerKind): number {
  let parameters = 0
  for (const tensor of kind.tensors) {
    if (MULTIPLIED.has(tensor.class)) parameters += activeTensorParameters(tensor)
  }
  return FLOPS_PER_MULTIPLY_ADD * parameters
}

/** Forward FLOPs of the output head for one token: 2 x V x H, tied or not. */
export function headFlops(model: ModelTensors): number {
  return FLOPS_PER_MULTIPLY_ADD * model.architecture.vocabulary_size * model.architecture.hidden_size
}

/** Forward FLOPs of all matrices and the head for one token, without attention scores. */
export function matrixFlopsPerToken(model: ModelTensors): number {
  let flops = headFlops(model)
  for (const kind of model.kinds) flops += layerMatrixFlops(kind) * kind.layers
  return flops
}

/** Tokens seen under a cap of so many, in a sliding window or in chunks of that size. */
type Seen = (cap: number, mode: 'sliding' | 'chunked') => number

/**
 * FLOPs of one query token against `context` tokens in one layer: QK and PV over all heads, `2 x n x (d_qk + d_v) x context`, with
 * the window or the indexer's choice as a cap. Recurrent layers do the same work at any context: update and read of their state.
 * @param latent MLA only: in the latent space, `2 x n x (2 x rank + rope)`, as decoding does
 */
export function attentionFlops(attention: Attention, context: number, hiddenSize: number, latent = false): number {
  return scoreFlops(attention, (cap) => Math.min(context, cap), hiddenSize, latent)
}

/** Attention FLOPs of one layer, one token, averaged over a causal sequence of `length` (training, prefill). */
export function causalAttentionFlops(attention: Attention, length: number, hiddenSize: number): number {
  const seen: Seen = (cap, mode) =>
    mode === 'chunked' ? meanChunkedContext(length, cap) : meanCausalContext(length, cap)
  return scoreFlops(attention, seen, hiddenSize, false)
}

function scoreFlops(attention: Attention, seen: Seen, hiddenSize: number, latent: boolean): number {
  const everything = seen(Number.POSITIVE_INFINITY, 'sliding')
  switch (attention.kind) {
    case 'softmax': {
      const width = attention.head_dim + (attention.v_head_dim ?? attention.head_dim)
      const { window, indexer } = attention
      const cap = window?.size ?? indexer?.top_k ?? Number.POSITIVE_INFINITY
      const tokens = seen(cap, window?.mode ?? 'sliding')
      return 2 * attention.heads * width * tokens + indexerFlops(indexer, everything)
    }
    case 'mla': {
      const width = latent
        ? 2 * attention.kv_lora_rank + attention.qk_rope_head_dim
        : attention.qk_nope_head_dim + attention.qk_rope_head_dim + attention.v_head_dim
      const tokens = seen(attention.indexer?.top_k ?? Number.POSITIVE_INFINITY, 'sliding')
      const own = attention.shares_indexer ? undefined : attention.indexer
      return attention.blocks * 2 * attention.heads * width * tokens + indexerFlops(own, everything)
    }
    case 'compressed': {
      const { ratio, indexer } = attention
      const raw = seen(attention.window, 'sliding')
      const perToken = 4 * attention.heads * attention.head_dim
      if (ratio === undefined) return perToken * raw
      const chosen = seen((indexer?.top_k ?? Number.POSITIVE_INFINITY) * ratio, 'sliding') / ratio
      return perToken * (raw + chosen) + indexerFlops(indexer, everything / ratio)
    }
    case 'gated-deltanet':
    case 'kimi-delta':
      // S k, the rank-one update and S q (Gated Delta Networks paper, equation 10): three multiply-adds an element.
      return FLOPS_PER_MULTIPLY_ADD * 3 * recurrentState(attention, hiddenSize).stateElements
    case 'mamba1':
    case 'mamba2':
    case 'lightning':
      // Update and read of the state: two multiply-adds an element.
      return FLOPS_PER_MULTIPLY_ADD * 2 * recurrentState(attention, hiddenSize).stateElements
    case 'cross':
    case 'short-conv':
    case 'linear':
    case 'none':
      return 0
  }
}

/** Index scores of one query token against `entries` keys: 2 x heads x width each. */
function indexerFlops(indexer: { heads: number; head_dim: number } | undefined, entries: number): number {
  return indexer === undefined ? 0 : 2 * indexer.heads * indexer.head_dim * entries
}

/**
 * Mean number of tokens a token of a causal sequence of `length` looks back at: half the length, or with a sliding window
 * `window x (1 - window / (2 x length))` once the sequence is longer than it.
 */
export function meanCausalContext(length: number, window = Number.POSITIVE_INFINITY): number {
  return length <= window ? length / 2 : window * (1 - window / (2 * length))
}

/** The same where attention stays inside chunks of `size` tokens: half a chunk in whole chunks, less in the last one. */
export function meanChunkedContext(length: number, size: number): number {
  if (length <= size) return length / 2
  const rest = length % size
  return ((length - rest) * size + rest * rest) / (2 * length)
}
