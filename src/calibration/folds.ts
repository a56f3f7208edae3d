import { quantile } from '../measurements/quantile.ts'
import { defaultFit, type FitOptions, fit, type Parameter } from './least-squares.ts'
import type { Grouped } from './serving-observations.ts'

/** Signed errors of observations that took no part in the fit that predicts them; NaN where a fold left them in. */
export type Errors = Float64Array

export function errorsNow(observations: readonly Grouped[]): Errors {
  return Float64Array.from(observations, (each) => each.predict() / each.measured - 1)
}

/** Observations by what they have in common, or in a number of folds of about equal size over it. */
export function groupsOf(observations: readonly Grouped[], key: (each: Grouped) => string, folds?: number): number[][] {
  const groups = new Map<string, number[]>()
  observations.forEach((each, index) => {
    const list = groups.get(key(each)) ?? []
    list.push(index)
    groups.set(key(each), list)
  })
  if (folds === undefined) return [...groups.values()]
  const out: number[][] = Array.from({ length: folds }, () => [])
  // Largest groups first, each into the smallest fold: the same split every time.
  const bySize = [...groups.entries()].sort(([a, left], [b, right]) => right.length - left.length || (a < b ? -1 : 1))
  for (const [, list] of bySize) {
    const smallest = out.reduce((best, fold) => (fold.length < best.length ? fold : best))
    smallest.push(...list)
  }
  return out
}

/** Refits without each group and predicts it. The parameters are as before afterwards. */
export function heldOut(
  observations: readonly Grouped[],
  parameters: readonly Parameter[],
  reach: readonly (readonly number[])[],
  groups: readonly (readonly number[])[],
  progress: (done: number, of: number) => void,
  options: FitOptions = { ...defaultFit, iterations: 5 },
): Errors {
  const fitted = parameters.map((each) => each.get())
  const errors = new Float64Array(observations.length).fill(Number.NaN)
  groups.forEach((group, index) => {
    progress(index, groups.length)
    const rest = new Set(observations.keys())
    for (const each of group) rest.delete(each)
    fit(observations, parameters, reach, rest, options)
    for (const each of group) {
      const observation = observations[each]
      if (observation !== undefined) errors[each] = observation.predict() / observation.measured - 1
    }
    parameters.forEach((each, place) => {
      each.set(fitted[place] ?? each.get())
    })
  })
  return errors
}

export interface ErrorRow {
  readonly table: string
  readonly count: number
  readonly median: number
  readonly p90: number
  readonly bias: number
}

/** Median, 90th percentile and median signed error by row of the table. */
export function errorTable(observations: readonly Grouped[], errors: Errors): ErrorRow[] {
  const rows = new Map<string, number[]>()
  observations.forEach(({ table }, index) => {
    const error = errors[index] ?? Number.NaN
    if (Number.isNaN(error)) return
    const list = rows.get(table) ?? []
    list.push(error)
    rows.set(table, list)
  })
  return [...rows.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([table, list]) => {
      const sizes = list.map(Math.abs)
      return {
        table,
        count: list.length,
        median: quantile(sizes, 0.5),
        p90: quantile(sizes, 0.9),
        bias: quantile(list, 0.5),
      }
    })
}
