import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { experts } from '../parts/experts.ts'
import { partialRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { afterFirst } from '../parts/sparse.ts'

/** Half of each head is rotary (configuration_glm.py, configuration_glm4.py, configuration_glm4_moe.py). */
const half = partialRope('partial_rotary_factor', 0.5)

export const glm: Family = decoder({
  types: { glm: 'GlmForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'attention_bias', absent: true }, outputBias: false }),
  mlp: dense(),
  rope: half,
})

/** Norms before and after attention and MLP (modeling_glm4.py). */
export const glm4: Family = decoder({
  types: { glm4: 'Glm4ForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'attention_bias', absent: true }, outputBias: false }),
  mlp: dense(),
  norms: 4,
  rope: half,
})

export const glm4Moe: Family = decoder({
  types: { glm4_moe: 'Glm4MoeForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: false },
    outputBias: false,
    qkNorm: { key: 'use_qk_norm', absent: false, kind: 'per_head' },
  }),
  mlp: experts({
    experts: 'n_routed_experts',
    chosen: 'num_experts_per_tok',
    width: 'moe_intermediate_size',
    shared: { count: 'n_shared_experts' },
    sparse: afterFirst(),
    correction: true,
  }),
  rope: half,
})
