import type { Attention, AttentionOf } from '../../../catalog/model.ts'
import { NotExpressible } from '../family.ts'
import type { AttentionPart } from './part.ts'

/** The first of the values, all of which are of that kind. */
function firstOf<K extends Attention['kind']>(values: readonly Attention[], kind: K): AttentionOf<K> {
  const first = values[0]
  if (first?.kind === kind) return first as AttentionOf<K>
  throw new NotExpressible(`a layer of kind ${first?.kind} where ${kind} is expected`)
}

/** Gated DeltaNet by the keys of configuration_qwen3_next.py. */
export const gatedDeltaNet: AttentionPart = {
  read: (fields) => ({
    kind: 'gated-deltanet',
    k_heads: fields.count('linear_num_key_heads'),
    v_heads: fields.count('linear_num_value_heads'),
    k_dim: fields.count('linear_key_head_dim'),
    v_dim: fields.count('linear_value_head_dim'),
    conv: fields.count('linear_conv_kernel_dim'),
  }),
  write(values) {
    const first = firstOf(values, 'gated-deltanet')
    return {
      linear_num_key_heads: first.k_heads,
      linear_num_value_heads: first.v_heads,
      linear_key_head_dim: first.k_dim,
      linear_value_head_dim: first.v_dim,
      linear_conv_kernel_dim: first.conv,
    }
  },
}

/** Mamba-1 by the keys of configuration_jamba.py; `mamba_dt_rank` "auto" is hidden size / 16, rounded up. */
export const mambaOne: AttentionPart = {
  read(fields) {
    const rank = fields.raw('mamba_dt_rank')
    const hidden = fields.count('hidden_size')
    return {
      kind: 'mamba1',
      expand: fields.count('mamba_expand'),
      state: fields.count('mamba_d_state'),
      dt_rank: rank === undefined || rank === 'auto' ? Math.ceil(hidden / AUTO_RANK) : fields.count('mamba_dt_rank'),
      conv: fields.count('mamba_d_conv'),
      inner_norms: true,
    }
  },
  write(values) {
    const first = firstOf(values, 'mamba1')
    return {
      mamba_expand: first.expand,
      mamba_d_state: first.state,
      mamba_dt_rank: first.dt_rank,
      mamba_d_conv: first.conv,
    }
  },
}
const AUTO_RANK = 16

interface MambaTwoKeys {
  readonly heads: string
  readonly headDim: string
  readonly state: string
  readonly groups: string
  readonly conv: string
}

/** Mamba-2; the names of its keys differ (configuration_nemotron_h.py, configuration_granitemoehybrid.py). */
export function mambaTwo(keys: MambaTwoKeys): AttentionPart {
  return {
    read: (fields) => ({
      kind: 'mamba2',
      heads: fields.count(keys.heads),
      head_dim: fields.count(keys.headDim),
      state: fields.count(keys.state),
      groups: fields.count(keys.groups),
      conv: fields.count(keys.conv),
    }),
    write(values) {
      const first = firstOf(values, 'mamba2')
      return {
        [keys.heads]: first.heads,
        [keys.headDim]: first.head_dim,
        [keys.state]: first.state,
        [keys.groups]: first.groups,
        [keys.conv]: first.conv,
      }
    },
  }
}

/** Kimi delta attention: its keys stand in `linear_attn_config`. */
export const kimiDelta: AttentionPart = {
  read(fields) {
    const linear = fields.inner('linear_attn_config') ?? fields
    const fullRank = linear.flag('use_full_rank_gate', false)
    return {
      kind: 'kimi-delta',
      heads: linear.count('num_heads'),
      head_dim: linear.count('head_dim'),
      conv: linear.count('short_conv_kernel_size'),
      ...(fullRank ? { full_rank_gate: true } : {}),
    }
  },
  write(values) {
    const first = firstOf(values, 'kimi-delta')
    return {
      linear_attn_config: {
        num_heads: first.heads,
        head_dim: first.head_dim,
        short_conv_kernel_size: first.conv,
        ...(first.full_rank_gate ? { use_full_rank_gate: true } : {}),
      },
    }
  },
}

/** Lightning attention (MiniMax-Text-01): as many heads as softmax attention has, of the same width. */
export const lightning: AttentionPart = {
  read: (fields) => ({
    kind: 'lightning',
    heads: fields.count('num_attention_heads'),
    head_dim: fields.count('head_dim'),
  }),
  write(values) {
    const first = firstOf(values, 'lightning')
    return { num_attention_heads: first.heads, head_dim: first.head_dim }
  },
}

/** Gated short convolutions by the keys of configuration_lfm2.py. */
export const shortConvolution: AttentionPart = {
  read: (fields) => ({ kind: 'short-conv', kernel: fields.count('conv_L_cache') }),
  write: (values) => ({ conv_L_cache: firstOf(values, 'short-conv').kernel, conv_bias: false }),
}
