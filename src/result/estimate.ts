import { resultVersion, type Violation } from './plan.ts'

/** One given configuration, worked out. */
interface Estimated<P> {
  readonly plan: P
  readonly fits: boolean
  readonly violations: readonly Violation[]
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/** An estimate as data: the plan's own keys, and beside them whether it fits and what was assumed. */
export type EstimateResult<P> = P & { readonly version: typeof resultVersion } & Omit<Estimated<P>, 'plan'>

export function estimateResult<P extends object>(estimated: Estimated<P>): EstimateResult<P> {
  const { plan, fits, violations, assumptions, warnings } = estimated
  return { version: resultVersion, ...plan, fits, violations, assumptions, warnings }
}
