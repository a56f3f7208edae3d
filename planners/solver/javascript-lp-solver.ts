import type { LinearProgram, ProgramVariable } from './program.ts'
import type { Solver, SolverAnswer } from './solver.ts'
import { objectiveOf } from './verify.ts'

/*
 * javascript-lp-solver 1.0.3: a dense tableau and branch and bound in plain JavaScript, quick on small programs. Four traps
 * are kept from everyone else here.
 *  - Its answer is an object keyed by names of ours, beside its own keys: variables go in as x0, x1, rows as c0, c1.
 *  - Its simplex can cycle for ever on degenerate rows, and its time limit is looked at only between nodes: its pivots are
 *    counted, and past a limit the solve is thrown out of the loop. Work instead of seconds, so the same on every machine.
 *  - Where it notices a cycle it calls the node infeasible: such an answer is no answer.
 *  - It knows only variables from 0 up and free ones: others are shifted or mirrored. Where one is free it calls points best
 *    that are not, or finds none: free variables are refused.
 * On larger degenerate programs it also calls solvable ones infeasible or unbounded, with no point to check.
 */

interface Tableau {
  readonly width: number
  readonly height: number
  pivot(row: number, column: number): void
  simplex(): unknown
}
interface PackageModel {
  readonly tableau: Tableau
  readonly messages: readonly unknown[]
  loadJson(model: PackageProgram): unknown
  solve(): { feasible: boolean; bounded: boolean; generateSolutionSet(): Readonly<Record<string, number | undefined>> }
}
interface Package {
  readonly Model: new (precision: undefined, name: undefined, branchAndCut: unknown) => PackageModel
  selectBranchAndCutService(model: PackageProgram): unknown
}
type Row = { equal: number } | { min?: number; max?: number }
interface PackageProgram {
  optimize: string
  opType: 'min' | 'max'
  constraints: Record<string, Row>
  variables: Record<string, Record<string, number>>
  ints: Record<string, 1>
  options: { nodeSelection: 'hybrid'; branching: 'pseudocost'; useMIRCuts: true; presolve: false }
}

/** The options that solve most, of those that never gave a wrong answer. Its presolve takes 0 for no bound. */
const OPTIONS = { nodeSelection: 'hybrid', branching: 'pseudocost', useMIRCuts: true, presolve: false } as const

/**
 * Cells of the tableau that pivots may pass over before the search is given up: some tenths of a second to two at the sizes
 * that come here first, less on larger tableaus, where most cells are zero and passed by (docs/solver.md). Counted, not
 * timed, so that the same program takes the same way everywhere.
 */
export const WORK_LIMIT_CELLS = 4e8

/** What a step costs beside its cells: on a tableau of a few cells, as much as a thousand of them. */
const STEP_CELLS = 1000

/** Up to here it is tried first, and believed where it says that there is no solution. */
export const SMALL_PROGRAM = {
  integers: 50,
  constraints: 100,
  /** Variables, where some are continuous: capacities that tie them to whole numbers make rows degenerate. */
  mixedVariables: 50,
} as const

/** @returns whether the program is of a kind and size at which no answer of javascript-lp-solver was found to be wrong. */
export function isSmall({ variables, constraints }: LinearProgram): boolean {
  const integers = variables.filter(({ integer }) => integer).length
  return (
    !variables.some(isFree) &&
    integers <= SMALL_PROGRAM.integers &&
    constraints.length <= SMALL_PROGRAM.constraints &&
    (integers === variables.length || variables.length <= SMALL_PROGRAM.mixedVariables)
  )
}

/** Thrown out of the solver's loops. */
class WorkLimitReached extends Error {}

/** How a variable of ours, bounded at a side, stands for one from 0 up: `value = offset + sign x theirs`. */
interface Shift {
  readonly offset: number
  readonly sign: 1 | -1
  /** Largest value of theirs, null without. */
  readonly span: number | null
}

function isFree({ lower, upper }: ProgramVariable): boolean {
  return lower === null && upper === null
}

function shiftOf({ integer, lower, upper }: ProgramVariable): Shift {
  const from = lower !== null && integer ? Math.ceil(lower) : lower
  const to = upper !== null && integer ? Math.floor(upper) : upper
  if (from !== null) return { offset: from, sign: 1, span: to === null ? null : to - from }
  return { offset: to ?? 0, sign: -1, span: null }
}

