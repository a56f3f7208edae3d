import { inputError } from '../../../scenario/diagnostic.ts'
import type { AttentionInput } from '../shape.ts'
import type { Metadata } from './header.ts'
import type { Tensors } from './tensors.ts'
import { windowAt } from './windows.ts'

/** Names of tensors are those of gguf-py (ggml-org/llama.cpp gguf-py/gguf/constants.py, TENSOR_NAMES). */

/** The attention of a layer, or what stands in its place, by the tensors that are there and the file's keys. */
export function readAttention(
  tensors: Tensors,
  metadata: Metadata,
  layer: number,
  hidden: number,
  notes: Set<string>,
): AttentionInput {
  if (tensors.has('ssm_ba') || tensors.has('ssm_alpha') || tensors.has('ssm_beta')) return readDelta(tensors, metadata)
  if (tensors.has('ssm_x')) return readMambaOne(tensors, metadata, hidden)
  if (tensors.has('ssm_in')) return readMambaTwo(tensors, metadata)
  if (tensors.has('shortconv.conv')) return readShortConvolution(tensors)
  if (tensors.has('attn_kv_a_mqa')) return readLatent(tensors, metadata, layer)
  if (tensors.has('attn_qkv') || tensors.has('attn_q')) return readSoftmax(tensors, metadata, layer, notes)
  return { kind: 'none' }
}

function readSoftmax(tensors: Tensors, metadata: Metadata, layer: number, notes: Set<string>): AttentionInput {
  const heads = metadata.countAt('attention.head_count', layer)
  if (heads === undefined || heads === 0) throw missing(metadata, 'attention.head_count')
  const kvHeads = metadata.countAt('attention.head_count_kv', layer) || heads
  const fused = tensors.dimension('attn_qkv', 1)
  const query = tensors.dimension('attn_q', 1)
  const key = tensors.dimension('attn_k', 1)
  const value = tensors.dimension('attn_v', 1)
  tensors.take('attn_output', 'attn_qkv.bias', 'attn_q.bias', 'attn_k.bias', 'attn_v.bias', 'attn_output.bias')
  const stated = metadata.maybeCount('attention.key_length')
  const width = fused === undefined ? (key === undefined ? stated : key / kvHeads) : fused / (heads + 2 * kvHeads)
  if (width === undefined || !Number.isInteger(width)) throw disagree(metadata, layer, 'attn_k')
  const doubled = query === 2 * heads * width
  if (query !== undefined && query !== heads * width && !doubled) throw disagree(metadata, layer, 'attn_q')
  const valueWidth = value === undefined ? width : value / kvHeads
  const { window, unknown } = windowAt(metadata, layer)
  if (unknown !== undefined) notes.add(unknown)
  const bias = {
    qkv: ['attn_q.bias', 'attn_qkv.bias'].some((name) => tensors.has(name)),
    output: tensors.has('attn_output.bias'),
  }
  const norm = queryNorm(tensors, heads, width)
  const gate = tensors.dimension('attn_gate', 1)
  const sinks = tensors.has('attn_sinks')
  tensors.take('attn_sinks', 'attn_sinks.weight')
  const sharesKv = fused === undefined && key === undefined
  return {
    kind: 'softmax',
    heads,
    kv_heads: kvHeads,
    head_dim: width,
    ...(valueWidth === width ? {} : { v_head_dim: valueWidth }),
    ...(window === undefined ? {} : { window }),
    ...(bias.qkv || bias.output ? { bias } : {}),
    ...(norm === 'none' ? {} : { qk_norm: norm }),
    ...(sinks ? { sinks } : {}),
    ...(doubled ? { output_gate: 'gate_in_query' as const } : {}),
    ...(gate === undefined ? {} : { output_gate: gate === heads ? ('per_head' as const) : ('projection' as const) }),
    ...(fused === undefined && key !== undefined && value === undefined ? { k_equals_v: true } : {}),
    ...(sharesKv ? { shares_kv: true } : {}),
  }
}

/** One vector of a head's width, one for each head, or one over the whole projection. */
function queryNorm(tensors: Tensors, heads: number, width: number) {
  const first = tensors.dimension('attn_q_norm', 0)
  const each = tensors.dimension('attn_q_norm', 1)
  tensors.take('attn_k_norm')
  if (first === undefined) return 'none'
  if (each === heads) return 'per_head_each'
  return first === heads * width && heads > 1 ? 'full' : 'per_head'
}

