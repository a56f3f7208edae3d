import { figure } from '../figure.ts'
import type { RunContext } from './context.ts'
import type { TimeTerm } from './term.ts'

/**
 * Norms, residuals, activation functions, rotary positions, casts: bytes per token, layer and hidden unit. Sequence parallelism
 * divides all of it by t; without it a part of the tensors is whole on every rank.
 */
export function elementwiseTerm({ work, rates, passes, configuration, trainer, physics }: RunContext): TimeTerm {
  const { tensorParallel: t, pipelineParallel: p, sequenceParallel } = configuration
  const divided = physics.elementwise_divided.value
  const whole = sequenceParallel || t === 1 ? 1 / t : divided / t + (1 - divided)
  const layers = work.mixerLayers + physics.elementwise_recurrent_layers.value * work.recurrentLayers
  const stack = work.moeLayers > 0 ? trainer.time_factor.value : 1
  const bytes = physics.elementwise_bytes.value * work.hiddenSize * layers * (whole / p) * passes.elementwise * stack
  return {
    name: 'elementwise',
    secondsPerToken: bytes / rates.memoryBytesPerSecond,
    seconds: 0,
    formula: (tokens) =>
      `${physics.elementwise_bytes.value} B x ${figure(tokens)} tokens x ${work.hiddenSize} x ${figure(layers)} layers x ${figure(whole / p)} x ${figure(passes.elementwise)}${stack === 1 ? '' : ` x ${stack}`} / ${figure(rates.memoryBytesPerSecond)} B/s`,
  }
}
