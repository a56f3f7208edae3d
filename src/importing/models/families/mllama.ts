import { decoder } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import { dense } from '../parts/dense.ts'
import { hybrid, isKind } from '../parts/hybrid.ts'
import { softmax } from '../parts/softmax.ts'
import { mllamaVision } from '../towers/llama.ts'

/** The embedding has a row for each special token of images (MllamaTextModel, modeling_mllama.py). */
const EXTRA_ROWS = 8

const CROSS = 'cross'

/** Llama 3.2 Vision: `cross_attention_layers` attend to image tokens in place of text (configuration_mllama.py). */
export const mllama: Family = decoder({
  types: { mllama: 'MllamaForConditionalGeneration' },
  under: 'text_config',
  // Class defaults of MllamaTextConfig, which nested configurations leave out.
  defaults: {
    vocab_size: 128256,
    hidden_size: 4096,
    num_hidden_layers: 40,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    intermediate_size: 14336,
    max_position_embeddings: 131072,
    cross_attention_layers: [3, 8, 13, 18, 23, 28, 33, 38],
  },
  tied: false,
  attention: hybrid(
    [
      {
        name: CROSS,
        attention: {
          read(fields) {
            const heads = fields.count('num_attention_heads')
            const head_dim = fields.count('hidden_size') / heads
            return { kind: 'cross', heads, kv_heads: fields.count('num_key_value_heads'), head_dim }
          },
          write: () => ({}),
        },
        is: isKind('cross'),
      },
      { name: 'self', attention: softmax({ dividedOnly: true }), is: isKind('softmax') },
    ],
    {
      read: (fields, index) => (fields.list('cross_attention_layers')?.includes(index) ? CROSS : 'self'),
      write: (names) => ({
        cross_attention_layers: names.flatMap((name, index) => (name === CROSS ? [index] : [])),
      }),
    },
  ),
  mlp: dense(),
  always: { embedding_extra_rows: EXTRA_ROWS },
  tower: mllamaVision,
  more: {
    read: (_, shape) => shape,
    write({ embedding_extra_rows: rows }) {
      if (rows !== EXTRA_ROWS) throw new NotExpressible(`${rows} extra rows of embeddings`)
      return {}
    },
  },
})
