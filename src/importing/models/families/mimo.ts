import { decoder } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import type { Fields } from '../fields.ts'
import { experts } from '../parts/experts.ts'
import type { AttentionPart } from '../parts/part.ts'
import { partialRope } from '../parts/rope.ts'
import { asSoftmax } from '../parts/softmax.ts'
import { afterFirst } from '../parts/sparse.ts'

/**
 * MiMo V2 (configuration_mimo_v2_flash.py): `hybrid_layer_pattern` is 1 where a layer sees a window. Those layers have heads of their own
 * number and width (`swa_*`), and sinks where `add_swa_attention_sink_bias` says so.
 */
const attention: AttentionPart = {
  read(fields, index, layers) {
    const sliding = fields.list('hybrid_layer_pattern', layers)?.[index] === 1
    const count = (key: string): number => (sliding ? fields.maybeCount(`swa_${key}`) : undefined) ?? fields.count(key)
    const width = count('head_dim')
    const valueWidth = (sliding ? fields.maybeCount('swa_v_head_dim') : undefined) ?? fields.maybeCount('v_head_dim')
    const sinks = fields.flag(sliding ? 'add_swa_attention_sink_bias' : 'add_full_attention_sink_bias', false)
    return {
      kind: 'softmax',
      heads: count('num_attention_heads'),
      kv_heads: count('num_key_value_heads'),
      head_dim: width,
      ...(valueWidth === undefined || valueWidth === width ? {} : { v_head_dim: valueWidth }),
      ...(sliding ? { window: { size: windowSize(fields), mode: 'sliding' as const } } : {}),
      ...(fields.flag('attention_bias', false) ? { bias: { qkv: true, output: false } } : {}),
      ...(sinks ? { sinks: true } : {}),
    }
  },
  write(values) {
    const all = values.map(asSoftmax)
    const full = all.find(({ window }) => window === undefined)
    const sliding = all.find(({ window }) => window !== undefined)
    if (full === undefined || sliding === undefined) throw new NotExpressible('layers of one kind only')
    return {
      hybrid_layer_pattern: all.map(({ window }) => Number(window !== undefined)),
      num_attention_heads: full.heads,
      num_key_value_heads: full.kv_heads,
      head_dim: full.head_dim,
      v_head_dim: full.v_head_dim ?? full.head_dim,
      swa_num_attention_heads: sliding.heads,
      swa_num_key_value_heads: sliding.kv_heads,
      swa_head_dim: sliding.head_dim,
      swa_v_head_dim: sliding.v_head_dim ?? sliding.head_dim,
      sliding_window: sliding.window?.size,
      attention_bias: full.bias.qkv,
      add_swa_attention_sink_bias: sliding.sinks,
      add_full_attention_sink_bias: full.sinks,
    }
  },
}

function windowSize(fields: Fields): number {
  return fields.count('sliding_window', 'sliding_window_size')
}

export const mimo: Family = decoder({
  types: { mimo_v2_flash: 'MiMoV2FlashForCausalLM' },
  tied: false,
  attention,
  mlp: experts({
    experts: 'n_routed_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { count: 'n_shared_experts' },
    sparse: afterFirst(),
    correction: {
      read: (fields) => fields.maybeText('topk_method') === 'noaux_tc',
      write: (value) => ({ topk_method: value ? 'noaux_tc' : 'greedy' }),
    },
  }),
  rope: partialRope('partial_rotary_factor'),
})
