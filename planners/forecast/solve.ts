import type { SolveOutcome } from '../solver/outcome.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import { type Decisions, decisionsOf } from './decisions.ts'
import { type Ledger, ledgerOf } from './ledger.ts'
import { type Pools, poolsOf } from './pools.ts'
import type { ForecastProblem } from './problem.ts'
import { type ForecastProgram, programOf } from './program.ts'
import { isLarge, solveLarge } from './solve-large.ts'

/** A forecast that was solved: what to do and what it costs. */
export interface Solved {
  readonly status: 'optimal' | 'feasible'
  readonly problem: ForecastProblem
  readonly pools: Pools
  readonly decisions: Decisions
  readonly ledger: Ledger
  readonly outcome: SolveOutcome
}

export interface Unsolved {
  readonly status: 'infeasible' | 'unknown'
  readonly problem: ForecastProblem
  readonly pools: Pools
  readonly program: ForecastProgram
  readonly outcome: SolveOutcome
}

/** Gaps that are asked for where nobody says one: by whether the program is solved at once or in stages. */
export const DEFAULT_GAP = { whole: 0.001, stages: 0.01 } as const

export type ForecastSolveOptions = Omit<SolveOptions, 'gap'> & {
  /** By the size of the program where absent: {@link DEFAULT_GAP}. */
  readonly gap?: number | undefined
}

/** Finds the cheapest way through the months. */
export async function solveForecast(
  problem: ForecastProblem,
  monthNames: readonly string[],
  options: ForecastSolveOptions,
  prune = true,
): Promise<Solved | Unsolved> {
  const pools = poolsOf(problem, prune)
  const program = programOf(problem, pools, monthNames)
  if (program.uncarried !== null) {
    const { variables, constraints } = program.program
    const record = { variables: variables.length, constraints: constraints.length, gaveUp: [] }
    // A month without any way is seen before a solver is asked.
    return {
      status: 'infeasible',
      problem,
      pools,
      program,
      outcome: { status: 'infeasible', solver: 'highs', ...record },
    }
  }
  const large = options.solver !== 'javascript-lp-solver' && isLarge(program.program)
  const limits = { ...options, gap: options.gap ?? DEFAULT_GAP[large ? 'stages' : 'whole'] }
  const whole = large ? null : await solve(program.program, limits)
  // Where time was too short for any point at all, stages may still find one.
  const inStages = whole === null || (whole.status === 'unknown' && options.solver !== 'javascript-lp-solver')
  const outcome = inStages ? await solveLarge(program, problem.months, limits) : whole
  if (outcome.status === 'optimal' || outcome.status === 'feasible') {
    const decisions = decisionsOf(problem, pools, program, outcome.values)
    return { status: outcome.status, problem, pools, decisions, ledger: ledgerOf(problem, pools, decisions), outcome }
  }
  if (outcome.status === 'unbounded') throw new Error('a forecast has a cheapest answer: its program is wrong')
  return { status: outcome.status, problem, pools, program, outcome }
}

export function isSolved(result: Solved | Unsolved): result is Solved {
  return result.status === 'optimal' || result.status === 'feasible'
}
