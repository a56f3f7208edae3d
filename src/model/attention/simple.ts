import type { AttentionOf } from '../../catalog/model.ts'
import { linear, state, type Tensor, vector } from '../tensor.ts'

/** Lightning attention (MiniMax-Text-01): H x 3nd + nd x H + H x nd + nd. */
export function lightningTensors(attention: AttentionOf<'lightning'>, hidden: number): Tensor[] {
  const width = attention.heads * attention.head_dim
  return [
    linear('qkv_proj', hidden, 3 * width, 'column'),
    linear('output_gate', hidden, width, 'column'),
    vector('norm.gated', width, 'column'),
    linear('out_proj', width, hidden, 'row', 'o'),
  ]
}

/** Gated short convolution (LFM2): 3 x H x H + H x kernel + H x H. */
export function shortConvTensors(attention: AttentionOf<'short-conv'>, hidden: number): Tensor[] {
  return [
    linear('in_proj', hidden, 3 * hidden, 'column'),
    state('conv', attention.kernel, hidden),
    linear('out_proj', hidden, hidden, 'row', 'o'),
  ]
}