/** Latent attention; newer files hold the two halves of `attn_kv_b` apart. */
function readLatent(tensors: Tensors, metadata: Metadata, layer: number): AttentionInput {
  const heads = metadata.countAt('attention.head_count', layer)
  const rank = tensors.dimension('attn_kv_a_norm', 0)
  const compressed = tensors.dimension('attn_kv_a_mqa', 1)
  const queryRank = tensors.dimension('attn_q_a', 1) ?? null
  const query = tensors.dimension('attn_q_b', 1) ?? tensors.dimension('attn_q', 1)
  const output = tensors.dimension('attn_output', 0)
  tensors.take('attn_q_a_norm', 'attn_kv_b', 'attn_k_b', 'attn_v_b')
  if (!heads || rank === undefined || compressed === undefined || query === undefined || output === undefined) {
    throw disagree(metadata, layer, 'attn_kv_a_mqa')
  }
  const rope = compressed - rank
  return {
    kind: 'mla',
    heads,
    q_lora_rank: queryRank,
    kv_lora_rank: rank,
    qk_nope_head_dim: query / heads - rope,
    qk_rope_head_dim: rope,
    v_head_dim: output / heads,
    ...readIndexer(tensors, metadata),
  }
}

function readIndexer(tensors: Tensors, metadata: Metadata) {
  if (!tensors.has('indexer.attn_k')) return {}
  tensors.take('indexer.attn_q_b', 'indexer.proj', 'indexer.k_norm', 'indexer.k_norm.bias')
  return {
    indexer: {
      heads: metadata.count('attention.indexer.head_count'),
      head_dim: tensors.dimension('indexer.attn_k', 1) ?? metadata.count('attention.indexer.key_length'),
      top_k: metadata.count('attention.indexer.top_k'),
    },
  }
}

/** Gated DeltaNet: `ssm.group_count` key heads and `ssm.time_step_rank` value heads (llama.cpp src/models/qwen3next.cpp). */
function readDelta(tensors: Tensors, metadata: Metadata): AttentionInput {
  tensors.take(
    'ssm_in',
    'attn_qkv',
    'attn_gate',
    'ssm_ba',
    'ssm_alpha',
    'ssm_beta',
    'ssm_conv1d',
    'ssm_dt',
    'ssm_dt.bias',
  )
  tensors.take('ssm_a', 'ssm_norm', 'ssm_out')
  const valueHeads = metadata.count('ssm.time_step_rank')
  return {
    kind: 'gated-deltanet',
    k_heads: metadata.count('ssm.group_count'),
    v_heads: valueHeads,
    k_dim: metadata.count('ssm.state_size'),
    v_dim: metadata.count('ssm.inner_size') / valueHeads,
    conv: metadata.count('ssm.conv_kernel'),
  }
}

function readMambaOne(tensors: Tensors, metadata: Metadata, hidden: number): AttentionInput {
  const normed = tensors.has('ssm_dt_norm')
  tensors.take('ssm_in', 'ssm_conv1d', 'ssm_conv1d.bias', 'ssm_x', 'ssm_dt', 'ssm_dt.bias', 'ssm_a', 'ssm_d', 'ssm_out')
  tensors.take('ssm_dt_norm', 'ssm_b_norm', 'ssm_c_norm')
  return {
    kind: 'mamba1',
    expand: metadata.count('ssm.inner_size') / hidden,
    state: metadata.count('ssm.state_size'),
    dt_rank: metadata.count('ssm.time_step_rank'),
    conv: metadata.count('ssm.conv_kernel'),
    ...(normed ? { inner_norms: true } : {}),
  }
}

/** Mamba-2: `ssm.time_step_rank` heads. */
function readMambaTwo(tensors: Tensors, metadata: Metadata): AttentionInput {
  tensors.take(
    'ssm_in',
    'ssm_conv1d',
    'ssm_conv1d.bias',
    'ssm_dt',
    'ssm_dt.bias',
    'ssm_a',
    'ssm_d',
    'ssm_norm',
    'ssm_out',
  )
  const heads = metadata.count('ssm.time_step_rank')
  return {
    kind: 'mamba2',
    heads,
    head_dim: metadata.count('ssm.inner_size') / heads,
    state: metadata.count('ssm.state_size'),
    groups: metadata.count('ssm.group_count'),
    conv: metadata.count('ssm.conv_kernel'),
  }
}

function readShortConvolution(tensors: Tensors): AttentionInput {
  tensors.take('shortconv.in_proj', 'shortconv.out_proj')
  return { kind: 'short-conv', kernel: tensors.dimension('shortconv.conv', 0) ?? 1 }
}

function missing(metadata: Metadata, key: string) {
  return inputError(`GGUF: the key "${metadata.architecture}.${key}" is missing`)
}

function disagree(metadata: Metadata, layer: number, tensor: string) {
  return inputError(
    `GGUF of architecture ${metadata.architecture}: the shape of blk.${layer}.${tensor} does not go with the number of heads`,
    { hint: 'its attention is of a kind that is not known here' },
  )
}
