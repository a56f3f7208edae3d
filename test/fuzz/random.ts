import { mulberry32 } from '../../planners/forecast/random.ts'

/** Draws of one input. The same seeds give the same draws on every machine. */
export interface Random {
  chance(probability: number): boolean
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  /** A number from `low` to `high`, both above zero, each order of magnitude as likely as another. */
  scaled(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  /** From `least` to `most` different entries, in any order; all where there are fewer. */
  some<T>(list: readonly T[], least: number, most: number): T[]
}

/** @param seeds of the run, and what tells this input from its others */
export function randomOf(...seeds: readonly number[]): Random {
  // Seeds that differ by one would begin alike: each is scattered by the generator itself before the next is added.
  const uniform = mulberry32(seeds.reduce((mixed, seed) => mulberry32(mixed + seed)() * 2 ** 32, 0))
  const whole = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1))
  const pick = <T>(list: readonly T[]): T => {
    const index = whole(0, list.length - 1)
    if (list.length === 0) throw new Error('nothing to pick from')
    return list[index] as T
  }
  return {
    chance: (probability) => uniform() < probability,
    whole,
    scaled: (low, high) => Math.min(high, Math.max(low, low * (high / low) ** uniform())),
    pick,
    some: (list, least, most) => {
      const left = [...list]
      const count = Math.min(left.length, whole(least, most))
      return Array.from({ length: count }, () => left.splice(whole(0, left.length - 1), 1)[0] as (typeof left)[number])
    },
  }
}
