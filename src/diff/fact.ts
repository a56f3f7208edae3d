import type { Change } from './document.ts'

export type { Change } from './document.ts'

/** Something that a result states: one line of a diff where the other side states something else. */
export interface Fact {
  /** Group of facts that a reader looks at together: `placement`, `memory`, `workload chat`. */
  readonly section: string
  readonly key: string
  readonly value: number | string | null
  /** What a number counts: `usd`, `bytes`, `ms`, `share`, ...; empty for plain counts and for texts. */
  readonly unit: string
  /** The entry of which this is a detail: where only one side has the entry, its details are not listed beside it. */
  readonly detailOf?: string
}

/** Numbers nearer than this, as a share of the larger, are the same: sums of floats differ in their last digits. */
const SAME = 1e-9

/** Whether two values say the same. */
export function same(old: Fact['value'], next: Fact['value']): boolean {
  if (typeof old !== 'number' || typeof next !== 'number') return old === next
  return Math.abs(old - next) <= SAME * Math.max(Math.abs(old), Math.abs(next))
}

/** New less old, and that over old. */
export function difference(
  old: Fact['value'],
  next: Fact['value'],
): { readonly delta: number | null; readonly share: number | null } {
  if (typeof old !== 'number' || typeof next !== 'number') return { delta: null, share: null }
  const delta = same(old, next) ? 0 : rounded(next - old)
  return { delta, share: delta === 0 ? 0 : old === 0 ? null : rounded(delta / Math.abs(old)) }
}

/** Ten significant digits, as results are rounded: a difference has no more than what it is the difference of. */
export function rounded(value: number): number {
  return Number(value.toPrecision(10))
}

/** What differs between two lists of facts, in the order of the sections and, in each, of the facts. */
export function changesBetween(old: readonly Fact[], next: readonly Fact[]): Change[] {
  const before = new Map(old.map((fact) => [idOf(fact), fact]))
  const after = new Map(next.map((fact) => [idOf(fact), fact]))
  const sections = [...new Set([...old, ...next].map((fact) => fact.section))]
  const all = [...new Map([...old, ...next].map((fact) => [idOf(fact), fact])).entries()]
  return sections.flatMap((section) =>
    all
      .filter(([, fact]) => fact.section === section)
      .flatMap(([id, fact]) => {
        const lone = fact.detailOf !== undefined && !(before.has(fact.detailOf) && after.has(fact.detailOf))
        return lone ? [] : changeOf(before.get(id), after.get(id))
      }),
  )
}

/** Name of a fact that another may refer to by `detailOf`. */
export function idOf({ section, key }: Pick<Fact, 'section' | 'key'>): string {
  return `${section}\n${key}`
}

function changeOf(old: Fact | undefined, next: Fact | undefined): Change[] {
  const either = next ?? old
  if (either === undefined) return []
  const { section, key, unit } = either
  const base = { section, key, unit, old: old?.value ?? null, new: next?.value ?? null }
  if (old === undefined) return [{ change: 'added', ...base, delta: null, share: null }]
  if (next === undefined) return [{ change: 'removed', ...base, delta: null, share: null }]
  if (same(old.value, next.value)) return []
  // A figure that one side leaves open is there or gone, whatever the schema calls it.
  const change = old.value === null ? 'added' : next.value === null ? 'removed' : 'changed'
  return [{ change, ...base, ...difference(old.value, next.value) }]
}

/**
 * Differences of two lists of sentences such as assumptions. A sentence `utilization: 90%` is known by what stands before its colon,
 * where that is unique on both sides; any other by all of it.
 */
export function sentenceChanges(section: string, old: readonly string[], next: readonly string[]): Change[] {
  const shared = new Set([...repeated(old), ...repeated(next)])
  const facts = (sentences: readonly string[]): Fact[] =>
    sentences.map((sentence) => {
      const key = keyOf(sentence)
      const known = key !== sentence && !shared.has(key)
      return {
        section,
        key: known ? key : sentence,
        value: known ? sentence.slice(key.length + 1).trim() : '',
        unit: '',
      }
    })
  return changesBetween(facts(old), facts(next))
}

/** Longer than this before the colon is half a sentence, not the name of a setting. */
const LONGEST_KEY = 30

function keyOf(sentence: string): string {
  const colon = sentence.indexOf(': ')
  return colon === -1 || colon > LONGEST_KEY ? sentence : sentence.slice(0, colon)
}

function repeated(sentences: readonly string[]): string[] {
  const keys = sentences.map(keyOf)
  return keys.filter((key, index) => keys.indexOf(key) !== index)
}
