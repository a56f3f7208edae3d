import { figure } from '../figure.ts'
import { modelParallel, type RunContext } from './context.ts'
import { sizeShare } from './rates.ts'
import type { TimeTerm } from './term.ts'

/**
 * Linear layers without routed experts: 2 x T x P / (t p) x passes over the large-matrix rate, which narrow matrices miss: h/t is
 * the narrowest side a rank sees (catalogs/physics/training.yaml).
 */
export function gemmTerm({ work, rates, passes, configuration, physics }: RunContext): TimeTerm {
  const parameters = (work.linearParameters - work.routedParameters) / modelParallel(configuration)
  const width = work.hiddenSize / configuration.tensorParallel
  const rate = rates.gemm * sizeShare(width, physics.gemm_half_width.value)
  return {
    name: 'gemm',
    secondsPerToken: (2 * parameters * passes.linear) / rate,
    seconds: 0,
    formula: (tokens) =>
      `2 x ${figure(tokens)} tokens x ${figure(parameters)} parameters x ${figure(passes.linear)} passes / ${figure(rate)} FLOP/s (${figure(rates.gemm)} x ${figure(width)} / (${figure(width)} + ${physics.gemm_half_width.value}))`,
  }
}
