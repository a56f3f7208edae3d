import type { LinearProgram } from './program.ts'

/** A point is whole where it is this close to a whole number, and keeps a row that it misses by this part of the row's size. */
export const TOLERANCE = 1e-6

/** The first thing that is wrong with a point. */
export interface Violation {
  readonly kind: 'length' | 'number' | 'bound' | 'integrality' | 'constraint'
  /** Of the variable or constraint; empty for `length`. */
  readonly name: string
  /** By how much, in the units of the variable or constraint. */
  readonly by: number
}

/** @returns sum of objective coefficient x value. */
export function objectiveOf({ variables }: LinearProgram, values: readonly number[]): number {
  return variables.reduce((sum, { objective }, index) => sum + objective * values[index]!, 0)
}

function outside(value: number, lower: number | null, upper: number | null): number {
  return Math.max(lower === null ? 0 : lower - value, upper === null ? 0 : value - upper, 0)
}

/** Size against which a miss of a bound is judged: rows of prices and rows of tokens differ by orders of magnitude. */
function sizeOf(lower: number | null, upper: number | null, largestTerm: number): number {
  return Math.max(1, Math.abs(lower ?? 0), Math.abs(upper ?? 0), largestTerm)
}

/**
 * Checks a point against the program itself, whatever a solver said of it: each value is a number within its bounds, whole
 * where it must be, and each row holds, within `TOLERANCE` of the largest of 1, the row's bounds and its largest term.
 * @returns what is wrong, or null.
 */
export function findViolation(program: LinearProgram, values: readonly number[]): Violation | null {
  const { variables, constraints } = program
  if (values.length !== variables.length) {
    return { kind: 'length', name: '', by: Math.abs(values.length - variables.length) }
  }
  for (const [index, { name, integer, lower, upper }] of variables.entries()) {
    const value = values[index]!
    if (!Number.isFinite(value)) return { kind: 'number', name, by: Number.POSITIVE_INFINITY }
    const fraction = Math.abs(value - Math.round(value))
    if (integer && fraction > TOLERANCE) return { kind: 'integrality', name, by: fraction }
    const by = outside(value, lower, upper)
    if (by > TOLERANCE * sizeOf(lower, upper, 0)) return { kind: 'bound', name, by }
  }
  for (const { name, terms, lower, upper } of constraints) {
    let activity = 0
    let largestTerm = 0
    for (const [variable, coefficient] of terms) {
      const term = coefficient * values[variable]!
      activity += term
      largestTerm = Math.max(largestTerm, Math.abs(term))
    }
    const by = outside(activity, lower, upper)
    if (by > TOLERANCE * sizeOf(lower, upper, largestTerm)) return { kind: 'constraint', name, by }
  }
  return null
}

/**
 * What a bound may be passed by, of the size of the objective: ten times the tolerance of points, since it bounds a program
 * whose rows may be missed by that.
 */
const BOUND_TOLERANCE = 1e-5

/**
 * Checks a bound against a point that was verified: none can be better, or the bound was wrong. Whether a bound that no point
 * passes is right, no point can tell.
 * @returns by how much the point is better than the bound, in the unit of the objective; 0 where rounding may account for it.
 */
export function pastBound({ sense, variables }: LinearProgram, objective: number, bound: number): number {
  const by = sense === 'minimize' ? bound - objective : objective - bound
  const size = variables.reduce((most, variable) => Math.max(most, Math.abs(variable.objective)), 1)
  return by > BOUND_TOLERANCE * Math.max(size, Math.abs(objective), Math.abs(bound)) ? by : 0
}

/** The point with whole numbers exactly whole (2.9999999 is 3) and no value a hair outside its bounds or at -0. */
export function tidied({ variables }: LinearProgram, values: readonly number[]): number[] {
  return values.map((value, index) => {
    const variable = variables[index]
    if (variable === undefined) return value
    const whole = variable.integer && Math.abs(value - Math.round(value)) <= TOLERANCE ? Math.round(value) : value
    const by = outside(whole, variable.lower, variable.upper)
    if (by === 0 || by > TOLERANCE * sizeOf(variable.lower, variable.upper, 0)) return whole + 0
    return (variable.lower !== null && whole < variable.lower ? variable.lower : (variable.upper ?? whole)) + 0
  })
}
