import type { Gpu } from '../../catalog/gpu.ts'
import type { Generation } from '../../catalog/performance.ts'
import type { ComputePrecision, EfficiencyClass, TrainingPhysics } from '../../catalog/training-physics.ts'
import { peakFlopsPerSecond } from '../hardware.ts'

/** What one GPU reaches in training. FLOP/s and bytes/s. */
export interface TrainingRates {
  /** Id of the efficiency class. */
  readonly class: string
  /** Dense peak of the linear layers' arithmetic. */
  readonly peak: number
  /** Large matrix products: of the linear layers, and in 16 bit. */
  readonly gemm: number
  readonly gemm16: number
  readonly attention: number
  readonly memoryBytesPerSecond: number
  /** No training run of these dies stands behind the shares. */
  readonly assumed: boolean
}

/** The dense peak that a precision runs at. */
const PEAKS = { bf16: 'bf16', fp8: 'fp8', mxfp8: 'fp8', nvfp4: 'fp4' } as const
/** Formats that boards with 16-bit tensor cores lack are no path, so nothing may stand in for them. */
const LOW_PRECISION = { fp8: 'fp8', fp4: 'fp4' } as const

/**
 * Rates of a GPU by its efficiency class, and by what its board sustains against the class where runs on it told.
 * @returns null where the GPU has no path for the precision.
 */
export function trainingRates(
  gpu: Gpu,
  generation: Pick<Generation, 'id'>,
  physics: TrainingPhysics,
  precision: ComputePrecision,
): TrainingRates | null {
  const name = PEAKS[precision]
  if (name !== 'bf16' && gpu.dense_tflops[LOW_PRECISION[name]] === undefined) return null
  const peak16 = peakFlopsPerSecond(gpu, 'bf16')
  const peak = peakFlopsPerSecond(gpu, name)
  if (peak === null || peak16 === null) return null
  const id = classOf(gpu, generation, physics, peak16)
  const shares = physics.classes[id]
  if (shares === undefined) throw new Error(`no efficiency class "${id}" in the catalog`)
  const { training_compute: fittedBoard } = gpu.efficiency
  const board = fittedBoard?.value ?? 1
  return {
    class: id,
    peak,
    gemm: board * peak * gemmShare(shares, precision, physics),
    gemm16: board * peak16 * shares.gemm.bf16.value,
    attention: board * peak16 * shares.attention.value,
    memoryBytesPerSecond: gpu.memory_bandwidth_gb_per_second * 1e9 * physics.memory_bandwidth.value,
    assumed: (shares.assumed && (fittedBoard?.records ?? 0) === 0) || shareOf(shares, precision) === undefined,
  }
}

function shareOf(shares: EfficiencyClass, precision: ComputePrecision) {
  return shares.gemm[precision === 'mxfp8' ? 'fp8' : precision]
}

/** A precision without a share of its own takes that of 16 bit, block-scaled fp8 the measured factor on time. */
function gemmShare(shares: EfficiencyClass, precision: ComputePrecision, physics: TrainingPhysics): number {
  const share = (shareOf(shares, precision) ?? shares.gemm.bf16).value
  return precision === 'mxfp8' ? share / physics.mxfp8_time.value : share
}

/** The class of the generation, or its uncapped one where the board may draw what large products need. */
function classOf(gpu: Gpu, generation: Pick<Generation, 'id'>, physics: TrainingPhysics, peak16: number): string {
  const row = physics.generations[generation.id] ?? physics.default_generation
  if (row.uncapped === undefined || gpu.power_watts === null) return row.class
  const tflopsPerWatt = peak16 / 1e12 / gpu.power_watts
  return tflopsPerWatt < physics.uncapped_below_tflops_per_watt.value ? row.uncapped : row.class
}

/** Part of the large-matrix rate that a product reaches whose narrowest side is so wide: d / (d + half width). */
export function sizeShare(narrowest: number, halfWidth: number): number {
  return narrowest / (narrowest + halfWidth)
}
