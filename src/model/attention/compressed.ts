import type { AttentionOf } from '../../catalog/model.ts'
import { linear, state, type Tensor, vector } from '../tensor.ts'

/** The compressor of small ratios (4) overlaps two windows, that of large ratios (128) has one (DeepSeek-V4 config). */
const OVERLAPPING_RATIO = 4

/**
 * DeepSeek-V4: one shared K=V head of width c. n sinks + H x r_q + r_q + r_q x n x c + H x c + c + n x c x o_lora + g x o_lora x H;
 * compressor R x w x c + 2 x H x w x c + c; indexer R x 2i + 2 x H x 2i + i + r_q x h x i + H x h.
 */
export function compressedTensors(attention: AttentionOf<'compressed'>, hidden: number): Tensor[] {
  const { heads, head_dim: width, q_lora_rank: queryRank } = attention
  const { output_lora_rank: outputRank, output_groups: groups, ratio, indexer } = attention
  const tensors = [
    vector('sinks', heads, 'column'),
    linear('q_a_proj', hidden, queryRank, 'replicated', 'q'),
    vector('q_a_norm', queryRank),
    linear('q_b_proj', queryRank, heads * width, 'column', 'q'),
    linear('kv_proj', hidden, width, 'replicated', 'k'),
    vector('kv_norm', width),
    // Grouped: each group of heads has its own low-rank output map.
    linear('o_a_proj', (heads * width) / groups, outputRank, 'column', 'o', groups),
    linear('o_b_proj', groups * outputRank, hidden, 'row', 'o'),
  ]
  if (ratio !== undefined) {
    tensors.push(...compressor('compressor', ratio, ratio <= OVERLAPPING_RATIO ? 2 : 1, width, hidden))
  }
  if (ratio !== undefined && indexer !== undefined) {
    tensors.push(
      ...compressor('indexer.compressor', ratio, 2, indexer.head_dim, hidden),
      linear('indexer.q_proj', queryRank, indexer.heads * indexer.head_dim, 'replicated'),
      linear('indexer.weights_proj', hidden, indexer.heads, 'replicated'),
    )
  }
  return tensors
}

function compressor(name: string, ratio: number, windows: number, width: number, hidden: number): Tensor[] {
  return [
    { ...state(`${name}.positions`, ratio, windows * width), shard: 'replicated' },
    linear(`${name}.kv_proj`, hidden, windows * width, 'replicated'),
    linear(`${name}.gate_proj`, hidden, windows * width, 'replicated'),
    vector(`${name}.norm`, width),
  ]
}