function rowOf(lower: number | null, upper: number | null, constant: number): Row {
  if (lower !== null && lower === upper) return { equal: lower - constant }
  return {
    ...(lower === null ? {} : { min: lower - constant }),
    ...(upper === null ? {} : { max: upper - constant }),
  }
}

function translate({ sense, variables, constraints }: LinearProgram, shifts: readonly Shift[]): PackageProgram {
  const program: PackageProgram = {
    optimize: 'z',
    opType: sense === 'minimize' ? 'min' : 'max',
    constraints: {},
    variables: {},
    ints: {},
    options: OPTIONS,
  }
  const columns = variables.map(({ objective, integer }, index) => {
    const { sign, span } = shifts[index]!
    const column: Record<string, number> = { z: sign * objective }
    program.variables[`x${index}`] = column
    if (integer) program.ints[`x${index}`] = 1
    if (span !== null) {
      program.constraints[`b${index}`] = { max: span }
      column[`b${index}`] = 1
    }
    return column
  })
  constraints.forEach(({ terms, lower, upper }, row) => {
    let constant = 0
    for (const [variable, coefficient] of terms) {
      const { offset, sign } = shifts[variable]!
      constant += coefficient * offset
      columns[variable]![`c${row}`] = sign * coefficient
    }
    program.constraints[`c${row}`] = rowOf(lower, upper, constant)
  })
  return program
}

/** Counts what `simplex` and `pivot` pass over, and throws past the limit. */
function limitWork(tableau: Tableau, limitCells: number): void {
  const pivot = tableau.pivot.bind(tableau)
  const simplex = tableau.simplex.bind(tableau)
  let cells = 0
  const work = () => {
    cells += STEP_CELLS + tableau.width * tableau.height
    if (cells > limitCells) throw new WorkLimitReached()
  }
  tableau.pivot = (row, column) => {
    work()
    pivot(row, column)
  }
  tableau.simplex = () => {
    work()
    return simplex()
  }
}

async function load(): Promise<Package> {
  // Its types describe a CommonJS module, Node gives the ES module: the default export is the solver itself.
  const module: unknown = await import('javascript-lp-solver')
  return (module as { default: Package }).default
}

async function solve(program: LinearProgram, limitCells: number): Promise<SolverAnswer> {
  if (program.variables.some(isFree))
    return { status: 'unknown', why: 'it cannot be trusted with variables without bounds' }
  const shifts = program.variables.map(shiftOf)
  if (shifts.some(({ span }) => span !== null && span < 0)) return { status: 'infeasible' }
  const solver = await load()
  const translated = translate(program, shifts)
  const model = new solver.Model(undefined, undefined, solver.selectBranchAndCutService(translated))
  model.loadJson(translated)
  limitWork(model.tableau, limitCells)
  try {
    const solution = model.solve()
    if (model.messages.length > 0) return { status: 'unknown', why: 'the simplex ran in a cycle' }
    if (!solution.feasible || !solution.bounded) {
      if (!isSmall(program))
        return { status: 'unknown', why: 'it found no solution, which counts for small programs only' }
      if (!solution.feasible) return { status: 'infeasible' }
      // An unbounded relaxation says nothing of the whole numbers in it.
      return program.variables.some(({ integer }) => integer)
        ? { status: 'unknown', why: 'the relaxation is unbounded' }
        : { status: 'unbounded' }
    }
    const theirs = solution.generateSolutionSet()
    const values = shifts.map(({ offset, sign }, index) => offset + sign * (theirs[`x${index}`] ?? 0))
    return { status: 'solution', values, bound: objectiveOf(program, values) }
  } catch (error) {
    if (!(error instanceof WorkLimitReached)) throw error
    return { status: 'unknown', why: 'the limit of work was reached' }
  }
}

/** @param limitCells cells of the tableau that pivots may pass over. */
export function javascriptLpSolver(limitCells: number = WORK_LIMIT_CELLS): Solver {
  return { name: 'javascript-lp-solver', solve: (program) => solve(program, limitCells) }
}
