import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { softmax } from '../parts/softmax.ts'
import { everyNth, FULL, SLIDING, windowByTypes } from '../parts/windows.ts'

const attentionBias = { key: 'attention_bias', absent: false }

/** Norms over the whole query and key, and after attention and MLP in place of before (modeling_olmo2.py). */
export const olmo2: Family = decoder({
  types: { olmo2: 'Olmo2ForCausalLM' },
  tied: false,
  attention: softmax({ qkvBias: attentionBias, qkNorm: 'full' }),
  mlp: dense(),
})

/** Every fourth layer sees everything (configuration_olmo3.py). */
export const olmo3: Family = decoder({
  types: { olmo3: 'Olmo3ForCausalLM' },
  tied: false,
  attention: softmax({
    qkvBias: attentionBias,
    qkNorm: 'full',
    windows: windowByTypes((_, index) => ((index + 1) % 4 === 0 ? FULL : SLIDING)),
  }),
  mlp: dense(),
})

/** Norms on query and key, and after attention and MLP; the pattern is a number or letters (configuration_exaone4.py). */
export const exaone4: Family = decoder({
  types: { exaone4: 'Exaone4ForCausalLM' },
  tied: false,
  attention: softmax({ qkNorm: 'per_head', windows: windowByTypes(everyNth(undefined)) }),
  mlp: dense(),
})
