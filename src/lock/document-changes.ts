import type { Path } from '../scenario/diagnostic.ts'

/** One key that differs between two documents. */
export interface KeyChange {
  readonly path: Path
  /** Undefined where the document does not have the key. */
  readonly old: unknown
  readonly new: unknown
}

/** Keys that differ between two documents of maps, lists and plain values, in the order of the new one and then of the old one. */
export function documentChanges(old: unknown, next: unknown, path: Path = []): KeyChange[] {
  if (isMap(old) && isMap(next)) {
    const keys = [...new Set([...Object.keys(next), ...Object.keys(old)])]
    return keys.flatMap((key) => documentChanges(own(old, key), own(next, key), [...path, key]))
  }
  if (Array.isArray(old) && Array.isArray(next) && old.length === next.length)
    return next.flatMap((each, index) => documentChanges(old[index], each, [...path, index]))
  return JSON.stringify(old) === JSON.stringify(next) ? [] : [{ path, old, new: next }]
}

/** A value of a document as a message shows it. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'absent'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}
