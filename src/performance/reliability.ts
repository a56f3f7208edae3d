import type { ReliabilityPhysics } from '../catalog/training-physics.ts'
import { count, fixed, gb, percent } from '../units.ts'

export interface ReliabilityInput {
  readonly gpus: number
  /** Rented machines that a provider may take back one by one. */
  readonly instances: number
  /** Names of the instance and its GPU, by which a published band is found; null where the machines are not spot. */
  readonly spotInstance: string | null
  /** The user's own rate, interruptions an hour and instance, in place of the published band. */
  readonly interruptionsPerInstanceHour?: number
  /** Parameters that are trained: a frozen base is not written. */
  readonly trainableParameters: number
  readonly method: 'full' | 'lora' | 'qlora'
  /** Bytes a second at which checkpoints are written; absent: the catalog's assumption for so many GPUs. */
  readonly checkpointBytesPerSecond?: number
  readonly physics: ReliabilityPhysics
}

const SECONDS_PER_HOUR = 3600

/** What failures, spot interruptions and checkpoints cost a run. */
export interface Reliability {
  /** Mean seconds between interruptions of the job, whatever their cause. */
  readonly meanSecondsBetweenInterruptions: number
  /** Spot interruptions an hour and instance; 0 where the machines are not spot. */
  readonly interruptionsPerInstanceHour: number
  readonly checkpointBytes: number
  readonly checkpointSeconds: number
  /** Computing time between two checkpoints that costs least. */
  readonly checkpointIntervalSeconds: number
  /** Share of a long run that is lost; 1 or more: the run makes no progress. */
  readonly lostShare: number
  /** Hours on the clock of a run that computes so many; Infinity where it makes no progress. */
  wallClockHours(computeHours: number): number
  /** What was assumed for a run that computes so many hours, in sentences. */
  assumptions(computeHours: number): string[]
}

/**
 * Failures are independent and any of them stops the job: 1 / MTBF = gpus / M + instances x spot rate. The interval between
 * checkpoints is Young's first-order optimum (Communications of the ACM 17(9), 1974).
 */
export function prepareReliability(input: ReliabilityInput): Reliability {
  const { physics, gpus, instances } = input
  const spotRate = input.spotInstance === null ? 0 : (input.interruptionsPerInstanceHour ?? spotRatePerHour(input))
  const perHour = gpus / physics.gpu_hours_per_failure.value + instances * spotRate
  const meanSeconds = SECONDS_PER_HOUR / perHour
  const bytes = physics.checkpoint_bytes_per_parameter
  const checkpointBytes = input.trainableParameters * (input.method === 'full' ? bytes.full : bytes.adapters).value
  const bytesPerSecond = input.checkpointBytesPerSecond ?? assumedBytesPerSecond(physics, gpus)
  const checkpointSeconds = checkpointBytes / bytesPerSecond
  const restart = physics.restart_seconds.value
  const interval = checkpointIntervalSeconds(checkpointSeconds, meanSeconds)
  const lost = lostShare(checkpointSeconds, interval, restart, meanSeconds)
  return {
    meanSecondsBetweenInterruptions: meanSeconds,
    interruptionsPerInstanceHour: spotRate,
    checkpointBytes,
    checkpointSeconds,
    checkpointIntervalSeconds: interval,
    lostShare: lost,
    wallClockHours(computeHours) {
      const seconds = computeHours * SECONDS_PER_HOUR
      // A run shorter than the interval writes one checkpoint, at its end.
      const writing = interval > 0 ? checkpointSeconds * Math.max(1, seconds / interval) : 0
      const repeated = (Math.min(interval, seconds) / 2 + restart) / meanSeconds
      return repeated < 1 ? (seconds + writing) / SECONDS_PER_HOUR / (1 - repeated) : Number.POSITIVE_INFINITY
    },
    assumptions: (computeHours) => [
      `a failure stops the job every ${count(physics.gpu_hours_per_failure.value)} GPU-hours (published: ${count(physics.gpu_hours_per_failure.low)} to ${count(physics.gpu_hours_per_failure.high)}), restart ${count(restart / 60)} minutes`,
      `a checkpoint of ${gb(checkpointBytes)} is written in ${fixed(checkpointSeconds, 1)} s (${gb(bytesPerSecond)} a second), ${
        computeHours * SECONDS_PER_HOUR > interval
          ? `every ${fixed(interval / 60, 0)} minutes`
          : 'once, at the end: the run is shorter than the best interval'
      }`,
      ...spotAssumption(input, spotRate),
    ],
  }
}

/** Young: sqrt(2 x checkpoint x MTBF). Seconds. */
export function checkpointIntervalSeconds(checkpointSeconds: number, meanSecondsBetweenInterruptions: number): number {
  return Math.sqrt(2 * checkpointSeconds * meanSecondsBetweenInterruptions)
}

/** Time of checkpoints, and half an interval and a restart for each interruption: d / tau + (tau / 2 + restart) / MTBF. */
export function lostShare(
  checkpointSeconds: number,
  intervalSeconds: number,
  restartSeconds: number,
  meanSecondsBetweenInterruptions: number,
): number {
  const writing = intervalSeconds > 0 ? checkpointSeconds / intervalSeconds : 0
  return writing + (intervalSeconds / 2 + restartSeconds) / meanSecondsBetweenInterruptions
}

function assumedBytesPerSecond(physics: ReliabilityPhysics, gpus: number): number {
  const { per_gpu: perGpu, lowest, highest } = physics.checkpoint_bytes_per_second
  return Math.min(highest.value, Math.max(lowest.value, perGpu.value * gpus))
}

/** Band of an instance: the one whose name it carries, else the default. */
function spotBand({ physics, spotInstance }: ReliabilityInput): {
  id: string
  low: number
  high: number
  own: boolean
} {
  const { bands, default_band: fallback } = physics.spot
  for (const [id, band] of Object.entries(bands)) {
    if (band.instances.some((name) => spotInstance?.includes(name))) return { id, ...band, own: true }
  }
  const band = bands[fallback]
  if (band === undefined) throw new Error(`no interruption band "${fallback}" in the catalog`)
  return { id: fallback, ...band, own: false }
}

/** Middle of the band as a constant hazard: -ln(1 - share) / hours of a month, times the factor for long runs. */
function spotRatePerHour(input: ReliabilityInput): number {
  const { low, high } = spotBand(input)
  const { month_hours: hours, long_run_factor: factor } = input.physics.spot
  return (-Math.log(1 - (low + high) / 2) / hours) * factor.value
}

function spotAssumption(input: ReliabilityInput, rate: number): string[] {
  if (input.spotInstance === null) return []
  const often = `a spot instance is taken back every ${count(Math.round(1 / rate))} hours on average`
  if (input.interruptionsPerInstanceHour !== undefined) return [`${often}, as the scenario says`]
  const { low, high, own } = spotBand(input)
  const band = `${percent(low, 0)} to ${percent(high, 0)} interrupted a month, times ${input.physics.spot.long_run_factor.value} for long runs`
  return [
    `${often} (${band}${own ? '' : '; no band published for this offer, the highest known one is taken'}); waiting for capacity is not counted`,
  ]
}
