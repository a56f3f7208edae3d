import type { AttentionOf } from '../../catalog/model.ts'
import { linear, type Tensor, vector } from '../tensor.ts'

/**
 * Multi-head latent attention (DeepSeek-V2 paper): H x r_q + r_q + r_q x n x (nope + rope), or H x n x (nope + rope) without a query
 * rank; H x (r_kv + rope) + r_kv + r_kv x n x (nope + v) + n x v x H. The low-rank inputs are whole on every rank, the rest divides
 * by heads. kv_a/kv_b count as `k` for adapters: they make keys and values together.
 */
export function mlaTensors(attention: AttentionOf<'mla'>, hidden: number): Tensor[] {
  const { heads, blocks, q_lora_rank: queryRank, kv_lora_rank: kvRank } = attention
  const { qk_nope_head_dim: nope, qk_rope_head_dim: rope, v_head_dim: valueWidth } = attention
  const tensors: Tensor[] = []
  if (queryRank === null) {
    tensors.push(linear('q_proj', hidden, heads * (nope + rope), 'column', 'q', blocks))
  } else {
    tensors.push(
      linear('q_a_proj', hidden, queryRank, 'replicated', 'q', blocks),
      vector('q_a_norm', queryRank, 'replicated', blocks),
      linear('q_b_proj', queryRank, heads * (nope + rope), 'column', 'q', blocks),
    )
  }
  tensors.push(
    linear('kv_a_proj', hidden, kvRank + rope, 'replicated', 'k', blocks),
    vector('kv_a_norm', kvRank, 'replicated', blocks),
    linear('kv_b_proj', kvRank, heads * (nope + valueWidth), 'column', 'k', blocks),
    linear('o_proj', heads * valueWidth, hidden, 'row', 'o', blocks),
  )
  if (attention.output_gate) tensors.push(linear('gate', hidden, heads * valueWidth, 'column', 'other', blocks))
  if (attention.indexer !== undefined && !attention.shares_indexer) {
    tensors.push(...sparseIndexer(attention.indexer, queryRank ?? hidden, hidden))
  }
  return tensors
}

/** DeepSeek-V3.2 indexer: r_q x h x w + H x w + 2 x w (LayerNorm) + H x h, whole on every rank. */
function sparseIndexer(indexer: { heads: number; head_dim: number }, queryInputs: number, hidden: number): Tensor[] {
  return [
    linear('indexer.q_proj', queryInputs, indexer.heads * indexer.head_dim, 'replicated'),
    linear('indexer.k_proj', hidden, indexer.head_dim, 'replicated'),
    vector('indexer.norm', indexer.head_dim, 'replicated', 2),
    linear('indexer.weights_proj', hidden, indexer.heads, 'replicated'),
  ]
}
