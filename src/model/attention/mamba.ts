import type { AttentionOf } from '../../catalog/model.ts'
import { linear, state, type Tensor, vector } from '../tensor.ts'

/**
 * Mamba-1 (Jamba), D = expand x H: H x 2D + D x conv + D + D x (dt + 2s) + dt x D + D + D x s + D + D x H, and dt + 2s for the inner
 * norms where the model has them.
 */
export function mambaOneTensors(attention: AttentionOf<'mamba1'>, hidden: number): Tensor[] {
  const inner = attention.expand * hidden
  const { state: stateSize, dt_rank: rank } = attention
  const tensors = [
    linear('in_proj', hidden, 2 * inner, 'column'),
    state('conv1d', attention.conv, inner),
    state('conv1d.bias', 1, inner),
    linear('x_proj', inner, rank + 2 * stateSize, 'row'),
    linear('dt_proj', rank, inner, 'column'),
    state('dt_proj.bias', 1, inner),
    state('A_log', stateSize, inner),
    state('D', 1, inner),
    linear('out_proj', inner, hidden, 'row', 'o'),
  ]
  if (attention.inner_norms) tensors.push(vector('inner_norms', rank + 2 * stateSize))
  return tensors
}

/**
 * Mamba-2 (NemotronH, Granite 4), D = heads x head_dim, groups g, state s:
 * H x (2D + 2gs + heads) + (D + 2gs) x conv + (D + 2gs) + 3 heads + D + D x H.
 */
export function mambaTwoTensors(attention: AttentionOf<'mamba2'>, hidden: number): Tensor[] {
  const { heads, groups, state: stateSize } = attention
  const inner = heads * attention.head_dim
  const convolved = inner + 2 * groups * stateSize
  return [
    linear('in_proj', hidden, inner + convolved + heads, 'column'),
    state('conv1d', attention.conv, convolved),
    state('conv1d.bias', 1, convolved),
    state('A_log', 1, heads),
    state('D', 1, heads),
    state('dt_bias', 1, heads),
    { ...vector('norm.gated', inner), shard: 'column' },
    linear('out_proj', inner, hidden, 'row', 'o'),
  ]
}
