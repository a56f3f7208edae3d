/** The solvers behind the interface, by the names of their packages. */
export type SolverName = 'javascript-lp-solver' | 'highs'

/** A point that satisfies every constraint, checked apart from the solver that found it. */
export interface Solution {
  /** By variable, in the order of the program; whole numbers exactly whole. */
  readonly values: readonly number[]
  /** Recomputed from `values`. */
  readonly objective: number
}

/** A solver that was asked first and had no answer. */
export interface GaveUp {
  readonly solver: SolverName
  readonly why: string
}

/** Which solver answered, on a program of which size. */
export interface SolveRecord {
  readonly solver: SolverName
  readonly variables: number
  readonly constraints: number
  readonly gaveUp: readonly GaveUp[]
}

/**
 * What came of a program. Holds no time: the same program gives the same bytes, unless a time limit cut the search short
 * (`feasible` and `unknown`).
 *
 * `bound` is proved: no point is better than it. `relativeGap = |objective - bound| / |objective|`, null where a limit came
 * before any bound or the objective is 0 and the bound is not.
 */
export type SolveOutcome = SolveRecord &
  (
    | ({
        /** Within the gap asked for. */
        readonly status: 'optimal'
        readonly bound: number
        readonly relativeGap: number
      } & Solution)
    | ({
        /** The best found when a limit was reached. */
        readonly status: 'feasible'
        readonly bound: number | null
        readonly relativeGap: number | null
      } & Solution)
    | { readonly status: 'infeasible' }
    | { readonly status: 'unbounded' }
    | { readonly status: 'unknown'; readonly why: string }
  )

/** @returns the part of the objective by which a solution may miss the best, null where it has no size. */
export function relativeGap(objective: number, bound: number): number | null {
  if (objective === bound) return 0
  return objective === 0 ? null : Math.abs(objective - bound) / Math.abs(objective)
}
