import { mulberry32 } from '../../planners/forecast/random.ts'

/** Seed of everything that is made up: the same sizes give the same files. */
const SEED = 20_261_121

/** Numbers from 0 to below 1. */
export function numbers(): () => number {
  return mulberry32(SEED)
}

/** One of several, drawn with the next number. */
export function pick<T>(next: () => number, values: readonly T[]): T {
  const value = values[Math.floor(next() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}
