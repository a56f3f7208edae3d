import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'
import type { Path, Position } from './diagnostic.ts'

/** Finds where a value (or, with `key`, its key) stands. The deepest ancestor that exists answers for what does not. */
export type Locate = (path: Path, target?: 'value' | 'key') => Position

/** The key as a text; undefined for a list, a map or nothing in its place. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined
  return typeof key.value === 'string' || typeof key.value === 'number' || typeof key.value === 'boolean'
    ? String(key.value)
    : undefined
}

/** Places of the values below a node; `at` turns an offset in the text into line and column. */
export function locator(root: Node, at: (offset: number) => Position): Locate {
  const anchors = new Map<string, Node>()
  const resolve = (node: Node | null): Node | null => (isAlias(node) ? (anchors.get(node.source) ?? node) : node)
  collectAnchors(root, anchors)
  return (path, target = 'value') => {
    let node: Node | null = root
    let offset = root.range?.[0] ?? 0
    for (const [index, step] of path.entries()) {
      const container: Node | null = resolve(node)
      if (isSeq(container)) {
        const item = container.items[Number(step)] as Node | null | undefined
        if (item === undefined || item === null) break
        node = item
        offset = item.range?.[0] ?? offset
      } else if (isMap(container)) {
        const pair = container.items.find((each) => keyText(each.key) === String(step))
        if (pair === undefined) break
        const keyOffset = (pair.key as Node | null)?.range?.[0] ?? offset
        const value = pair.value as Node | null
        const wantsKey = (target === 'key' && index === path.length - 1) || value === null || isEmpty(value)
        offset = wantsKey ? keyOffset : (value.range?.[0] ?? keyOffset)
        node = value
      } else break
    }
    return at(offset)
  }
}

/** `key:` with nothing after it: the value has no place of its own that a reader would look at. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && (node.source === '' || node.source === undefined)
}

function collectAnchors(node: Node | null, anchors: Map<string, Node>): void {
  if (node === null || isAlias(node)) return
  if ('anchor' in node && node.anchor !== undefined) anchors.set(node.anchor, node)
  if (isSeq(node)) for (const item of node.items) collectAnchors(item as Node | null, anchors)
  if (isMap(node)) for (const pair of node.items) collectAnchors(pair.value as Node | null, anchors)
}
