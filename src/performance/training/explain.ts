import type { DerivationLine } from '../explain.ts'
import { figure } from '../figure.ts'
import type { TrainingLoad, TrainingSpeed } from './input.ts'
import { termSeconds } from './term.ts'
import type { TrainingParts } from './training-time.ts'

/** Derivation of a step, term by term with the numbers put in. */
export function explainTraining(parts: TrainingParts, load: TrainingLoad, speed: TrainingSpeed): DerivationLine[] {
  const { configuration, physics } = parts.context
  const { microBatch, gradientAccumulation: m } = load
  const { sequenceLength, contextParallel, dataParallel, pipelineParallel: p, virtualPipeline: v } = configuration
  const tokens = (microBatch * sequenceLength) / contextParallel
  const lines: DerivationLine[] = []
  const add = (name: string, value: number, unit: string, formula: string): void => {
    lines.push({ name, value: Number(value.toPrecision(10)), unit, formula })
  }

  for (const term of parts.compute) add(term.name, termSeconds(term, tokens), 's', term.formula(tokens))
  const busy = parts.compute.reduce((sum, term) => sum + termSeconds(term, tokens), 0)
  const power = physics.launch_exponent.value
  const launches = `kernel launches ${figure(parts.launchSeconds)} s`
  add(
    'compute',
    speed.computeSeconds,
    's',
    `(all of the above ${figure(busy)} s ^ ${power} + ${launches} ^ ${power}) ^ (1 / ${power})`,
  )

  for (const term of parts.activationTraffic) add(term.name, termSeconds(term, tokens), 's', term.formula(tokens))
  const traffic = parts.activationTraffic.reduce((sum, term) => sum + termSeconds(term, tokens), 0)
  const exposed = physics.exposed_traffic.value
  if (traffic > 0) add('exposed_activations', exposed * traffic, 's', `${exposed} x ${figure(traffic)} s`)

  const hides = (seconds: number) =>
    `max(${figure(seconds)} s - ${parts.hidden} x ${figure(speed.computeSeconds)} s, ${figure(1 - parts.hidden)} x ${figure(seconds)} s)`
  const shard = parts.shard.seconds
  const shown = speed.microStepSeconds - (speed.computeSeconds + exposed * traffic) * parts.imbalance
  if (shard > 0) {
    add('sharding', shard, 's', parts.shard.formula())
    add('exposed_sharding', shown, 's', hides(shard))
  }
  const longest = parts.imbalance > 1 ? ` x ${figure(parts.imbalance)} (longest pipeline stage over the mean one)` : ''
  const own = `(compute ${figure(speed.computeSeconds)} s + exposed activations ${figure(exposed * traffic)} s)${longest}`
  const sharded = shard > 0 ? ` + exposed sharding ${figure(shown)} s` : ''
  add('micro_step', speed.microStepSeconds, 's', `${own}${sharded}`)
  if (p > 1) add('bubble', speed.bubble, 'share', `(${p} - 1) / (${v} x ${m} + ${p} - 1)`)
  if (parts.reduce.seconds > 0) {
    add('reduce', parts.reduce.seconds, 's', parts.reduce.formula())
    add('exposed_reduce', speed.reduceSeconds, 's', hides(parts.reduce.seconds))
  }
  add('optimizer', speed.optimizerSeconds, 's', parts.optimizer.formula())
  add(
    'step',
    speed.stepSeconds,
    's',
    `${m} x ${figure(speed.microStepSeconds)} s${p > 1 ? ` / (1 - ${figure(speed.bubble)})` : ''} + ${figure(speed.reduceSeconds)} s + ${figure(speed.optimizerSeconds)} s`,
  )
  add(
    'tokens_per_second',
    speed.tokensPerSecond,
    'tokens/s',
    `${dataParallel} x ${microBatch} x ${sequenceLength} x ${m} tokens / ${figure(speed.stepSeconds)} s (${parts.gpus} GPUs)`,
  )
  return lines
}
