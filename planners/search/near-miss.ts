import { compareKeys, type SortKey } from './ranking.ts'
import type { Constraint } from './space.ts'

/** By how much a constraint is missed. */
export interface Missed {
  readonly constraint: string
  readonly by: number
  readonly unit: string
}

/** Every limit that an assignment misses, and the largest miss relative to its limit; null where something refuses it. */
export function violationsOf<A>(
  constraints: readonly Constraint<A>[],
  a: A,
): { violations: Missed[]; share: number } | null {
  const violations: Missed[] = []
  let share = 0
  for (const constraint of constraints) {
    const by = constraint.violation(a)
    if (by <= 0) continue
    if (!Number.isFinite(by)) return null
    // A limit may be checked twice, first by a bound: the larger miss is the exact one.
    const known = violations.findIndex((missed) => missed.constraint === constraint.name)
    if (known >= 0 && (violations[known]?.by ?? 0) >= by) continue
    violations.splice(known >= 0 ? known : violations.length, known >= 0 ? 1 : 0, {
      constraint: constraint.name,
      by,
      unit: constraint.unit ?? '',
    })
    share = Math.max(share, by / (constraint.limit?.(a) ?? by))
  }
  return { violations, share }
}

/**
 * Collects, while a search runs, the branches that died closest to a limit: in each slot (say, a constraint and a GPU) the one
 * with the smallest relative violation. They are completed only when the search is over, since few of them are ever shown.
 */
export class ClosestBranches<A> {
  readonly #closest = new Map<string, { share: number; key: SortKey; assignment: A }>()

  /** @param keep copies the assignment and fills in what was not bound yet; called only where the branch is the closest. */
  consider(slot: string, share: number, key: SortKey, keep: () => A): void {
    const known = this.#closest.get(slot)
    if (known !== undefined && (share > known.share || (share === known.share && compareKeys(key, known.key) >= 0)))
      return
    this.#closest.set(slot, { share, key, assignment: keep() })
  }

  assignments(): A[] {
    return [...this.#closest.values()].map(({ assignment }) => assignment)
  }
}

/** A completed configuration that misses something. */
export interface CloseMiss<C> {
  readonly candidate: C
  readonly violations: readonly Missed[]
  /** The largest violation as a share of its limit. */
  readonly share: number
}

/**
 * Where the search never reached a configuration that could come close (no offer, no format left), the cheapest one that another
 * setting makes possible is what comes closest: it misses the setting that it changes.
 */
export function missBySetting<A, C extends { readonly assignment: A }>(
  { found, setting }: { readonly found: C; readonly setting: string },
  constraints: readonly Constraint<A>[],
): CloseMiss<C> {
  const { violations, share } = violationsOf(constraints, found.assignment) ?? { violations: [], share: 1 }
  return {
    candidate: found,
    violations: violations.length > 0 ? violations : [{ constraint: setting, by: 1, unit: 'setting' }],
    share,
  }
}

/** Fewest violations first, then the smallest one, then by key. */
export function byCloseness<C extends { readonly key: SortKey }>(x: CloseMiss<C>, y: CloseMiss<C>): number {
  return x.violations.length - y.violations.length || x.share - y.share || compareKeys(x.candidate.key, y.candidate.key)
}

/**
 * The outcome of the smallest of several changes, sorted from small to large, that has one; null where the largest has none.
 * A larger change never has fewer, so bisection finds it.
 */
export function smallestChange<R, C>(
  changes: readonly (() => R)[],
  attempt: (changed: R) => C | null,
): { index: number; found: C } | null {
  let high = changes.length - 1
  const largest = changes[high]
  let found = largest === undefined ? null : attempt(largest())
  if (found === null) return null
  let low = 0
  while (low < high) {
    const middle = (low + high) >> 1
    const here = attempt(changes[middle]!())
    if (here === null) low = middle + 1
    else {
      high = middle
      found = here
    }
  }
  return { index: high, found }
}
