import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'
import type { YamlLimits } from '../limits.ts'
import { count } from '../units.ts'
import { keyText } from './yaml-places.ts'

/** Why a text is not read, and where. */
export class Refusal extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** A key that stands a second time in its map. */
interface RepeatedKey {
  readonly key: string
  readonly offset: number
}

/** Keys that would reach what all objects share, were a value copied by assignment. */
const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether a key is refused wherever it stands. */
export function isPrototypeKey(key: unknown): boolean {
  return typeof key === 'string' && PROTOTYPE_KEYS.has(key)
}

/** Turns nodes into plain values, following aliases with a budget. */
export class Reader {
  /**
   * Keys that stand twice, in the order of the text. The parser's own check looks at every pair of keys of a map, which takes minutes
   * for a map of a hundred thousand.
   */
  readonly repeated: RepeatedKey[] = []
  private readonly anchors = new Map<string, Node>()
  private readonly open = new Set<Node>()
  private readonly limits: YamlLimits
  private values = 0
  /** Place of the alias that is being followed; the values behind it stand elsewhere. */
  private aliasOffset: number | undefined

  constructor(limits: YamlLimits) {
    this.limits = limits
  }

  read(node: Node | null, depth: number): unknown {
    if (node === null) return null
    const offset = this.aliasOffset ?? node.range?.[0] ?? 0
    this.values += 1
    if (this.values > this.limits.values) {
      const cause = this.aliasOffset === undefined ? 'the file holds too much' : 'aliases make the file too large'
      throw new Refusal(`${cause}: more than ${count(this.limits.values)} values`, offset)
    }
    if (depth > this.limits.depth) {
      throw new Refusal(`nested too deep: more than ${this.limits.depth} maps and lists inside each other`, offset)
    }
    if (isAlias(node)) {
      const target = this.anchors.get(node.source)
      if (target === undefined) throw new Refusal(`the alias *${node.source} has no anchor before it`, offset)
      if (this.open.has(target))
        throw new Refusal(`the alias *${node.source} refers to a value that contains it`, offset)
      const outer = this.aliasOffset
      this.aliasOffset = offset
      const value = this.read(target, depth)
      this.aliasOffset = outer
      return value
    }
    if ('anchor' in node && node.anchor !== undefined) this.anchors.set(node.anchor, node)
    if (isScalar(node)) return scalar(node.value, offset)
    this.open.add(node)
    const value = isSeq(node)
      ? node.items.map((item) => this.read(item as Node | null, depth + 1))
      : this.readMap(node, depth, offset)
    this.open.delete(node)
    return value
  }

  private readMap(node: Node, depth: number, offset: number): Record<string, unknown> {
    if (!isMap(node)) throw new Refusal('this kind of value is not supported', offset)
    const result: Record<string, unknown> = {}
    for (const pair of node.items) {
      const key = keyText(pair.key)
      const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset
      if (key === undefined) throw new Refusal('a key must be a plain name', keyOffset)
      if (isPrototypeKey(key)) throw new Refusal(`the key ${JSON.stringify(key)} is not allowed`, keyOffset)
      // Behind an alias the same map is read again.
      if (Object.hasOwn(result, key) && this.aliasOffset === undefined) this.repeated.push({ key, offset: keyOffset })
      if (isScalar(pair.key) && pair.key.anchor !== undefined) this.anchors.set(pair.key.anchor, pair.key)
      result[key] = this.read(pair.value as Node | null, depth + 1)
    }
    return result
  }
}

/** Text, number, true, false or nothing. A negative zero is a zero: `1 / -0` would be an infinity below it. */
function scalar(value: unknown, offset: number): unknown {
  if (typeof value === 'number') return value === 0 ? 0 : value
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  throw new Refusal('this kind of value is not supported', offset)
}
