import type { AttentionOf } from '../../../catalog/model.ts'
import { type ConfigKeys, NotExpressible } from '../family.ts'
import type { Fields } from '../fields.ts'
import type { AttentionInput, Layer } from '../shape.ts'
import { type AttentionPart, readSwitch, type Switch, writeSwitch } from './part.ts'

export type Softmax = AttentionOf<'softmax'>
type SoftmaxInput = Extract<AttentionInput, { kind: 'softmax' }>
export type Window = NonNullable<Softmax['window']>
type QkNorm = Softmax['qk_norm']

/** Which layers see a window, and how a config.json says so. */
export interface Windows {
  read(fields: Fields, index: number, layers: number): Window | undefined
  write(windows: readonly (Window | undefined)[]): ConfigKeys
}

/** Names of the keys, where they are not the usual ones. */
interface Names {
  readonly heads: string
  readonly kvHeads: string
  readonly headDim: string
  readonly hidden: string
}

const NAMES: Names = {
  heads: 'num_attention_heads',
  kvHeads: 'num_key_value_heads',
  headDim: 'head_dim',
  hidden: 'hidden_size',
}

export interface SoftmaxTraits {
  readonly names?: Partial<Names>
  readonly qkvBias?: Switch
  readonly outputBias?: Switch
  readonly qkNorm?: QkNorm | { readonly key: string; readonly absent: boolean; readonly kind: QkNorm }
  readonly sinks?: boolean
  readonly gate?: Softmax['output_gate']
  readonly windows?: Windows
  /** The width of a head is hidden size over heads, never a key (`head_dim` of other meaning is not read). */
  readonly dividedOnly?: boolean
}

/** Multi-head, grouped-query and multi-query attention by the usual keys. */
export function softmax(traits: SoftmaxTraits = {}): AttentionPart & { read(...args: ReadArguments): SoftmaxInput } {
  const names = { ...NAMES, ...traits.names }
  const { qkvBias = false, outputBias = qkvBias, qkNorm = 'none', windows } = traits
  return {
    read(fields, index, layers) {
      const heads = fields.count(names.heads)
      const norm = readNorm(fields, qkNorm)
      const window = windows?.read(fields, index, layers)
      const bias = { qkv: readSwitch(fields, qkvBias), output: readSwitch(fields, outputBias) }
      return {
        kind: 'softmax',
        heads,
        kv_heads: fields.maybeCount(names.kvHeads) ?? heads,
        head_dim: headDim(fields, heads, names, traits.dividedOnly === true),
        ...(window === undefined ? {} : { window }),
        ...(bias.qkv || bias.output ? { bias } : {}),
        ...(norm === 'none' ? {} : { qk_norm: norm }),
        ...(traits.sinks === true ? { sinks: true } : {}),
        ...(traits.gate === undefined ? {} : { output_gate: traits.gate }),
      }
    },
    write(values, layers) {
      const all = values.map(asSoftmax)
      const [first] = all
      if (first === undefined) throw new NotExpressible('no attention layers')
      return {
        [names.heads]: first.heads,
        [names.kvHeads]: first.kv_heads,
        ...(traits.dividedOnly === true ? {} : { [names.headDim]: first.head_dim }),
        ...writeSwitch(qkvBias, first.bias.qkv),
        ...writeSwitch(outputBias, first.bias.output),
        ...writeNorm(qkNorm, first.qk_norm),
        ...(windows === undefined ? {} : windows.write(layers.map(({ attention }) => windowOf(attention)))),
      }
    },
  }
}

type ReadArguments = [fields: Fields, index: number, layers: number]

export function asSoftmax(attention: Layer['attention']): Softmax {
  if (attention.kind === 'softmax') return attention
  throw new NotExpressible(`a layer of kind ${attention.kind} where softmax attention is expected`)
}

function windowOf(attention: Layer['attention']): Window | undefined {
  return attention.kind === 'softmax' ? attention.window : undefined
}

/** `head_dim` is its own key in most families; else heads must divide the hidden size. */
function headDim(fields: Fields, heads: number, names: Names, dividedOnly: boolean): number {
  const own = dividedOnly ? undefined : fields.maybeCount(names.headDim)
  if (own !== undefined) return own
  const hidden = fields.count(names.hidden)
  if (hidden % heads !== 0) {
    throw fields.refuse(
      names.heads,
      `${heads} ${names.heads} do not divide ${names.hidden} ${hidden}, and ${JSON.stringify(names.headDim)} is missing`,
    )
  }
  return hidden / heads
}

function readNorm(fields: Fields, norm: NonNullable<SoftmaxTraits['qkNorm']>): QkNorm {
  if (typeof norm === 'string') return norm
  return fields.flag(norm.key, norm.absent) ? norm.kind : 'none'
}

function writeNorm(norm: NonNullable<SoftmaxTraits['qkNorm']>, value: QkNorm): ConfigKeys {
  return typeof norm === 'string' ? {} : { [norm.key]: value !== 'none' }
}
