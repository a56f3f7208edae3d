import { z } from 'zod'
import { count, parseCount, parsePercent, percent } from '../units.ts'

/**
 * Kinds of values in scenario files. Each reads what a person writes (`1M`, `5%`) and gives a number in base units, and refuses
 * what cannot be meant: not finite, negative, absurdly large or small.
 */

/**
 * What is above zero but below this is dust of somebody's arithmetic, not a rate, a price or a time: one request in 31 years. Divided
 * by, it would give figures that no number holds.
 */
const LEAST_ABOVE_ZERO = 1e-9

function isDust(value: number): boolean {
  return value > 0 && value < LEAST_ABOVE_ZERO
}

interface Limits {
  /** Smallest value allowed. */
  min?: number
  /** The smallest value itself is not allowed. */
  aboveMin?: boolean
  max?: number
  whole?: boolean
  /** The unit, where the key names one: the message then says what to write instead of `2s`. */
  unit?: string
}

const numberOrText = (expected: string, description: string) =>
  z
    .union([z.number(), z.string()], { error: (issue) => `expected ${expected}, got ${shown(issue.input)}` })
    .meta({ description })

/** A value as a message quotes it. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing'
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return String(value)
}

function limitProblem(
  value: number,
  given: unknown,
  limits: Limits,
  print: (value: number) => string,
): string | undefined {
  const { min = 0, aboveMin = false, max = Number.MAX_VALUE, whole = false } = limits
  if (aboveMin ? value <= min : value < min)
    return `must be ${aboveMin ? 'above' : 'at least'} ${print(min)}, got ${shown(given)}`
  if (value > max) return `must be at most ${print(max)}, got ${shown(given)}`
  if (isDust(value)) return `must be ${aboveMin ? '' : '0 or '}at least ${LEAST_ABOVE_ZERO}, got ${shown(given)}`
  if (whole && !Number.isInteger(value)) return `must be a whole number, got ${shown(given)}`
  return undefined
}

/** A count or a plain number, as a number or with a suffix: `8192`, `1M`, `1.5B`, `128Ki`. */
export function quantity(description: string, limits: Limits = {}) {
  const inUnit = limits.unit === undefined ? '' : ` of ${limits.unit}`
  const expected = `a number${inUnit}`
  return numberOrText(expected, description).transform((given, context) => {
    const value = typeof given === 'number' ? given : parseCount(given)
    if (value === undefined) {
      const how =
        limits.unit === undefined
          ? 'with at most a suffix k, M, B or T'
          : `without a unit: the key already says ${limits.unit}`
      context.addIssue({ code: 'custom', message: `expected ${expected} ${how}, got ${shown(given)}` })
      return z.NEVER
    }
    const problem = limitProblem(value, given, limits, count)
    if (problem !== undefined) {
      context.addIssue({ code: 'custom', message: problem })
      return z.NEVER
    }
    return value
  })
}

interface ShareLimits {
  max?: number
  belowMax?: boolean
  aboveMin?: boolean
}

/** A share between 0 and 1, as a fraction or in percent: `0.05`, `5%`. */
export function share(description: string, limits: ShareLimits = {}) {
  return numberOrText('a share as 0.05 or 5%', description).transform((given, context) => {
    const { value, problem } = readShare(given, limits)
    if (problem === undefined) return value
    context.addIssue({ code: 'custom', message: problem })
    return z.NEVER
  })
}

/** A share, or one word that stands for a share that is computed. */
export function shareOr<W extends string>(word: W, description: string, limits: ShareLimits = {}) {
  const expected = `a share as 0.05 or 5%, or ${word}`
  return numberOrText(expected, description).transform((given, context): number | W => {
    if (typeof given === 'string' && given.trim().toLowerCase() === word) return word
    const { value, problem } = readShare(given, limits, expected)
    if (problem === undefined) return value
    context.addIssue({ code: 'custom', message: problem })
    return z.NEVER
  })
}

function readShare(
  given: number | string,
  { max = 1, belowMax = false, aboveMin = false }: ShareLimits,
  expected = 'a share as 0.05 or 5%',
): { value: number; problem?: string } {
  const value =
    typeof given === 'number' ? given : (parsePercent(given) ?? Number(given.trim() === '' ? Number.NaN : given))
  if (!Number.isFinite(value)) return { value, problem: `expected ${expected}, got ${shown(given)}` }
  if (typeof given === 'number' && value > max && value <= 100) {
    const meant = `write ${percent(value / 100)} or ${value / 100} if ${value} percent is meant`
    return { value, problem: `a share is at most ${max}; ${meant}` }
  }
  if (value < 0 || (aboveMin && value === 0))
    return { value, problem: `must be ${aboveMin ? 'above' : 'at least'} 0, got ${shown(given)}` }
  if (value > max || (belowMax && value === max))
    return { value, problem: `must be ${belowMax ? 'below' : 'at most'} ${percent(max)}, got ${shown(given)}` }
  if (isDust(value))
    return { value, problem: `must be ${aboveMin ? '' : '0 or '}at least ${LEAST_ABOVE_ZERO}, got ${shown(given)}` }
  return { value }
}

/** A key that counts in percent already: `1` and `"1%"` are the same. */
export function percentage(description: string, limits: { max?: number; belowMax?: boolean } = {}) {
  const { max = 100, belowMax = false } = limits
  return numberOrText('a number of percent', description).transform((given, context) => {
    const value = typeof given === 'number' ? given : (parseCount(given.trim().replace(/%$/, '')) ?? Number.NaN)
    const fail = (message: string) => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    if (!Number.isFinite(value)) return fail(`expected a number of percent, got ${shown(given)}`)
    if (value < 0) return fail(`must be at least 0 percent, got ${shown(given)}`)
    if (value > max || (belowMax && value === max))
      return fail(`must be ${belowMax ? 'below' : 'at most'} ${max} percent, got ${shown(given)}`)
    return value
  })
}

/** A list that narrows the search: never empty. Repeated values count once. */
export function domain<T extends z.ZodType>(item: T, description: string) {
  return z
    .array(item)
    .min(1, 'the list is empty, so nothing is left to choose from; leave the key out to allow everything')
    .transform((list) => [...new Set(list)])
    .meta({ description })
}

/** A degree of parallelism. */
export function degree() {
  return quantity('degree', { min: 1, max: 65_536, whole: true })
}

/** An id of a catalog; checked against the catalog afterwards, where suggestions can be made. */
export function name(description: string) {
  return z.string().trim().min(1, 'the name is empty').meta({ description })
}

/** A version as text. YAML reads 0.20 as the number 0.2, so a bare number cannot be trusted. */
export function versionText(description: string) {
  return z
    .string({ error: (issue) => `expected a version in quotes, such as "0.19", got ${shown(issue.input)}` })
    .min(1)
    .meta({ description })
}
