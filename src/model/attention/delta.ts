import type { AttentionOf } from '../../catalog/model.ts'
import { linear, state, type Tensor, vector } from '../tensor.ts'

/**
 * Gated DeltaNet (Qwen3-Next), K = k_heads x k_dim, W = v_heads x v_dim:
 * H x (2K + 2W) + H x 2 v_heads + (2K + W) x conv + 2 v_heads + v_dim + W x H.
 */
export function gatedDeltaNetTensors(attention: AttentionOf<'gated-deltanet'>, hidden: number): Tensor[] {
  const keyWidth = attention.k_heads * attention.k_dim
  const valueWidth = attention.v_heads * attention.v_dim
  return [
    linear('in_proj_qkvz', hidden, 2 * keyWidth + 2 * valueWidth, 'column'),
    linear('in_proj_ba', hidden, 2 * attention.v_heads, 'column'),
    state('conv1d', attention.conv, 2 * keyWidth + valueWidth),
    state('A_log', 1, attention.v_heads),
    state('dt_bias', 1, attention.v_heads),
    vector('norm.gated', attention.v_dim),
    linear('out_proj', valueWidth, hidden, 'row', 'o'),
  ]
}

/**
 * Kimi delta attention, D = heads x hd: 3 x H x D + 3 x D x conv + D + heads + H x hd + hd x D + H x heads + G + hd + D x H, where the
 * gate G is H x hd + hd x D, or H x D at full rank.
 */
export function kimiDeltaTensors(attention: AttentionOf<'kimi-delta'>, hidden: number): Tensor[] {
  const { heads, head_dim: headWidth } = attention
  const width = heads * headWidth
  const gate = attention.full_rank_gate
    ? [linear('g_proj', hidden, width, 'column')]
    : [linear('g_a_proj', hidden, headWidth, 'replicated'), linear('g_b_proj', headWidth, width, 'column')]
  return [
    linear('q_proj', hidden, width, 'column', 'q'),
    linear('k_proj', hidden, width, 'column', 'k'),
    linear('v_proj', hidden, width, 'column', 'v'),
    { ...state('conv1d', attention.conv, width), copies: 3, activeCopies: 3 },
    state('dt_bias', 1, width),
    state('A_log', 1, heads),
    linear('f_a_proj', hidden, headWidth, 'replicated'),
    linear('f_b_proj', headWidth, width, 'column'),
    linear('b_proj', hidden, heads, 'column'),
    ...gate,
    vector('norm.gated', headWidth),
    linear('o_proj', width, hidden, 'row', 'o'),
  ]
}
