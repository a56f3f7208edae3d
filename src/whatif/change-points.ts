/** A range of values along which something is looked for. */
export interface Range {
  readonly from: number
  readonly to: number
  /** Only whole numbers mean something. */
  readonly whole: boolean
}

export interface Sample<T> {
  readonly at: number
  readonly found: T
}

/** Two neighbouring values between which what is found changes. */
export interface Bracket {
  /** The last value with what was found before. */
  readonly below: number
  /** The first value with something else. */
  readonly from: number
}

export interface Search {
  /** Values that are looked at first, the ends of the range among them. */
  readonly points: number
  /** Further values to look at first, such as today's. */
  readonly also: readonly number[]
  /** Brackets are narrowed to this share of the larger of their ends; of whole numbers, to neighbours. */
  readonly tolerance: number
  /** Values that are looked at in all, at most. */
  readonly most: number
}

export interface Found<T> {
  /** Everything that was looked at, in order. */
  readonly samples: readonly Sample<T>[]
  readonly changes: readonly Bracket[]
  /** The most values were looked at before every bracket was narrow. */
  readonly stopped: boolean
}

/** Digits of a value that is looked at: what is printed is what was planned. */
const DIGITS = 6

/** From this ratio of the ends on, points are spread by factors rather than by steps. */
const WIDE = 4

/** Whether a range is gone through by factors: an even step would leave its lower end to one point. */
export function isWide({ from, to }: Pick<Range, 'from' | 'to'>): boolean {
  return from > 0 && to / from >= WIDE
}

/**
 * Finds where along a range what `look` finds changes: first at points spread over the range, then by bisection between any two
 * neighbours that differ, until they are as near as asked. A bisection that meets a third finding goes on to both sides of it. Between
 * two neighbours that agree nothing is looked at: what comes and goes within one such stretch is not found.
 */
export function findChanges<T>(
  range: Range,
  { points, also, tolerance, most }: Search,
  look: (at: number) => T,
  agree: (a: T, b: T) => boolean,
): Found<T> {
  const seen = new Map<number, Sample<T>>()
  const sample = (at: number): Sample<T> => {
    const known = seen.get(at)
    if (known !== undefined) return known
    const fresh = { at, found: look(at) }
    seen.set(at, fresh)
    return fresh
  }
  for (const at of firstPoints(range, points, also)) sample(at)
  const changes: Bracket[] = []
  let stopped = false
  // The widest bracket first, so that a search that is stopped has looked everywhere as closely as it could.
  const open = differing([...seen.values()].sort(inOrder), agree)
  while (open.length > 0) {
    open.sort((a, b) => gap(b) - gap(a))
    const [low, high] = open.shift()!
    const middle = between(low.at, high.at, range)
    const narrow = middle === null || (!range.whole && gap([low, high]) <= tolerance)
    if (narrow || seen.size >= most) {
      stopped ||= !narrow
      changes.push({ below: low.at, from: high.at })
      continue
    }
    open.push(...differing([low, sample(middle), high], agree))
  }
  return {
    samples: [...seen.values()].sort(inOrder),
    changes: changes.sort((a, b) => a.from - b.from),
    stopped,
  }
}

type Pair<T> = readonly [Sample<T>, Sample<T>]

function differing<T>(samples: readonly Sample<T>[], agree: (a: T, b: T) => boolean): Pair<T>[] {
  return samples.slice(1).flatMap((high, index): Pair<T>[] => {
    const low = samples[index]!
    return agree(low.found, high.found) ? [] : [[low, high]]
  })
}

function inOrder(a: { readonly at: number }, b: { readonly at: number }): number {
  return a.at - b.at
}

/** Width of a bracket as a share of its larger end. */
function gap<T>([low, high]: Pair<T>): number {
  return (high.at - low.at) / Math.max(Math.abs(low.at), Math.abs(high.at))
}

/** A value halfway, or null where no other lies between. */
function between(low: number, high: number, range: Range): number | null {
  const middle = settled(low > 0 && high / low > 2 ? Math.sqrt(low * high) : (low + high) / 2, range)
  return middle > low && middle < high ? middle : null
}

function firstPoints(range: Range, points: number, also: readonly number[]): number[] {
  const { from, to } = range
  const spread = Array.from({ length: points }, (_, index) => {
    const share = index / (points - 1)
    return isWide(range) ? from * (to / from) ** share : from + (to - from) * share
  })
  const inside = also.filter((at) => at > from && at < to)
  // The ends stand as they were given, whatever rounding would make of them.
  const middle = [...spread.slice(1, -1), ...inside].map((at) => (also.includes(at) ? at : settled(at, range)))
  return [...new Set([from, ...middle.filter((at) => at > from && at < to), to])].sort((a, b) => a - b)
}

/** A value as it is planned and printed. */
function settled(value: number, { whole }: Range): number {
  return whole ? Math.round(value) : Number(value.toPrecision(DIGITS))
}
