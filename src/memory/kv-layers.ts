import type { Attention, AttentionOf } from '../catalog/model.ts'
import type { KvFormat } from '../catalog/quantization.ts'
import { type KvSpec, kvSpec } from '../model/kv.ts'
import type { ModelTensors } from '../model/tensors.ts'
import { type Stage, stageKinds } from './stages.ts'

/** Layers of one stage that keep the same things of a sequence, on one rank. */
export interface CacheKind {
  readonly kind: 'full' | 'sliding' | 'chunked' | 'state'
  readonly layers: number
  /** One layer; 0 for `state`. */
  readonly bytesPerToken: number
  /** The part of it that follows the KV format; allocators compare these when they unify pages. */
  readonly formatBytesPerToken: number
  /** Tokens; Infinity for `full` and `state`. */
  readonly window: number
  /** Bytes a layer and sequence; 0 unless `state`. */
  readonly stateBytes: number
}

export interface CacheOptions {
  readonly tensors: ModelTensors
  readonly stage: Stage
  readonly format: Pick<KvFormat, 'bytes_per_element' | 'bytes_per_token_and_head'>
  readonly tensorParallel: number
  /** Speculative tokens a step. */
  readonly draftTokens?: number
}

/** fp8 layout of sparse latent attention in vLLM (`fp8_ds_mla`): fp8 latent, an fp32 scale per 128 values, 16-bit rotary part. */
const SPARSE_LATENT = { scale_bytes: 4, scale_group: 128, rope_bytes: 2, format_bytes: 1 }

/**
 * What the layers of a stage cache, equal layers joined. Bytes of one layer and token on one rank:
 * `elements x bytes of the format + 2 x heads x scale bytes + indexer bytes`.
 */
export function cacheKinds(options: CacheOptions): CacheKind[] {
  const { tensors, stage, format, tensorParallel, draftTokens = 0 } = options
  const kinds: CacheKind[] = []
  for (const { kind, layers } of stageKinds(tensors, stage)) {
    const { attention } = kind
    const spec = kvSpec(attention, tensorParallel, tensors.architecture.hidden_size, draftTokens)
    for (const one of kindsOfLayer(attention, spec, format)) {
      const index = kinds.findIndex((known) => isSameCache(known, one))
      const known = kinds[index]
      if (known === undefined) kinds.push({ ...one, layers })
      else kinds[index] = { ...known, layers: known.layers + layers }
    }
  }
  return kinds
}

function isSameCache(a: CacheKind, b: CacheKind): boolean {
  return (
    a.kind === b.kind && a.bytesPerToken === b.bytesPerToken && a.window === b.window && a.stateBytes === b.stateBytes
  )
}

function kindsOfLayer(attention: Attention, spec: KvSpec, format: CacheOptions['format']): CacheKind[] {
  const scales = 2 * spec.heads * format.bytes_per_token_and_head
  const formatBytesPerToken =
    sparseLatentBytes(attention, format) ?? spec.elementsPerToken * format.bytes_per_element + scales
  const bytesPerToken = formatBytesPerToken + (spec.fixedBytesPerToken ?? 0)
  const window = spec.window ?? Number.POSITIVE_INFINITY
  const base = { layers: 1, bytesPerToken, formatBytesPerToken, window: Number.POSITIVE_INFINITY, stateBytes: 0 }
  switch (spec.kind) {
    case 'full':
      return [{ ...base, kind: 'full' }]
    case 'sliding':
    case 'chunked':
      return [{ ...base, kind: spec.kind, window }]
    case 'compressed': {
      // The compressed entries grow with the sequence, the raw ones stay inside the window: two caches in one layer.
      const raw = (spec.windowElementsPerToken ?? 0) * format.bytes_per_element + scales
      const inside: CacheKind = { ...base, kind: 'sliding', bytesPerToken: raw, formatBytesPerToken: raw, window }
      return [{ ...base, kind: 'full' }, inside]
    }
    case 'state':
      return [{ ...base, kind: 'state', bytesPerToken: 0, formatBytesPerToken: 0, stateBytes: spec.stateBytes ?? 0 }]
    case 'cross':
    case 'none':
      // Cross-attention caches image tokens only; a text workload has none.
      return []
  }
}

function sparseLatentBytes(attention: Attention, format: CacheOptions['format']): number | undefined {
  if (attention.kind !== 'mla' || !isSparse(attention)) return undefined
  if (format.bytes_per_element !== SPARSE_LATENT.format_bytes) return undefined
  const { kv_lora_rank: latent, qk_rope_head_dim: rope, blocks } = attention
  const scales = Math.ceil(latent / SPARSE_LATENT.scale_group) * SPARSE_LATENT.scale_bytes
  return (latent + scales + rope * SPARSE_LATENT.rope_bytes) * blocks
}

function isSparse(attention: AttentionOf<'mla'>): boolean {
  return attention.indexer !== undefined || attention.shares_indexer
}
