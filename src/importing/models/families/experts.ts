import { decoder } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import { experts } from '../parts/experts.ts'
import { partialRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { afterFirst, type Sparse } from '../parts/sparse.ts'
import { FULL, SLIDING, windowByTypes } from '../parts/windows.ts'

/** Softmax attention with mixtures of experts, by the keys of each publisher. */

/** gpt-oss: sinks and biases everywhere, windows in every second layer from the first (configuration_gpt_oss.py). */
export const gptOss: Family = decoder({
  types: { gpt_oss: 'GptOssForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: true },
    sinks: true,
    windows: windowByTypes((_, index) => (index % 2 === 0 ? SLIDING : FULL)),
  }),
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    expertBias: true,
  }),
})

/** AFMoE (configuration_afmoe.py): a gate as wide as the heads, norms around attention and MLP. */
export const afmoe: Family = decoder({
  types: { afmoe: 'AfmoeForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: false },
    qkNorm: 'per_head',
    gate: 'projection',
    windows: windowByTypes((fields, index) =>
      (index + 1) % (fields.maybeCount('global_attn_every_n_layers') ?? 4) === 0 ? FULL : SLIDING,
    ),
  }),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { count: 'num_shared_experts' },
    sparse: afterFirst('num_dense_layers'),
    correction: true,
  }),
  norms: 4,
})

/** Ling 2 and Ring 2 (inclusionAI configuration_bailing_moe_v2.py). */
export const bailing: Family = decoder({
  types: { bailing_moe: 'BailingMoeV2ForCausalLM', bailing_moe_v2: 'BailingMoeV2ForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'use_qkv_bias', absent: false },
    outputBias: { key: 'use_bias', absent: false },
    qkNorm: { key: 'use_qk_norm', absent: true, kind: 'per_head' },
  }),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { count: 'num_shared_experts' },
    sparse: afterFirst(),
    correction: {
      read: (fields) => fields.flag('moe_router_enable_expert_bias', true),
      write: (value) => ({ moe_router_enable_expert_bias: value }),
    },
  }),
  rope: partialRope('partial_rotary_factor'),
})

/** From `moe_layer_start_index` to `moe_layer_end_index` (-1: the last), every `moe_layer_interval`-th layer has experts. */
const ernieSparse: Sparse = {
  read(fields, index, layers) {
    const end = fields.maybeNumber('moe_layer_end_index') ?? -1
    const last = end < 0 ? layers - 1 : end
    const interval = fields.maybeCount('moe_layer_interval') ?? 1
    return index >= fields.whole('moe_layer_start_index') && index <= last && (index + 1) % interval === 0
  },
  write: (sparse) => ({
    moe_layer_start_index: sparse.indexOf(true),
    moe_layer_end_index: sparse.lastIndexOf(true),
    moe_layer_interval: 1,
  }),
}

/** ERNIE 4.5 (configuration_ernie4_5_moe.py); a second modality's experts (the VL files) are not known. */
export const ernie: Family = decoder({
  types: { ernie4_5_moe: 'Ernie4_5_MoeForCausalLM' },
  tied: true,
  attention: softmax({ qkvBias: { key: 'use_bias', absent: false } }),
  mlp: experts({
    experts: 'moe_num_experts',
    chosen: 'moe_k',
    width: 'moe_intermediate_size',
    shared: { count: 'moe_num_shared_experts' },
    sparse: ernieSparse,
    dense: { bias: { key: 'use_bias', absent: false } },
    correction: true,
  }),
})

/** Hunyuan-A13B (configuration_hunyuan_v1_moe.py of tencent's repositories): numbers may be given layer by layer. */
export const hunyuan: Family = decoder({
  types: { hunyuan_v1_moe: 'HunYuanMoEV1ForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: false },
    qkNorm: { key: 'use_qk_norm', absent: false, kind: 'per_head' },
  }),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'moe_topk',
    width: 'moe_intermediate_size',
    shared: { count: 'num_shared_expert' },
  }),
})

/** Hy3 (configuration_hy_v3.py). */
export const hunyuan3: Family = decoder({
  types: { hy_v3: 'HYV3ForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'attention_bias', absent: false }, qkNorm: 'per_head' }),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { count: 'num_shared_experts' },
    sparse: afterFirst(),
    correction: true,
  }),
})

/** Grok 2 (xai-org/grok-2 config.json): with `residual_moe` a dense MLP runs beside the experts; norms around everything. */
export const grok: Family = decoder({
  types: { git: 'Grok1ForCausalLM' },
  tied: false,
  attention: softmax(),
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    more: {
      read: (fields) =>
        fields.flag('residual_moe', false)
          ? { dense: { kind: 'dense', intermediate_size: fields.count('intermediate_size') } }
          : {},
      write({ dense }) {
        if (dense === undefined) throw new NotExpressible('no dense MLP beside the experts')
        return { residual_moe: true, intermediate_size: dense.intermediate_size }
      },
    },
  }),
  norms: 4,
})

/** DBRX (databricks/dbrx modeling_dbrx.py): attention and experts have maps of keys of their own. */
export const dbrx: Family = decoder({
  types: { dbrx: 'DbrxForCausalLM' },
  tied: false,
  names: { hidden: 'd_model', layers: 'n_layers', positions: ['max_seq_len'] },
  attention: {
    read(fields) {
      const heads = fields.count('n_heads')
      const own = fields.inner('attn_config')
      if (own === undefined) throw fields.refuse('attn_config', 'the field "attn_config" is missing')
      return {
        kind: 'softmax',
        heads,
        kv_heads: own.count('kv_n_heads'),
        head_dim: fields.count('d_model') / heads,
      }
    },
    write([first]) {
      if (first?.kind !== 'softmax') throw new NotExpressible('attention of another kind')
      return { n_heads: first.heads, attn_config: { kv_n_heads: first.kv_heads } }
    },
  },
  mlp: {
    read(fields) {
      const own = fields.inner('ffn_config')
      if (own === undefined) throw fields.refuse('ffn_config', 'the field "ffn_config" is missing')
      return {
        kind: 'moe',
        experts: own.count('moe_num_experts'),
        experts_per_token: own.count('moe_top_k'),
        intermediate_size: own.count('ffn_hidden_size'),
      }
    },
    write([first]) {
      if (first?.kind !== 'moe') throw new NotExpressible('layers without experts')
      return {
        ffn_config: {
          moe_num_experts: first.experts,
          moe_top_k: first.experts_per_token,
          ffn_hidden_size: first.intermediate_size,
        },
      }
    },
  },
})
