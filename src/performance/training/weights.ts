import { figure } from '../figure.ts'
import { localParameters, modelParallel, type RunContext } from './context.ts'
import type { TimeTerm } from './term.ts'

/** Traffic of whole weights and gradients in device memory, once a micro-step whatever its tokens. */
export function weightTerms(context: RunContext): TimeTerm[] {
  const terms: TimeTerm[] = []
  if (context.passes.trainsWeights) terms.push(accumulateTerm(context))
  if (context.configuration.method === 'qlora') terms.push(dequantiseTerm(context))
  return terms
}

/** Full training adds an fp32 gradient to each local parameter: read and written. */
function accumulateTerm(context: RunContext): TimeTerm {
  const { dense, expert } = localParameters(context)
  const bytes = context.physics.accumulate_bytes.value
  const bandwidth = context.rates.memoryBytesPerSecond
  return {
    name: 'accumulate',
    secondsPerToken: 0,
    seconds: (bytes * (dense + expert)) / bandwidth,
    formula: () => `${bytes} B x ${figure(dense + expert)} parameters / ${figure(bandwidth)} B/s`,
  }
}

/** A 4-bit base: every pass writes a 16-bit copy of each matrix and reads it. */
function dequantiseTerm({ work, rates, passes, configuration, physics }: RunContext): TimeTerm {
  const parameters = work.matrixParameters / modelParallel(configuration)
  const bytes = physics.dequantise_bytes.value
  return {
    name: 'dequantise',
    secondsPerToken: 0,
    seconds: (bytes * parameters * passes.linear) / rates.memoryBytesPerSecond,
    formula: () =>
      `${bytes} B x ${figure(parameters)} parameters x ${figure(passes.linear)} passes / ${figure(rates.memoryBytesPerSecond)} B/s`,
  }
}

/** Seconds in which the host launches the kernels of one micro-step: a floor under tiny ones, combined as a soft maximum. */
export function launchSeconds({ work, passes, configuration, physics }: RunContext): number {
  return (
    (physics.launch_seconds.value * (work.layers + work.moeLayers) * passes.linear) / configuration.pipelineParallel
  )
}
