import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { experts } from '../parts/experts.ts'
import { hybrid, isKind, type KindList, listed } from '../parts/hybrid.ts'
import { mambaOne, mambaTwo, shortConvolution } from '../parts/recurrent.ts'
import { noRope, wholeRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { afterFirst, periodic } from '../parts/sparse.ts'
import { FULL } from '../parts/windows.ts'

/** Attention in some layers, recurrences or convolutions in the others. */

/** One layer of attention in every `attn_layer_period` (configuration_jamba.py). */
const jambaLayers: KindList = {
  read: (fields, index) =>
    index % fields.count('attn_layer_period') === fields.whole('attn_layer_offset') ? 'attention' : 'mamba',
  write(names) {
    const first = names.indexOf('attention')
    return { attn_layer_period: names.indexOf('attention', first + 1) - first, attn_layer_offset: first }
  },
}

export const jamba: Family = decoder({
  types: { jamba: 'JambaForCausalLM' },
  tied: false,
  attention: hybrid(
    [
      { name: 'attention', attention: softmax(), is: isKind('softmax') },
      { name: 'mamba', attention: mambaOne, is: isKind('mamba1') },
    ],
    jambaLayers,
  ),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    sparse: periodic('expert_layer_period', 'expert_layer_offset'),
  }),
  rope: noRope,
})

/** Granite 4 (configuration_granitemoehybrid.py): positions are rotary only where `position_embedding_type` says rope. */
export const graniteHybrid: Family = decoder({
  types: { granitemoehybrid: 'GraniteMoeHybridForCausalLM' },
  tied: false,
  attention: hybrid(
    [
      {
        name: 'attention',
        attention: softmax({ qkvBias: { key: 'attention_bias', absent: false } }),
        is: isKind('softmax'),
      },
      {
        name: 'mamba',
        attention: mambaTwo({
          heads: 'mamba_n_heads',
          headDim: 'mamba_d_head',
          state: 'mamba_d_state',
          groups: 'mamba_n_groups',
          conv: 'mamba_d_conv',
        }),
        is: isKind('mamba2'),
      },
    ],
    listed('layer_types'),
  ),
  mlp: experts({
    experts: 'num_local_experts',
    chosen: 'num_experts_per_tok',
    width: 'intermediate_size',
    shared: { width: 'shared_intermediate_size' },
  }),
  rope: {
    read: (fields, layers, positions) =>
      (fields.maybeText('position_embedding_type') === 'rope' ? wholeRope : noRope).read(fields, layers, positions),
    write: ({ rope_tables: tables }) => ({ position_embedding_type: tables?.length === 0 ? 'nope' : 'rope' }),
  },
})

/** LFM2 with experts (configuration_lfm2_moe.py): head width is hidden size over heads, norms on query and key. */
export const lfm2Moe: Family = decoder({
  types: { lfm2_moe: 'Lfm2MoeForCausalLM' },
  tied: true,
  attention: hybrid(
    [
      { name: 'conv', attention: shortConvolution, is: isKind('short-conv') },
      { name: FULL, attention: softmax({ qkNorm: 'per_head', dividedOnly: true }), is: isKind('softmax') },
    ],
    listed('layer_types'),
  ),
  mlp: experts({
    experts: 'num_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    sparse: afterFirst('num_dense_layers'),
    correction: {
      read: (fields) => fields.flag('use_expert_bias', true),
      write: (value) => ({ use_expert_bias: value }),
    },
  }),
})
