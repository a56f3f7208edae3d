import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Choice } from './choice.ts'
import { trainedParameters } from './model.ts'
import type { Wanted } from './wanted.ts'

/**
 * Hours on the clock of a run that computes so many hours (docs/training.md, "Failures, checkpoints, spot instances"): failures and spot
 * interruptions stop the whole job, checkpoints are written at Young's interval, and half an interval and a restart are lost each time.
 * Infinity where the run never ends.
 */
export function hoursOnTheClock(computeHours: number, choice: Choice, wanted: Wanted, catalog: Catalog): number {
  const physics = catalog.physics.training.reliability
  const { gpus, instances, method, loraRank, rented } = choice

  const failuresAnHour = gpus / physics.gpu_hours_per_failure.value
  const takenBackAnHour = rented.pricing === 'spot' ? instances * spotInterruptionsAnHour(choice, wanted, catalog) : 0
  const hoursBetween = 1 / (failuresAnHour + takenBackAnHour)

  const lora = loraRank === null ? null : { rank: loraRank, targets: wanted.loraTargets }
  const { full, adapters } = physics.checkpoint_bytes_per_parameter
  const bytes = trainedParameters(wanted.model.tensors, lora) * (method === 'full' ? full : adapters).value
  const { per_gpu, lowest, highest } = physics.checkpoint_bytes_per_second
  const usualRate = Math.max(lowest.value, Math.min(highest.value, per_gpu.value * gpus))
  const checkpointHours = bytes / (wanted.checkpointBytesPerSecond ?? usualRate) / 3600
  const interval = Math.sqrt(2 * checkpointHours * hoursBetween)

  // A run shorter than the interval writes one checkpoint, at its end, and repeats half of itself at most.
  const checkpoints = Math.max(1, computeHours / interval)
  const repeatedHours = Math.min(interval, computeHours) / 2 + physics.restart_seconds.value / 3600
  const shareLost = repeatedHours / hoursBetween
  if (shareLost >= 1) return Number.POSITIVE_INFINITY
  return (computeHours + checkpoints * checkpointHours) / (1 - shareLost)
}

/**
 * The scenario's own rate, else from the share of instances that a provider reports as taken back within a month: the middle of its band
 * as a constant hazard, times the factor for long runs; the highest known band where none is reported.
 */
function spotInterruptionsAnHour({ rented }: Choice, wanted: Wanted, catalog: Catalog): number {
  if (wanted.spotInterruptionsPerHour !== null) return wanted.spotInterruptionsPerHour
  const { bands, default_band, long_run_factor, month_hours } = catalog.physics.training.reliability.spot
  const machine = `${rented.offer.instance} ${rented.offer.gpu}`
  const own = Object.values(bands).find((band) => band.instances.some((name) => machine.includes(name)))
  const band = own ?? bands[default_band]
  if (band === undefined) throw new Error(`no band ${default_band}`)
  const middle = (band.low + band.high) / 2
  return (long_run_factor.value * -Math.log(1 - middle)) / month_hours
}
