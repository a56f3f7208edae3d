import type { Attention, AttentionOf } from '../catalog/model.ts'
import { recurrentStateBytes } from './state.ts'

/**
 * What one layer keeps of the tokens it has seen, on one tensor-parallel rank.
 *
 * - `full`: `elementsPerToken` for every token.
 * - `sliding`, `chunked`: the same for at most `window` tokens.
 * - `compressed`: `elementsPerToken` for every token (a fraction of an entry each) and `windowElementsPerToken` for at most `window`.
 * - `cross`: `elementsPerToken` for every image token, nothing for text.
 * - `state`: `stateBytes` a sequence, whatever its length.
 * - `none`: nothing.
 */
export type KvKind = 'full' | 'sliding' | 'chunked' | 'state' | 'none' | 'compressed' | 'cross'

export interface KvSpec {
  readonly kind: KvKind
  /** Elements of the KV format one token stores in one layer on one rank. */
  readonly elementsPerToken: number
  /** Key/value heads on the rank (MLA: 1, the latent), for formats with scales per head. */
  readonly heads: number
  /** Tokens a window or chunk holds. */
  readonly window?: number
  /** `compressed` only: raw elements a token inside the window stores beside the compressed entries. */
  readonly windowElementsPerToken?: number
  /** Bytes a sequence on one rank. */
  readonly stateBytes?: number
  /** Bytes a token beside the KV format's: keys of a sparse indexer. */
  readonly fixedBytesPerToken?: number
}

/** DeepSeek-V3.2 indexer keys: one fp8 byte a value and a 4-byte scale per 128 values (132 bytes at width 128). */
const INDEXER_SCALE_BYTES = 4
const INDEXER_SCALE_GROUP = 128
/** Block-sparse indexers (MiniMax-M3) keep their keys in 16 bit: assumed, no published layout. */
const BLOCK_INDEXER_BYTES = 2
/** DeepSeek-V4 indexer keys are 4-bit. */
const COMPRESSED_INDEXER_BYTES = 0.5

/** Key/value heads one rank holds: `max(1, ceil(kvHeads / tp))`; beyond `tp = kvHeads` heads are replicated, nothing is saved. */
export function kvHeadsPerRank(kvHeads: number, tensorParallel: number): number {
  return Math.max(1, Math.ceil(kvHeads / tensorParallel))
}

/**
 * Cache and state of one layer on one rank.
 * @param hiddenSize model width, which sizes the state of Mamba-1 and short convolutions
 * @param draftTokens speculative tokens a step, which lengthen the convolution states
 */
export function kvSpec(attention: Attention, tensorParallel: number, hiddenSize: number, draftTokens = 0): KvSpec {
  switch (attention.kind) {
    case 'softmax':
      return softmaxSpec(attention, tensorParallel)
    case 'mla':
      return mlaSpec(attention)
    case 'compressed':
      return compressedSpec(attention)
    case 'cross': {
      const heads = kvHeadsPerRank(attention.kv_heads, tensorParallel)
      return { kind: 'cross', heads, elementsPerToken: 2 * heads * attention.head_dim }
    }
    case 'gated-deltanet':
    case 'kimi-delta':
    case 'mamba1':
    case 'mamba2':
    case 'lightning':
    case 'short-conv': {
      const stateBytes = recurrentStateBytes(attention, tensorParallel, hiddenSize, draftTokens)
      return { kind: 'state', heads: 0, elementsPerToken: 0, stateBytes }
    }
    case 'linear':
    case 'none':
      return NOTHING
  }
}

/** Elements one token stores in one layer, whole model (tp = 1); 0 for layers that do not grow with text. */
export function kvElementsPerToken(attention: Attention): number {
  switch (attention.kind) {
    case 'softmax':
      return softmaxSpec(attention, 1).elementsPerToken
    case 'mla':
      return mlaSpec(attention).elementsPerToken
    case 'compressed':
      return compressedSpec(attention).elementsPerToken
    default:
      return 0
  }
}

const NOTHING: KvSpec = { kind: 'none', heads: 0, elementsPerToken: 0 }

/** K and V of the rank's heads; a shared projection (`k_equals_v`) still stores both. */
function softmaxSpec(attention: AttentionOf<'softmax'>, tensorParallel: number): KvSpec {
  if (attention.shares_kv) return NOTHING
  const heads = kvHeadsPerRank(attention.kv_heads, tensorParallel)
  const elementsPerToken = heads * (attention.head_dim + (attention.v_head_dim ?? attention.head_dim))
  const spec = { kind: 'full' as KvKind, heads, elementsPerToken }
  if (attention.window !== undefined) {
    return { ...spec, kind: attention.window.mode, window: attention.window.size }
  }
  if (attention.indexer === undefined) return spec
  const { kind, head_dim: width } = attention.indexer
  return { ...spec, fixedBytesPerToken: kind === 'dsa' ? indexerBytes(width) : width * BLOCK_INDEXER_BYTES }
}

/** One latent of kv_lora_rank + rope, whole on every rank. */
function mlaSpec(attention: AttentionOf<'mla'>): KvSpec {
  const elementsPerToken = (attention.kv_lora_rank + attention.qk_rope_head_dim) * attention.blocks
  const spec: KvSpec = { kind: 'full', heads: 1, elementsPerToken }
  if (attention.indexer === undefined || attention.shares_indexer) return spec
  return { ...spec, fixedBytesPerToken: indexerBytes(attention.indexer.head_dim) }
}

function indexerBytes(width: number): number {
  return width + Math.ceil(width / INDEXER_SCALE_GROUP) * INDEXER_SCALE_BYTES
}

/** One head of width c, K = V: raw inside the window, one entry per `ratio` tokens beyond; whole on every rank. */
function compressedSpec(attention: AttentionOf<'compressed'>): KvSpec {
  const { head_dim: width, ratio, indexer, window } = attention
  if (ratio === undefined) return { kind: 'sliding', heads: 1, elementsPerToken: width, window }
  const spec: KvSpec = {
    kind: 'compressed',
    heads: 1,
    elementsPerToken: width / ratio,
    windowElementsPerToken: width,
    window,
  }
  if (indexer === undefined) return spec
  return { ...spec, fixedBytesPerToken: (indexer.head_dim * COMPRESSED_INDEXER_BYTES) / ratio }
}
