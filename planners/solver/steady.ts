import type { LinearProgram } from './program.ts'

/**
 * Digits that coefficients and bounds keep: far beyond the tolerance of the solvers (1e-6), and few enough that the powers and
 * logarithms they come from, whose last digit JavaScript leaves to each engine, are the same in every Node and every browser. A
 * last digit that differs leads branch and bound another way among plans that cost the same.
 */
const DIGITS = 12

function steady(value: number): number
function steady(value: number | null): number | null
function steady(value: number | null): number | null {
  return value === null || Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS))
}

/** The program as every engine builds it. */
export function steadied(program: LinearProgram): LinearProgram {
  return {
    ...program,
    variables: program.variables.map((variable) => ({
      ...variable,
      objective: steady(variable.objective),
      lower: steady(variable.lower),
      upper: steady(variable.upper),
    })),
    constraints: program.constraints.map((constraint) => ({
      ...constraint,
      terms: constraint.terms.map(([variable, coefficient]) => [variable, steady(coefficient)] as const),
      lower: steady(constraint.lower),
      upper: steady(constraint.upper),
    })),
  }
}
