import { z } from 'zod'
import { catalogKey, finite, versionKey } from './plan.ts'

/** Which solver answered, on a program of which size, and how close to the best its answer is proved to be. */
export const solverSchema = z.strictObject({
  name: z.enum(['javascript-lp-solver', 'highs']),
  variables: z.int().nonnegative(),
  constraints: z.int().nonnegative(),
  gap: finite
    .nonnegative()
    .nullable()
    .describe(
      'Nothing is cheaper by more than this share; null where a limit came before any proof, or there is no answer',
    ),
  verified: z.literal(true).describe('Every constraint was evaluated on the returned values'),
})
export type SolverRecord = z.infer<typeof solverSchema>

/** Keys that results of mixed-integer programs have in common. */
export function programResultKeys<K extends string>(kind: K) {
  return {
    version: versionKey,
    kind: z.literal(kind),
    scenario: z.string().describe('Name of the scenario'),
    status: z
      .enum(['optimal', 'feasible', 'infeasible'])
      .describe('feasible: the best found when a time limit was reached'),
    objective: z.literal('cost'),
    solver: solverSchema,
    assumptions: z.array(z.string()).describe('Every value that the scenario left to a default'),
    warnings: z.array(z.string()),
    catalog: catalogKey,
  }
}

/** Requirements that cannot all be met, and what is known of them. */
export const conflictSchema = z.strictObject({
  requirements: z.array(z.string()),
  minimal: z.boolean().describe('Proved: without any one of them the others can be met'),
})
