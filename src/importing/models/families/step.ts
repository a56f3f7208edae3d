import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import type { Fields } from '../fields.ts'
import { experts } from '../parts/experts.ts'
import { softmax } from '../parts/softmax.ts'
import type { Sparse } from '../parts/sparse.ts'
import { windowByTypes } from '../parts/windows.ts'
import { stepVision } from '../towers/step.ts'

/** Layers with experts: `mlp_layer_types`, `moe_layers_enum` (indices joined by commas), or all from `first_k_dense_replace` on. */
const sparse: Sparse = {
  read(fields: Fields, index: number, layers: number): boolean {
    const listed = fields.list('mlp_layer_types', layers)
    if (listed !== undefined) return listed[index] === 'sparse'
    const named = fields.raw('moe_layers_enum')
    if (typeof named === 'string') return named.split(',').map(Number).includes(index)
    return index >= fields.whole('first_k_dense_replace', CLASS_FIRST)
  },
  write: (flags) => ({
    moe_layers_enum: flags.flatMap((each, index) => (each ? [index] : [])).join(','),
  }),
}
/** Class default of Step3p7TextConfig: experts from layer 3 on (configuration_step3p7.py). */
const CLASS_FIRST = 3

/** Step 3.5 and 3.7 (modeling_step3p7.py): one gate a head; windowed layers with another number of heads are not known. */
export const step: Family = decoder({
  types: { step3p7: 'Step3p7ForConditionalGeneration' },
  alsoClasses: ['Step3p7FlashForCausalLM'],
  under: 'text_config',
  aliases: {
    num_key_value_heads: ['num_attention_groups'],
    n_routed_experts: ['moe_num_experts', 'num_local_experts', 'num_experts'],
    num_experts_per_tok: ['moe_top_k'],
    share_expert_dim: ['share_expert_dims'],
  },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: false },
    qkNorm: 'per_head',
    gate: 'per_head',
    windows: windowByTypes(),
  }),
  mlp: experts({
    experts: 'n_routed_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { width: 'share_expert_dim' },
    sparse,
    correction: true,
  }),
  tower: stepVision,
  more: {
    read(fields, shape) {
      const other = fields.raw('attention_other_setting')
      const heads = fields.count('num_attention_heads')
      if (other !== undefined && typeof other === 'object' && other !== null && 'num_attention_heads' in other) {
        if (other.num_attention_heads !== heads) {
          throw fields.refuse('attention_other_setting', 'windowed layers with another number of heads are not known')
        }
      }
      return shape
    },
    write: () => ({}),
  },
})
