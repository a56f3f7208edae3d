import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { type Fields, nameOf } from '../fields.ts'
import { experts } from '../parts/experts.ts'
import { hybrid, isKind, type KindList } from '../parts/hybrid.ts'
import type { AttentionPart } from '../parts/part.ts'
import { lightning } from '../parts/recurrent.ts'
import { partialRope } from '../parts/rope.ts'
import { asSoftmax, softmax } from '../parts/softmax.ts'
import { afterFirst } from '../parts/sparse.ts'
import { minimaxVision } from '../towers/minimax.ts'

const correctedByBias = {
  read: (fields: Fields): boolean => fields.flag('use_routing_bias', false),
  write: (value: boolean) => ({ use_routing_bias: value }),
}

/** `attn_type_list`: 1 for softmax attention, 0 for lightning attention (MiniMaxAI/MiniMax-M1 modeling_minimax_m1.py). */
const attentionTypes: KindList = {
  read: (fields, index, layers) => nameOf(fields.list('attn_type_list', layers)?.[index]),
  write: (names) => ({ attn_type_list: names.map(Number) }),
}

export const minimaxM1: Family = decoder({
  types: { minimax_m1: 'MiniMaxM1ForCausalLM', minimax_text_01: 'MiniMaxText01ForCausalLM' },
  tied: false,
  attention: hybrid(
    [
      { name: '0', attention: lightning, is: isKind('lightning') },
      { name: '1', attention: softmax(), is: isKind('softmax') },
    ],
    attentionTypes,
  ),
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    shared: { width: 'shared_intermediate_size' },
  }),
  rope: partialRope('rotary_dim'),
})

/** Norms over the whole query and key (`qk_norm_type` per_layer; modeling_minimax_m2.py). */
export const minimaxM2: Family = decoder({
  types: { minimax_m2: 'MiniMaxM2ForCausalLM' },
  tied: false,
  attention: softmax({ qkNorm: { key: 'use_qk_norm', absent: true, kind: 'full' } }),
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    shared: { width: 'shared_intermediate_size' },
    correction: correctedByBias,
  }),
  rope: partialRope('rotary_dim'),
})

const plain = softmax({ qkNorm: 'per_head' })

/** MiniMax-M3: most layers choose blocks of keys by a small indexer, `sparse_attention_config` says which. */
const sparseAttention: AttentionPart = {
  read(fields, index, layers) {
    const attention = plain.read(fields, index, layers)
    const sparse = fields.inner('sparse_attention_config')
    if (sparse === undefined || !sparse.flag('use_sparse_attention', true)) return attention
    if (sparse.list('sparse_attention_freq', layers)?.[index] !== 1) return attention
    const indexer = {
      heads: sparse.count('sparse_num_index_heads'),
      head_dim: sparse.count('sparse_index_dim'),
      top_k: sparse.count('sparse_topk_blocks') * sparse.count('sparse_block_size'),
      kind: 'block' as const,
    }
    return { ...attention, indexer }
  },
  write(values, layers) {
    const all = values.map(asSoftmax)
    const indexer = all.find((each) => each.indexer !== undefined)?.indexer
    return {
      ...plain.write(values, layers),
      use_qk_norm: true,
      qk_norm_type: 'per_head',
      sparse_attention_config: {
        use_sparse_attention: true,
        sparse_attention_freq: all.map((each) => Number(each.indexer !== undefined)),
        sparse_num_index_heads: indexer?.heads,
        sparse_index_dim: indexer?.head_dim,
        sparse_topk_blocks: (indexer?.top_k ?? 0) / BLOCK,
        sparse_block_size: BLOCK,
      },
    }
  },
}
/** Keys of one block (MiniMaxAI/MiniMax-M3 config.json, sparse_block_size). */
const BLOCK = 128

export const minimaxM3: Family = decoder({
  types: { minimax_m3: 'MiniMaxM3SparseForConditionalGeneration' },
  alsoClasses: ['MiniMaxM3ForCausalLM', 'MiniMaxM3VLForConditionalGeneration'],
  under: 'text_config',
  tied: false,
  attention: sparseAttention,
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    shared: { width: 'shared_intermediate_size' },
    sparse: afterFirst(),
    dense: { key: 'dense_intermediate_size' },
    correction: correctedByBias,
  }),
  rope: partialRope('rotary_dim'),
  tower: minimaxVision,
})
