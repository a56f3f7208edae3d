import type { Highs, Model, ModelData, OptionValue, VariableType } from 'highs'
import { inputError } from '../../src/scenario/diagnostic.ts'
import type { LinearProgram } from './program.ts'
import type { SolveLimits, Solver, SolverAnswer } from './solver.ts'

/*
 * HiGHS 1.15 compiled to WebAssembly: branch and cut with presolve, cuts and heuristics, and a bound with every answer.
 * It takes the time limit, the gap and the number of nodes itself, and is deterministic unless time stops it.
 */

/** `primal_solution_status` of a point that satisfies the program (kSolutionStatusFeasible of HiGHS). */
const FEASIBLE_POINT = 2

/**
 * Absolute gap at which HiGHS stops whatever the relative one: its default of 1e-6 would stop a fleet that is priced in
 * dollars a second too early.
 */
const ABSOLUTE_GAP = 1e-9

/** Options of HiGHS by their names, https://ergo-code.github.io/HiGHS/stable/options/definitions/ */
export type HighsOptions = Readonly<Record<string, OptionValue>>

/**
 * Its heuristic "feasibility jump" takes ten milliseconds of each solve however small, ten times the rest of a small one. From
 * this many variables on it runs, as it sometimes is what finds a first point within a short time limit (docs/solver.md).
 */
const FEASIBILITY_JUMP_VARIABLES = 200

type Loader = (assets: HighsAssets) => Promise<Highs>

/** One instance, loaded at first use: loading takes a tenth of a second, and a warm one solves two to four times faster. */
let instance: Promise<Highs> | null = null

/** Where HiGHS finds its WebAssembly when that is not beside its own file, as in bundles for browsers. */
export interface HighsAssets {
  /** The URL of a file of the package `highs`: of `highs.wasm`. */
  readonly locateFile?: (file: string) => string
}

let assets: HighsAssets = {}

/** Says where HiGHS finds its WebAssembly. Call it before the first fleet or forecast is planned. */
export function provideHighs(given: HighsAssets): void {
  assets = given
  instance = null
}

/** @throws InputError where it cannot be loaded: without a solver there is no answer, and none is made up. */
async function load(): Promise<Highs> {
  // Its types describe a CommonJS module, Node gives the ES module: the default export is the loader itself.
  instance ??= import('highs').then((module: unknown) => {
    // A copy: the loader writes into what it is given.
    return (module as { default: Loader }).default({ ...assets })
  })
  try {
    return await instance
  } catch (error) {
    instance = null
    const why = error instanceof Error ? error.message : String(error)
    throw inputError(`the solver HiGHS cannot be loaded: ${why.split('\n')[0]}`, {
      hint: 'provideHighs() says where its highs.wasm is; small programs are solved without it by javascript-lp-solver',
    })
  }
}

function dataOf(highs: Highs, { sense, variables, constraints }: LinearProgram): ModelData {
  const starts = new Int32Array(constraints.length + 1)
  constraints.forEach(({ terms }, row) => {
    starts[row + 1] = starts[row]! + terms.length
  })
  const terms = constraints.flatMap((constraint) => constraint.terms)
  const { continuous, integer } = highs.constants.variableType
  const integrality: VariableType[] = variables.map((variable) => (variable.integer ? integer : continuous))
  return {
    numCols: variables.length,
    numRows: constraints.length,
    sense: highs.constants.objectiveSense[sense],
    colCost: Float64Array.from(variables, ({ objective }) => objective),
    colLower: Float64Array.from(variables, ({ lower }) => lower ?? -highs.infinity),
    colUpper: Float64Array.from(variables, ({ upper }) => upper ?? highs.infinity),
    rowLower: Float64Array.from(constraints, ({ lower }) => lower ?? -highs.infinity),
    rowUpper: Float64Array.from(constraints, ({ upper }) => upper ?? highs.infinity),
    matrix: {
      format: 'csr',
      numRows: constraints.length,
      numCols: variables.length,
      starts,
      indices: Int32Array.from(terms, ([variable]) => variable),
      values: Float64Array.from(terms, ([, coefficient]) => coefficient),
    },
    // Without whole numbers the program goes to the simplex instead of branch and bound.
    ...(variables.some((variable) => variable.integer) ? { integrality } : {}),
  }
}

function pointOf(model: Model, program: LinearProgram, proved: boolean): SolverAnswer | null {
  if (Number(model.info.get('primal_solution_status')) !== FEASIBLE_POINT) return null
  const values = Array.from(model.getSolution().colValue)
  if (!program.variables.some(({ integer }) => integer)) {
    return { status: 'solution', values, bound: proved ? model.getObjectiveValue() : null }
  }
  const bound = Number(model.info.get('mip_dual_bound'))
  return { status: 'solution', values, bound: Number.isFinite(bound) ? bound : null }
}

/** The same program without an objective: it cannot be unbounded. */
function anyPointOf(program: LinearProgram): LinearProgram {
  return { ...program, variables: program.variables.map((variable) => ({ ...variable, objective: 0 })) }
}

function run(highs: Highs, program: LinearProgram, limits: SolveLimits, options: HighsOptions): SolverAnswer {
  const status = highs.constants.modelStatus
  return highs.withModel((model: Model): SolverAnswer => {
    model.passModel(dataOf(highs, program))
    model.options.set({
      output_flag: false,
      mip_abs_gap: ABSOLUTE_GAP,
      mip_heuristic_run_feasibility_jump: program.variables.length >= FEASIBILITY_JUMP_VARIABLES,
      ...options,
      time_limit: limits.timeLimitSeconds,
      mip_rel_gap: limits.gap,
      ...(limits.nodes === undefined ? {} : { mip_max_nodes: limits.nodes }),
    })
    const { modelStatus } = model.run()
    switch (modelStatus) {
      case status.optimal:
        return pointOf(model, program, true) ?? { status: 'unknown', why: 'HiGHS gave no point with its optimum' }
      case status.infeasible:
        return { status: 'infeasible' }
      case status.unbounded:
      case status.unboundedOrInfeasible: {
        const point = run(highs, anyPointOf(program), limits, options)
        return point.status === 'solution' ? { status: 'unbounded' } : point
      }
      case status.timeLimit:
        return (
          pointOf(model, program, false) ?? { status: 'unknown', why: 'no solution was found within the time limit' }
        )
      case status.solutionLimit:
      case status.iterationLimit:
        return (
          pointOf(model, program, false) ?? {
            status: 'unknown',
            why: 'no solution was found within the limit of nodes',
          }
        )
      default:
        return { status: 'unknown', why: `HiGHS ended with model status ${modelStatus}` }
    }
  })
}

async function solve(program: LinearProgram, limits: SolveLimits, options: HighsOptions): Promise<SolverAnswer> {
  const highs = await load()
  try {
    return run(highs, program, limits, options)
  } catch (error) {
    // A crash leaves the instance's memory in no known state.
    instance = null
    return { status: 'unknown', why: `HiGHS failed: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** @param options of HiGHS beside or instead of those set here, to measure what they do. */
export function highsWith(options: HighsOptions): Solver {
  return { name: 'highs', solve: (program, limits) => solve(program, limits, options) }
}

export const highsSolver: Solver = highsWith({})
