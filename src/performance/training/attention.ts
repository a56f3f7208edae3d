import { figure } from '../figure.ts'
import { modelParallel, type RunContext } from './context.ts'
import { sizeShare } from './rates.ts'
import type { TimeTerm } from './term.ts'

/**
 * Bytes per head, token and key that attention without a fused kernel moves, counted for 16-bit scores with a dropout mask of a byte.
 * Forward: scores written 2, softmax read and written 4, dropout 2 + 2 + 1, read by the product with V 2. Backward: gradient of the
 * probabilities written 2, probabilities read 2, dropout 2 + 1 + 2, softmax reads two and writes one 6, read for the gradients of Q
 * and K 4. Recomputing it takes 1.3 ms in a 22B layer (arXiv 2205.05198, table 4), of which 1.0 is bytes.
 */
const SCORE_BYTES_FORWARD = 13
const SCORE_BYTES_BACKWARD = 19
/** Forward is two products, QK and PV; backward twice as many. */
const PRODUCTS_FORWARD = 2
const BACKWARD_FORWARDS = 2

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
  const flops = work.squareAttentionFlops / share / PRODUCTS_FORWARD
  const products = passes.attentionProducts
  const rate = rates.gemm16 * sizeShare(work.hiddenSize / configuration.tensorParallel, physics.gemm_half_width.value)
  const entries = (work.heads * configuration.sequenceLength) / share
  const forwards = products / PRODUCTS_FORWARD - BACKWARD_FORWARDS
  const bytes = forwards * SCORE_BYTES_FORWARD + SCORE_BYTES_BACKWARD
  return {
    name: 'attention',
    secondsPerToken: (flops * products) / rate + (entries * bytes) / rates.memoryBytesPerSecond,
    seconds: 0,
    formula: (tokens) =>
      `${figure(tokens)} tokens x (${figure(flops)} FLOP x ${products} products / ${figure(rate)} FLOP/s + ${figure(entries)} scores x ${bytes} B / ${figure(rates.memoryBytesPerSecond)} B/s) (not fused)`,
  }
}
