import { decoder } from '../decoder.ts'
import { type Family, NotExpressible } from '../family.ts'
import { type Fields, isMap, type Values } from '../fields.ts'
import type { AttentionPart, MlpPart } from '../parts/part.ts'
import { asSoftmax } from '../parts/softmax.ts'

/**
 * Llama-Nemotron found by architecture search (nvidia configuration_decilm.py): `block_configs` says for each layer whether it has
 * attention, with how many heads a key, and how wide its MLP is.
 */

/** The width of an MLP is `2 x ffn_mult x H / 3`, rounded up to this many (block_config.py, find_multiple). */
const WIDTH_MULTIPLE = 256

function block(fields: Fields, index: number, layers: number, part: 'attention' | 'ffn'): Values {
  const own = fields.list('block_configs', layers)?.[index]
  const found = isMap(own) ? own[part] : undefined
  if (isMap(found)) return found
  throw fields.refuse('block_configs', `"block_configs" has no "${part}" for layer ${index}`)
}

function positive(value: unknown, what: string, fields: Fields): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw fields.refuse('block_configs', `${what} should be a number above 0`)
}

const attention: AttentionPart = {
  read(fields, index, layers) {
    const own = block(fields, index, layers, 'attention')
    if (own.replace_with_linear === true) return { kind: 'linear' }
    if (own.no_op === true) return { kind: 'none' }
    const heads = fields.count('num_attention_heads')
    const group = positive(own.n_heads_in_group, 'n_heads_in_group', fields)
    const bias = fields.flag('attention_bias', false)
    return {
      kind: 'softmax',
      heads,
      kv_heads: heads / group,
      head_dim: fields.count('hidden_size') / heads,
      ...(bias ? { bias: { qkv: true, output: true } } : {}),
    }
  },
  write(values) {
    const first = asSoftmax(values.find(({ kind }) => kind === 'softmax') ?? { kind: 'none' })
    return { num_attention_heads: first.heads, num_key_value_heads: null, attention_bias: first.bias.qkv }
  },
}

const mlp: MlpPart = {
  read(fields, index, layers) {
    const own = block(fields, index, layers, 'ffn')
    if (own.replace_with_linear === true)
      throw fields.refuse('block_configs', 'an MLP replaced by a matrix is not known')
    if (own.no_op === true) return { kind: 'none' }
    const stated = own.intermediate_size
    const hidden = fields.count('hidden_size')
    const width =
      typeof stated === 'number'
        ? stated
        : roundUp(Math.trunc((2 * positive(own.ffn_mult, 'ffn_mult', fields) * hidden) / 3))
    return { kind: 'dense', intermediate_size: width }
  },
  write: (_, layers) => ({
    intermediate_size: null,
    block_configs: layers.map(({ attention: each, mlp: feed }) => ({
      attention: {
        n_heads_in_group: each.kind === 'softmax' ? each.heads / each.kv_heads : null,
        no_op: each.kind === 'none',
        replace_with_linear: each.kind === 'linear',
      },
      ffn:
        feed.kind === 'dense'
          ? { intermediate_size: feed.intermediate_size, no_op: false, replace_with_linear: false }
          : { ffn_mult: null, no_op: feedIsNothing(feed.kind), replace_with_linear: false },
    })),
  }),
}

function feedIsNothing(kind: string): boolean {
  if (kind === 'none') return true
  throw new NotExpressible(`an MLP of kind ${kind}`)
}

function roundUp(width: number): number {
  return Math.ceil(width / WIDTH_MULTIPLE) * WIDTH_MULTIPLE
}

export const nemotronNas: Family = decoder({
  types: { 'nemotron-nas': 'DeciLMForCausalLM' },
  tied: false,
  attention,
  mlp,
  // A part that is left out takes its norm with it.
  norms: (layer) => Number(layer.attention.kind !== 'none') + Number(layer.mlp.kind !== 'none'),
})
