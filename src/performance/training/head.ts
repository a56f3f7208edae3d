import { figure } from '../figure.ts'
import { modelParallel, type RunContext } from './context.ts'
import { sizeShare } from './rates.ts'
import type { TimeTerm } from './term.ts'

/**
 * Output head and loss, spread over the stages of a pipeline: T x V / (t p) x (2 h x passes / rate + bytes / bandwidth). Chunked and
 * fused losses keep a quarter of the bytes.
 */
export function headTerm({ work, rates, passes, configuration, physics }: RunContext): TimeTerm {
  const entries = work.vocabularySize / modelParallel(configuration)
  const rate = rates.gemm16 * sizeShare(work.hiddenSize, physics.gemm_half_width.value)
  const bytes = physics.head_bytes.value * (configuration.loss === 'full' ? 1 : physics.head_small_loss.value)
  const flops = 2 * work.hiddenSize * passes.head
  return {
    name: 'head',
    secondsPerToken: entries * (flops / rate + bytes / rates.memoryBytesPerSecond),
    seconds: 0,
    formula: (tokens) =>
      `${figure(tokens)} tokens x ${figure(entries)} entries x (2 x ${work.hiddenSize} x ${passes.head} passes / ${figure(rate)} FLOP/s + ${figure(bytes)} B / ${figure(rates.memoryBytesPerSecond)} B/s)`,
  }
}
