import type { z } from 'zod'

/** What a field of numbers admits. */
export interface NumberField {
  /** Smallest and largest number that it takes. */
  readonly low: number
  readonly high: number
  readonly whole: boolean
  /** It reads `5%`, `1k`. */
  readonly percents: boolean
  readonly suffixes: boolean
}

const DECADES = Array.from({ length: 41 }, (_, index) => Number(`1e${index - 20}`))
const LADDER = [...DECADES.map((each) => -each).reverse(), 0, ...DECADES]
/** Halving the gap between two doubles this often leaves none. */
const HALVINGS = 80

const known = new WeakMap<object, NumberField | null>()

/**
 * The limits of a field, found by asking it: they live in the code that reads a number, where no walk over the schema sees them.
 * Null where it takes no numbers.
 */
export function numberField(schema: z.core.$ZodType): NumberField | null {
  const before = known.get(schema)
  if (before !== undefined) return before
  const found = ask((value) => (schema as z.ZodType).safeParse(value).success)
  known.set(schema, found)
  return found
}

function ask(takes: (value: unknown) => boolean): NumberField | null {
  const taken = LADDER.flatMap((value, index) => (takes(value) ? [index] : []))
  const first = taken[0]
  const last = taken.at(-1)
  if (first === undefined || last === undefined) return null
  const least = LADDER[first] as number
  const most = LADDER[last] as number
  // Between two taken powers of ten every field takes some number; one that takes no half takes only whole ones.
  const whole = !takes((least === 0 ? 10 : least) + 0.5) && !takes(most - 0.5) && !takes(0.5)
  return {
    low: edge(least, LADDER[first - 1], whole, takes),
    high: edge(most, LADDER[last + 1], whole, takes),
    whole,
    percents: ['1%', '50%'].some(takes),
    suffixes: ['0.001k', '1k', '1M', '1B'].some(takes),
  }
}

/** The number nearest to `refused` that is taken. */
function edge(taken: number, refused: number | undefined, whole: boolean, takes: (value: unknown) => boolean): number {
  if (refused === undefined) return taken
  if (refused === 0 && takes(Number.MIN_VALUE)) return Number.MIN_VALUE
  let inside = taken
  let outside = refused
  for (let step = 0; step < HALVINGS; step += 1) {
    const half = (inside + outside) / 2
    const middle = whole ? Math.round(half) : half
    if (middle === inside || middle === outside) break
    if (takes(middle)) inside = middle
    else outside = middle
  }
  return inside
}
