import { resultVersion } from './plan.ts'

/** The largest of one quantity that fits with everything else as given. */
export interface FitRow<N extends string> {
  readonly name: N
  /** 0: not even one. */
  readonly value: number
  /** What was held fixed, in words. */
  readonly given: string
}

interface Fitted<P, N extends string> {
  readonly gpu: string
  readonly capacityBytes: number
  readonly rows: readonly FitRow<N>[]
  readonly plan: P
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

/** The most that fits a GPU, as data. */
export interface FitResult<P, N extends string> {
  readonly version: typeof resultVersion
  readonly model: string
  readonly gpu: string
  readonly capacity_bytes: number
  readonly rows: readonly FitRow<N>[]
  /** The configuration at the largest concurrency or micro-batch, of at least one sequence. */
  readonly plan: P
  readonly assumptions: readonly string[]
  readonly warnings: readonly string[]
}

export function fitResult<P, N extends string>(model: string, fitted: Fitted<P, N>): FitResult<P, N> {
  const { gpu, capacityBytes, rows, plan, assumptions, warnings } = fitted
  return { version: resultVersion, model, gpu, capacity_bytes: capacityBytes, rows, plan, assumptions, warnings }
}
