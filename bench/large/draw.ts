/** Seed of everything that is made up: the same sizes give the same files. */
const SEED = 20_261_121

/** The numbers of a linear congruential generator (Numerical Recipes: 1664525, 1013904223, modulus 2^32), from 0 to below 1. */
export function numbers(seed = SEED): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** One of several, drawn with the next number. */
export function pick<T>(next: () => number, values: readonly T[]): T {
  const value = values[Math.floor(next() * values.length)]
  if (value === undefined) throw new Error('nothing to pick from')
  return value
}
