import type { Attention } from '../../../catalog/model.ts'
import { type ConfigKeys, NotExpressible } from '../family.ts'
import { type Fields, nameOf } from '../fields.ts'
import type { Layer } from '../shape.ts'
import type { AttentionPart } from './part.ts'

/** Attention of one kind among several, with the kind's name in the list of layers. */
export interface HybridKind {
  /** The name that is written. */
  readonly name: string
  /** Further names that are read. */
  readonly also?: readonly string[]
  readonly attention: AttentionPart
  readonly is: (attention: Attention) => boolean
}

/** How a config.json says which layer is of which kind. */
export interface KindList {
  read(fields: Fields, index: number, layers: number): string
  write(names: readonly string[]): ConfigKeys
}

/** Layers of several kinds, each read by its own part. */
export function hybrid(kinds: readonly HybridKind[], list: KindList): AttentionPart {
  return {
    read(fields, index, layers) {
      const name = list.read(fields, index, layers)
      const kind = kinds.find((each) => each.name === name || each.also?.includes(name))
      if (kind !== undefined) return kind.attention.read(fields, index, layers)
      const known = kinds.map((each) => each.name).join(', ')
      throw fields.refuse('layer_types', `layer ${index} is of kind ${JSON.stringify(name)}; known: ${known}`)
    },
    write(values, layers) {
      const names = values.map((value) => {
        const kind = kinds.find((each) => each.is(value))
        if (kind === undefined) throw new NotExpressible(`a layer of kind ${value.kind}`)
        return kind.name
      })
      const keys = kinds.map((kind): ConfigKeys => {
        const own = layers.filter(({ attention }) => kind.is(attention))
        return own.length === 0 ? {} : kind.attention.write(own.map(attentionOf), own)
      })
      return { ...Object.assign({}, ...keys), ...list.write(names) }
    },
  }
}

function attentionOf({ attention }: Layer): Attention {
  return attention
}

/** A list of names, one a layer, under `key`. */
export function listed(key: string, rule?: (fields: Fields, index: number) => string): KindList {
  return {
    read(fields, index, layers) {
      const names = fields.list(key, layers)
      if (names === undefined) return rule === undefined ? fields.text(key) : rule(fields, index)
      return nameOf(names[index])
    },
    write: (names) => ({ [key]: names }),
  }
}

export const nothing: AttentionPart = { read: () => ({ kind: 'none' }), write: () => ({}) }

export function isKind(kind: Attention['kind']): (attention: Attention) => boolean {
  return (attention) => attention.kind === kind
}
