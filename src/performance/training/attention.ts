import { modelParallel, type RunContext } from './context.ts'
import { sizeShare } from './rates.ts'
import { figure, type TimeTerm } from './term.ts'

/** Bytes per head, token and key that attention without a fused kernel saves: scores 2, softmax 2, dropout mask 1. */
const SCORE_BYTES = 5
/** Passes over them: written and read; recomputation writes and reads a third again. */
const SCORE_PASSES = 2
const SCORE_PASSES_RECOMPUTED = 2.7

/** Attention scores: fused kernels at their own share of the 16-bit peak, else matrix products over the full square. */
export function attentionTerm(context: RunContext): TimeTerm {
  return context.configuration.flashAttention ? fused(context) : unfused(context)
}

function fused({ work, rates, passes, configuration }: RunContext): TimeTerm {
  const flops = work.attentionFlops / modelParallel(configuration)
  return {
    name: 'attention',
    secondsPerToken: (flops * passes.attention) / rates.attention,
    seconds: 0,
    formula: (tokens) =>
      `${figure(tokens)} tokens x ${figure(flops)} FLOP forward x ${passes.attention} passes / ${figure(rates.attention)} FLOP/s`,
  }
}

function unfused({ work, rates, passes, configuration, physics }: RunContext): TimeTerm {
  const share = modelParallel(configuration)
  // Forward is two products, QK and PV.
  const flops = work.squareAttentionFlops / share / 2
  const products = passes.attentionProducts
  const rate = rates.gemm16 * sizeShare(work.hiddenSize / configuration.tensorParallel, physics.gemm_half_width.value)
  const scores = (SCORE_BYTES * work.heads * configuration.sequenceLength) / share
  const times = products > 6 ? SCORE_PASSES_RECOMPUTED : SCORE_PASSES
  return {
    name: 'attention',
    secondsPerToken: (flops * products) / rate + (scores * times) / rates.memoryBytesPerSecond,
    seconds: 0,
    formula: (tokens) =>
      `${figure(tokens)} tokens x (${figure(flops)} FLOP x ${products} products / ${figure(rate)} FLOP/s + ${figure(scores)} B x ${times} / ${figure(rates.memoryBytesPerSecond)} B/s), not fused`,
  }
}
