import { figure } from '../figure.ts'
import { modelParallel, type RunContext } from './context.ts'
import type { ExpertWork } from './flops.ts'
import { sizeShare } from './rates.ts'
import type { TimeTerm } from './term.ts'

/**
 * Routed experts of one kind of layer. Grouped products reach a part of the dense rate, and tau / (tau + half) of that with tau
 * tokens an expert: tau = T / t x k x max(e, t) / E. Time x T / tau does not depend on T, so the term stays a line: the second
 * part is what few tokens an expert cost.
 */
export function expertTerms(context: RunContext): TimeTerm[] {
  return context.work.experts.flatMap((experts) => [expertGemm(context, experts), expertCopies(context, experts)])
}

function expertGemm({ rates, passes, configuration, trainer, physics }: RunContext, experts: ExpertWork): TimeTerm {
  const { tensorParallel: t, expertParallel: e } = configuration
  const parameters = experts.parameters / modelParallel(configuration)
  const size = sizeShare(experts.narrowest, physics.gemm_half_width.value)
  const rate = (rates.gemm * physics.expert_gemm.value * size) / trainer.time_factor.value
  const perToken = (2 * parameters * passes.linear) / rate
  const tokensPerExpert = (experts.expertsPerToken * Math.max(e, t)) / (t * experts.experts)
  const half = physics.expert_half_tokens.value
  return {
    name: 'expert_gemm',
    secondsPerToken: perToken,
    seconds: (perToken * half) / tokensPerExpert,
    formula: (tokens) => {
      const tau = tokens * tokensPerExpert
      return `2 x ${figure(tokens)} tokens x ${figure(parameters)} parameters x ${figure(passes.linear)} passes / (${figure(rate)} FLOP/s x ${figure(tau)} / (${figure(tau)} + ${half}) tokens an expert)`
    },
  }
}

/** Dispatch, combine and activation on each routed copy of a token. */
function expertCopies(context: RunContext, experts: ExpertWork): TimeTerm {
  const { rates, passes, configuration, trainer, physics } = context
  const copies = experts.expertsPerToken
  const perCopy = physics.expert_copy_bytes.value * trainer.time_factor.value
  const layers = experts.layers / modelParallel(configuration)
  return {
    name: 'expert_copies',
    secondsPerToken: (perCopy * copies * experts.width * layers * passes.elementwise) / rates.memoryBytesPerSecond,
    seconds: 0,
    formula: (tokens) =>
      `${figure(perCopy)} B x ${copies} copies x ${experts.width} x ${figure(tokens)} tokens x ${figure(layers)} layers x ${figure(passes.elementwise)} / ${figure(rates.memoryBytesPerSecond)} B/s`,
  }
}
