import type { SolverName } from './outcome.ts'
import type { LinearProgram } from './program.ts'

/** When a solver may stop. */
export interface SolveLimits {
  /** Seconds on the wall; only HiGHS keeps time, javascript-lp-solver counts its work. */
  readonly timeLimitSeconds: number
  /** Relative gap at which a solution is good enough: 0.01 proves that none is more than 1 % better. */
  readonly gap: number
  /** Branch-and-bound nodes; unlike seconds, the same on every machine. Only HiGHS keeps it. */
  readonly nodes?: number
}

/** What a solver claims. Nothing of it is believed before it was checked. */
export type SolverAnswer =
  | {
      readonly status: 'solution'
      readonly values: readonly number[]
      /** No point is better than this; null where the solver does not say. */
      readonly bound: number | null
    }
  | { readonly status: 'infeasible' }
  | { readonly status: 'unbounded' }
  | { readonly status: 'unknown'; readonly why: string }

/** A solver of mixed-integer linear programs. Takes only programs that passed `checkProgram` and have variables. */
export interface Solver {
  readonly name: SolverName
  solve(program: LinearProgram, limits: SolveLimits): Promise<SolverAnswer>
}
