import type { AttentionOf } from '../../catalog/model.ts'
import { kvLinear, kvVector, linear, type Tensor, vector } from '../tensor.ts'

/**
 * Multi-head, grouped-query and multi-query attention: H x n x d + H x k x d + H x k x dv + n x dv x H, with the biases, query/key
 * norms, sinks, gates and indexers some models add.
 */
export function softmaxTensors(attention: AttentionOf<'softmax'>, hidden: number): Tensor[] {
  const { heads, kv_heads: kvHeads, head_dim: width } = attention
  const valueWidth = attention.v_head_dim ?? width
  const queryWidth = heads * width * (attention.output_gate === 'gate_in_query' ? 2 : 1)
  const hasKey = !attention.shares_kv
  const hasValue = hasKey && !attention.k_equals_v
  const tensors = [linear('q_proj', hidden, queryWidth, 'column', 'q')]
  if (hasKey) tensors.push(kvLinear('k_proj', hidden, kvHeads, width, 'k'))
  if (hasValue) tensors.push(kvLinear('v_proj', hidden, kvHeads, valueWidth, 'v'))
  tensors.push(linear('o_proj', heads * valueWidth, hidden, 'row', 'o'))
  if (attention.bias.qkv) {
    tensors.push(vector('q_proj.bias', queryWidth, 'column'))
    if (hasKey) tensors.push(kvVector('k_proj.bias', kvHeads, width))
    if (hasValue) tensors.push(kvVector('v_proj.bias', kvHeads, valueWidth))
  }
  if (attention.bias.output) tensors.push(vector('o_proj.bias', hidden))
  tensors.push(...queryKeyNorms(attention, hasKey))
  if (attention.sinks) tensors.push(vector('sinks', heads, 'column'))
  if (attention.output_gate === 'projection') tensors.push(linear('gate', hidden, heads * width, 'column'))
  if (attention.output_gate === 'per_head') tensors.push(linear('gate', hidden, heads, 'column'))
  if (attention.indexer !== undefined) {
    // Engines keep the indexer whole on every rank: its keys are shared by all heads.
    const { heads: indexHeads, head_dim: indexWidth } = attention.indexer
    tensors.push(
      linear('indexer.q_proj', hidden, indexHeads * indexWidth, 'replicated'),
      linear('indexer.k_proj', hidden, indexWidth, 'replicated'),
      vector('indexer.norm', indexWidth, 'replicated', 2),
    )
    if (attention.indexer.kind === 'dsa') tensors.push(linear('indexer.weights_proj', hidden, indexHeads, 'replicated'))
  }
  return tensors
}

function queryKeyNorms(attention: AttentionOf<'softmax'>, hasKey: boolean): Tensor[] {
  const { heads, kv_heads: kvHeads, head_dim: width } = attention
  switch (attention.qk_norm) {
    case 'none':
      return []
    case 'per_head':
      return hasKey ? [vector('q_norm', width), vector('k_norm', width)] : [vector('q_norm', width)]
    case 'full':
      // The mean square runs over all heads, so engines keep the vector whole.
      return hasKey
        ? [vector('q_norm', heads * width), vector('k_norm', kvHeads * width)]
        : [vector('q_norm', heads * width)]
    case 'per_head_each':
      return hasKey
        ? [vector('q_norm', heads * width, 'column'), kvVector('k_norm', kvHeads, width)]
        : [vector('q_norm', heads * width, 'column')]
  }
}

/** Cross-attention to image tokens: H x n x d + 2 x H x k x d + n x d x H, two norms of d and two scalar gates. */
export function crossTensors(attention: AttentionOf<'cross'>, hidden: number): Tensor[] {
  const { heads, kv_heads: kvHeads, head_dim: width } = attention
  return [
    linear('q_proj', hidden, heads * width, 'column', 'q'),
    kvLinear('k_proj', hidden, kvHeads, width, 'k'),
    kvLinear('v_proj', hidden, kvHeads, width, 'v'),
    linear('o_proj', heads * width, hidden, 'row', 'o'),
    vector('q_norm', width),
    vector('k_norm', width),
    vector('gate', 1, 'replicated', 2),
  ]
}
