import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { experts } from '../parts/experts.ts'
import { partialRope, wholeRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { windowEverywhere } from '../parts/windows.ts'

/** LayerNorm: weight and bias. */
const layerNorm = { norm_vectors: 2 } as const

/** Phi-1, 1.5 and 2: attention and MLP side by side behind one norm, biases everywhere (modeling_phi.py). */
export const phi: Family = decoder({
  types: { phi: 'PhiForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: true }),
  mlp: dense({ gated: false, bias: true }),
  norms: 1,
  headBias: true,
  always: layerNorm,
  // Half of each head by the class (configuration_phi.py); the files write it.
  rope: partialRope('partial_rotary_factor', 0.5),
})

/** Phi-3.5-MoE: LayerNorm around experts without biases (modeling_phimoe.py). */
export const phiMoe: Family = decoder({
  types: { phimoe: 'PhimoeForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'attention_bias', absent: false }, windows: windowEverywhere() }),
  mlp: experts({ experts: 'num_local_experts', chosen: 'num_experts_per_tok', width: 'intermediate_size' }),
  headBias: { key: 'lm_head_bias', absent: false },
  always: layerNorm,
  rope: wholeRope,
})

/** configuration_phi3_small.py of microsoft/Phi-3-small-8k-instruct; its block-sparse layers are counted as full ones. */
export const phi3Small: Family = decoder({
  types: { phi3small: 'Phi3SmallForCausalLM' },
  tied: true,
  attention: softmax({ qkvBias: true }),
  mlp: dense({ key: 'ff_intermediate_size', bias: true }),
  always: layerNorm,
})
