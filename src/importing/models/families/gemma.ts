import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { isMap, type Values } from '../fields.ts'
import { dense } from '../parts/dense.ts'
import type { Rope } from '../parts/rope.ts'
import { softmax } from '../parts/softmax.ts'
import { everyNth, FULL, SLIDING, windowByTypes } from '../parts/windows.ts'
import { gemma3Vision } from '../towers/siglip.ts'

const attentionBias = { key: 'attention_bias', absent: false }
/** Norms before and after both attention and MLP (modeling_gemma2.py). */
const SANDWICH = 4

export const gemma: Family = decoder({
  types: { gemma: 'GemmaForCausalLM' },
  tied: true,
  attention: softmax({ qkvBias: attentionBias }),
  mlp: dense(),
})

/** Every second layer from the first on sees a window (configuration_gemma2.py). */
export const gemma2: Family = decoder({
  types: { gemma2: 'Gemma2ForCausalLM' },
  tied: true,
  attention: softmax({
    qkvBias: attentionBias,
    windows: windowByTypes((_, index) => (index % 2 === 0 ? SLIDING : FULL)),
  }),
  mlp: dense(),
  norms: SANDWICH,
  more: {
    read: (fields, shape) =>
      fields.maybeNumber('attn_logit_softcapping', 'final_logit_softcapping') === undefined
        ? shape
        : { ...shape, soft_caps: true },
    // The caps of the paper (Gemma 2, arXiv 2408.00118): 50 on scores, 30 on logits.
    write: ({ soft_caps }) => (soft_caps === true ? { attn_logit_softcapping: 50, final_logit_softcapping: 30 } : {}),
  },
})

/** A table for layers that see everything, longer by the factor of `rope_scaling`, and one for the windows (modeling_gemma3.py). */
const gemma3Rope: Rope = {
  read(fields, layers, positions) {
    const width = layers.map(({ attention }) => (attention.kind === 'softmax' ? attention.head_dim : 0))[0] ?? 0
    const factor = factorOf(fields.raw('rope_scaling')) ?? factorOf(fullParameters(fields.raw('rope_parameters'))) ?? 1
    return [
      { rows: positions * factor, width },
      { rows: positions, width },
    ]
  },
  write({ rope_tables: tables, max_positions: positions }) {
    const factor = (tables?.[0]?.rows ?? positions) / positions
    return factor === 1 ? {} : { rope_scaling: { factor, rope_type: 'linear' } }
  },
}

function fullParameters(parameters: unknown): unknown {
  return isMap(parameters) ? parameters[FULL] : undefined
}

function factorOf(scaling: unknown): number | undefined {
  return isMap(scaling) && typeof scaling.factor === 'number' ? scaling.factor : undefined
}

/** Class defaults of Gemma3TextConfig (configuration_gemma3.py): the files of 4b, 12b and 27b leave most keys to them. */
const GEMMA3_TEXT: Values = {
  vocab_size: 262208,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  max_position_embeddings: 131072,
  sliding_window: 4096,
}

const gemma3Traits = {
  tied: true,
  attention: softmax({ qkvBias: attentionBias, qkNorm: 'per_head', windows: windowByTypes(everyNth(6)) }),
  mlp: dense(),
  norms: SANDWICH,
  rope: gemma3Rope,
} as const

export const gemma3Text: Family = decoder({
  types: { gemma3_text: 'Gemma3ForCausalLM' },
  defaults: GEMMA3_TEXT,
  ...gemma3Traits,
})

export const gemma3: Family = decoder({
  types: { gemma3: 'Gemma3ForConditionalGeneration' },
  under: 'text_config',
  defaults: GEMMA3_TEXT,
  ...gemma3Traits,
  tower: gemma3Vision,
})
