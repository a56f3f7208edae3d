import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { experts } from '../parts/experts.ts'
import { partialRope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { windowEverywhere, windowFromLayer } from '../parts/windows.ts'

/** Plain decoders: RMSNorm, rotary positions, gated MLP. Class defaults are those of transformers' configuration_*.py. */

const attentionBias = { key: 'attention_bias', absent: false }

export const llama: Family = decoder({
  types: { llama: 'LlamaForCausalLM', Yi: 'YiForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: attentionBias }),
  mlp: dense({ bias: { key: 'mlp_bias', absent: false } }),
})

/** `sliding_window` is 4096 in the class where the file does not write the key; null means none. */
export const mistral: Family = decoder({
  types: { mistral: 'MistralForCausalLM' },
  tied: false,
  attention: softmax({ windows: windowEverywhere(4096) }),
  mlp: dense(),
})

export const ministral: Family = decoder({
  types: { ministral3: 'Ministral3ForCausalLM' },
  tied: false,
  attention: softmax({ windows: windowEverywhere() }),
  mlp: dense(),
})

export const mixtral: Family = decoder({
  types: { mixtral: 'MixtralForCausalLM' },
  tied: false,
  attention: softmax({ windows: windowEverywhere() }),
  mlp: experts({ experts: 'num_local_experts', chosen: 'num_experts_per_tok', width: 'intermediate_size' }),
})

export const granite: Family = decoder({
  types: { granite: 'GraniteForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: attentionBias }),
  mlp: dense({ bias: { key: 'mlp_bias', absent: false } }),
})

export const graniteMoe: Family = decoder({
  types: { granitemoe: 'GraniteMoeForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: attentionBias }),
  mlp: experts({ experts: 'num_local_experts', chosen: 'num_experts_per_tok', width: 'intermediate_size' }),
})

/** Some layers have no rotary positions, which changes no tensor. */
export const smolLm3: Family = decoder({
  types: { smollm3: 'SmolLM3ForCausalLM' },
  tied: true,
  attention: softmax({ qkvBias: attentionBias, windows: windowFromLayer }),
  mlp: dense({ bias: { key: 'mlp_bias', absent: false } }),
})

export const seedOss: Family = decoder({
  types: { seed_oss: 'SeedOssForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: { key: 'attention_bias', absent: true },
    outputBias: { key: 'attention_out_bias', absent: false },
  }),
  mlp: dense({ bias: { key: 'mlp_bias', absent: false } }),
})

/** configuration_internlm2.py of the repositories: one `bias` for all projections of attention. */
export const internLm2: Family = decoder({
  types: { internlm2: 'InternLM2ForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: { key: 'bias', absent: false } }),
  mlp: dense(),
})

/** One matrix for query, key and value, one for gate and up: as many parameters as apart. */
export const phi3: Family = decoder({
  types: { phi3: 'Phi3ForCausalLM' },
  tied: false,
  attention: softmax({ windows: windowEverywhere() }),
  mlp: dense(),
  rope: partialRope('partial_rotary_factor'),
})
