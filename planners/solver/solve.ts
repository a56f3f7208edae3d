import { highsSolver } from './highs.ts'
import { isSmall, javascriptLpSolver } from './javascript-lp-solver.ts'
import { type GaveUp, relativeGap, type SolveOutcome, type SolveRecord, type SolverName } from './outcome.ts'
import { checkProgram, type LinearProgram } from './program.ts'
import type { SolveLimits, Solver, SolverAnswer } from './solver.ts'
import { steadied } from './steady.ts'
import { findViolation, objectiveOf, pastBound, tidied, type Violation } from './verify.ts'

export interface SolveOptions extends SolveLimits {
  /** The solver to use whatever the size, and no other; by size where absent. */
  readonly solver?: SolverName
}

/** A solver claimed a solution that does not satisfy the program or contradicts its own bound: a defect, never an answer. */
export class UnverifiedSolution extends Error {
  override readonly name = 'UnverifiedSolution'
}

/** @returns the solvers to ask, in order: by size, never by time, so that a program takes the same way everywhere. */
export function routeOf(program: LinearProgram): readonly SolverName[] {
  return isSmall(program) ? ['javascript-lp-solver', 'highs'] : ['highs']
}

const SOLVERS: Readonly<Record<SolverName, Solver>> = {
  'javascript-lp-solver': javascriptLpSolver(),
  highs: highsSolver,
}

/** The program with its whole numbers fixed at those of the point. */
function withIntegersFixed(program: LinearProgram, values: readonly number[]): LinearProgram {
  return {
    ...program,
    variables: program.variables.map((variable, index) =>
      variable.integer ? { ...variable, integer: false, lower: values[index]!, upper: values[index]! } : variable,
    ),
  }
}

/**
 * Checks a claimed point. Where rounding 2.9999999 to 3 breaks a row that a continuous variable could mend, the continuous
 * variables are solved again with the whole numbers fixed.
 */
async function checked(
  program: LinearProgram,
  claimed: readonly number[],
  solver: Solver,
  limits: SolveLimits,
): Promise<{ readonly values: readonly number[] } | { readonly violation: Violation }> {
  const values = tidied(program, claimed)
  const violation = findViolation(program, values)
  if (violation === null) return { values }
  if (violation.kind !== 'constraint' || program.variables.every(({ integer }) => integer)) return { violation }
  const again = await solver.solve(withIntegersFixed(program, values), limits)
  if (again.status !== 'solution') return { violation }
  const mended = tidied(program, again.values)
  return findViolation(program, mended) === null ? { values: mended } : { violation }
}

function sentenceOf({ kind, name, by }: Violation): string {
  return `the point it returned breaks ${kind} "${name}" by ${by}`
}

function recordOf({ variables, constraints }: LinearProgram, solver: Solver, gaveUp: readonly GaveUp[]): SolveRecord {
  return { solver: solver.name, variables: variables.length, constraints: constraints.length, gaveUp: [...gaveUp] }
}

type Settled = { readonly outcome: SolveOutcome } | { readonly why: string }

/** Turns what a solver claims into an outcome, or into why it is none. */
async function settle(
  program: LinearProgram,
  answer: SolverAnswer,
  solver: Solver,
  limits: SolveLimits,
  gaveUp: readonly GaveUp[],
): Promise<Settled> {
  const record = recordOf(program, solver, gaveUp)
  if (answer.status === 'unknown') return { why: answer.why }
  if (answer.status !== 'solution') return { outcome: { ...record, status: answer.status } }
  const point = await checked(program, answer.values, solver, limits)
  if ('violation' in point) return { why: sentenceOf(point.violation) }
  const objective = objectiveOf(program, point.values)
  const solution = { values: point.values, objective }
  if (answer.bound === null) {
    return { outcome: { ...record, status: 'feasible', ...solution, bound: null, relativeGap: null } }
  }
  const past = pastBound(program, objective, answer.bound)
  if (past > 0) return { why: `the point it returned is better by ${past} than the bound it gave` }
  // Rounding may carry the objective a hair past the bound.
  const bound = program.sense === 'minimize' ? Math.min(answer.bound, objective) : Math.max(answer.bound, objective)
  const gap = relativeGap(objective, bound)
  const proved = gap === null ? Math.abs(bound) <= ABSOLUTE_SLACK : gap <= limits.gap + RELATIVE_SLACK
  return {
    outcome: proved
      ? { ...record, status: 'optimal', ...solution, bound, relativeGap: gap ?? 0 }
      : { ...record, status: 'feasible', ...solution, bound, relativeGap: gap },
  }
}

/** What rounding may add to a gap of 0: the tolerance of the solvers. */
const RELATIVE_SLACK = 1e-6
/** The same, of an objective of 0. */
const ABSOLUTE_SLACK = 1e-6

function checkLimits({ timeLimitSeconds, gap, nodes }: SolveLimits): void {
  if (!(timeLimitSeconds > 0)) throw new RangeError(`a time limit of ${timeLimitSeconds} seconds`)
  if (!(gap >= 0 && gap < 1)) throw new RangeError(`a gap of ${gap}: from 0 up to 1`)
  if (nodes !== undefined && !(Number.isInteger(nodes) && nodes > 0)) throw new RangeError(`a limit of ${nodes} nodes`)
}

/**
 * Solves a mixed-integer linear program and checks the answer. Small programs go to javascript-lp-solver, others, and those
 * it gives up, to HiGHS; `solver` forces one.
 *
 * @returns the outcome with the solver that gave it. `optimal` is proved to within `gap`; `feasible` is the best found when
 * a limit was reached.
 * @throws ProgramError where the program is malformed; RangeError where a limit is; UnverifiedSolution where the last solver
 * claims a point that does not satisfy the program, or that beats the bound it gave.
 */
export function solve(program: LinearProgram, options: SolveOptions): Promise<SolveOutcome> {
  const names = options.solver === undefined ? routeOf(program) : [options.solver]
  return solveWith(
    names.map((name) => SOLVERS[name]),
    program,
    options,
  )
}

/** As `solve`, by the given solvers in their order; at least one. */
export async function solveWith(
  solvers: readonly Solver[],
  given: LinearProgram,
  limits: SolveLimits,
): Promise<SolveOutcome> {
  checkProgram(given)
  const program = steadied(given)
  checkLimits(limits)
  const last = solvers.at(-1)
  if (last === undefined) throw new RangeError('no solver was given')
  const gaveUp: GaveUp[] = []
  for (const solver of solvers.slice(0, -1)) {
    const settled = await settle(program, await answerOf(solver, program, limits), solver, limits, gaveUp)
    if ('outcome' in settled && 'values' in settled.outcome) return settled.outcome
    // That there is no solution cannot be checked as a point can: the last solver must say so too.
    gaveUp.push({
      solver: solver.name,
      why: 'why' in settled ? settled.why : `it calls the program ${settled.outcome.status}`,
    })
  }
  const answer = await answerOf(last, program, limits)
  const settled = await settle(program, answer, last, limits, gaveUp)
  if ('outcome' in settled) return settled.outcome
  if (answer.status === 'solution') throw new UnverifiedSolution(`${last.name}: ${settled.why}`)
  return { ...recordOf(program, last, gaveUp), status: 'unknown', why: settled.why }
}

/** A program without variables has one point, and no rows since rows have terms. */
async function answerOf(solver: Solver, program: LinearProgram, limits: SolveLimits): Promise<SolverAnswer> {
  if (program.variables.length === 0) return { status: 'solution', values: [], bound: 0 }
  return solver.solve(program, limits)
}
