import type { PlanResult } from '../../../planners/index.ts'

/** Results are rounded to ten significant digits; what differs beyond them is the same. */
const ROUNDING = 2e-9

/** Where two values differ, as paths with both sides; nothing where they say the same. Sentences that tell prices are not compared. */
export function differences(left: unknown, right: unknown, path = ''): string[] {
  // A budget that would do is told in whole dollars.
  if (/\.change\.budget$/.test(path)) return []
  if (typeof left === 'number' && typeof right === 'number') {
    return left === right || Math.abs(left - right) <= ROUNDING * Math.max(Math.abs(left), Math.abs(right))
      ? []
      : [said(path, left, right)]
  }
  if (typeof left === 'string' && typeof right === 'string' && left.includes('$') && right.includes('$')) return []
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) {
    return left === right ? [] : [said(path, left, right)]
  }
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  const at = (value: object, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key]
  return [...keys].flatMap((key) => differences(at(left, key), at(right, key), `${path}.${key}`))
}

function said(path: string, left: unknown, right: unknown): string {
  return `${path}: ${JSON.stringify(left)} and ${JSON.stringify(right)}`
}

/** The result as it is where every US dollar is `factor` of them. */
export function dollarsTimes<T>(value: T, factor: number): T {
  if (Array.isArray(value)) return value.map((each) => dollarsTimes<unknown>(each, factor)) as T
  if (typeof value !== 'object' || value === null) return value
  const inDollars = 'unit' in value && value.unit === 'usd'
  const entries = Object.entries(value).map(([key, each]) => [
    key,
    typeof each === 'number' && (inDollars || /usd/.test(key)) ? each * factor : dollarsTimes(each, factor),
  ])
  return Object.fromEntries(entries) as T
}

/** What a reader of a plan sees of the answer: everything but the counts of what was searched and the hash of the catalog. */
export function answerOf({ status, best, alternatives, pareto, near_misses }: PlanResult) {
  return { status, best, alternatives, pareto, near_misses }
}
