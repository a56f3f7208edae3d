import { z } from 'zod'
import { finite, resultVersion } from './plan.ts'

/** Which solver answered, on a program of which size, and how close to the best its answer is proved to be. */
export const solverSchema = z.strictObject({
  name: z.enum(['javascript-lp-solver', 'highs']),
  variables: z.int().nonnegative(),
  constraints: z.int().nonnegative(),
  /** Nothing is cheaper by more than this share; null where a limit came before any proof, or there is no answer. */
  gap: finite.nonnegative().nullable(),
  /** Every constraint was evaluated on the returned values. */
  verified: z.literal(true),
})
export type SolverRecord = z.infer<typeof solverSchema>

/** Keys that results of mixed-integer programs have in common. */
export function programResultKeys<K extends string>(kind: K) {
  return {
    version: z.literal(resultVersion),
    kind: z.literal(kind),
    scenario: z.string(),
    /** `feasible`: the best found when a time limit was reached. */
    status: z.enum(['optimal', 'feasible', 'infeasible']),
    objective: z.literal('cost'),
    solver: solverSchema,
    assumptions: z.array(z.string()),
    warnings: z.array(z.string()),
    catalog: z.strictObject({ hash: z.string(), prices_as_of: z.string().nullable() }),
  }
}

/** Requirements that cannot all be met, and what is known of them. */
export const conflictSchema = z.strictObject({
  requirements: z.array(z.string()),
  /** Proved: without any one of them the others can be met. */
  minimal: z.boolean(),
})
