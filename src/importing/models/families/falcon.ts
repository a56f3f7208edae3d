import type { Architecture } from '../../../catalog/model.ts'
import { decoder } from '../decoder.ts'
import { type ConfigKeys, type Family, NotExpressible } from '../family.ts'
import type { Fields } from '../fields.ts'
import { dense } from '../parts/dense.ts'
import type { AttentionPart } from '../parts/part.ts'
import { asSoftmax } from '../parts/softmax.ts'
import { type LayerInput, layersOf, type Shape } from '../shape.ts'

/**
 * Falcon (configuration_falcon.py, modeling_falcon.py). `multi_query` is one key head, unless `new_decoder_architecture` gives
 * `num_kv_heads`; parallel layers have one norm, those of the new kind two unless `num_ln_in_parallel_attn` is 1.
 */
const attention: AttentionPart = {
  read(fields) {
    const heads = fields.count('num_attention_heads')
    const hidden = fields.count('hidden_size')
    if (hidden % heads !== 0) throw fields.refuse('num_attention_heads', `${heads} heads do not divide ${hidden}`)
    const isNew = fields.flag('new_decoder_architecture', false)
    const ownHeads = fields.maybeCount('num_kv_heads') ?? heads
    const bias = fields.flag('bias', false)
    return {
      kind: 'softmax',
      heads,
      kv_heads: isNew ? ownHeads : fields.flag('multi_query', true) ? 1 : heads,
      head_dim: hidden / heads,
      ...(bias ? { bias: { qkv: true, output: true } } : {}),
    }
  },
  write(values) {
    const { heads, kv_heads, bias } = asSoftmax(values[0] ?? { kind: 'none' })
    const isNew = kv_heads > 1
    return {
      num_attention_heads: heads,
      num_kv_heads: isNew ? kv_heads : heads,
      new_decoder_architecture: isNew,
      multi_query: true,
      parallel_attn: true,
      alibi: false,
      bias: bias.qkv,
    }
  },
}

function normsOf(fields: Fields): number {
  const isNew = fields.flag('new_decoder_architecture', false)
  const stated = fields.maybeCount('num_ln_in_parallel_attn')
  if (isNew) return stated ?? 2
  return fields.flag('parallel_attn', true) ? 1 : 2
}

export const falcon: Family = decoder({
  types: { falcon: 'FalconForCausalLM' },
  tied: true,
  aliases: { num_hidden_layers: ['n_layer'], num_attention_heads: ['n_head'], num_kv_heads: ['n_head_kv'] },
  // Files from before that key ran with the class default (configuration_falcon.py).
  defaults: { max_position_embeddings: 2048 },
  attention,
  mlp: dense({
    key: 'ffn_hidden_size',
    gated: false,
    bias: { key: 'bias', absent: false },
    hiddenSizes: { times: 4, hidden: 'hidden_size' },
  }),
  always: { norm_vectors: 2 },
  more: {
    read(fields: Fields, shape: Shape): Shape {
      const norms = normsOf(fields)
      const noRotary = fields.flag('alibi', false) ? { rope_tables: [] } : {}
      return { ...shape, ...noRotary, layers: shape.layers.map((layer): LayerInput => ({ ...layer, norms })) }
    },
    write(architecture: Architecture): ConfigKeys {
      const norms = layersOf(architecture)[0]?.norms
      if (norms !== 1 && norms !== 2) throw new NotExpressible(`${norms} norms in a layer`)
      return { num_ln_in_parallel_attn: norms }
    },
  },
})
