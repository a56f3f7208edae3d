import type { EstimateResult, Verdict } from './estimate.ts'
import type { FitResult } from './fit.ts'
import { resultVersion } from './version.ts'

/** @param estimated one given configuration, worked out */
export function estimateResult<P extends object>(estimated: { readonly plan: P } & Verdict): EstimateResult<P> {
  const { plan, fits, violations, assumptions, warnings } = estimated
  return { version: resultVersion, ...plan, fits, violations, assumptions, warnings }
}

type Fitted<P, N extends string> = Pick<FitResult<P, N>, 'gpu' | 'rows' | 'plan' | 'assumptions' | 'warnings'> & {
  readonly capacityBytes: number
}

/** @param fitted the most that fits a GPU, worked out */
export function fitResult<P, N extends string>(model: string, fitted: Fitted<P, N>): FitResult<P, N> {
  const { gpu, capacityBytes, rows, plan, assumptions, warnings } = fitted
  return { version: resultVersion, model, gpu, capacity_bytes: capacityBytes, rows, plan, assumptions, warnings }
}
