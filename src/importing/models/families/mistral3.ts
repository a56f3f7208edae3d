import { decoder } from '../decoder.ts'
import type { Family } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { softmax } from '../parts/softmax.ts'
import { windowEverywhere } from '../parts/windows.ts'
import { mistral3Vision } from '../towers/pixtral.ts'

/** Mistral Small 3.1 and later, Ministral 3: a text model of type mistral or ministral3 beside Pixtral (configuration_mistral3.py). */
export const mistral3: Family = decoder({
  types: { mistral3: 'Mistral3ForConditionalGeneration' },
  under: 'text_config',
  tied: false,
  attention: softmax({ windows: windowEverywhere() }),
  mlp: dense(),
  tower: mistral3Vision,
})
