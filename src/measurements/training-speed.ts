import type { Catalog } from '../catalog/catalog.ts'
import type { ComputePrecision } from '../catalog/training-physics.ts'
import { emptyTrainingSpeed } from '../performance/training/input.ts'
import { prepareTrainingTime } from '../performance/training/training-time.ts'
import type { TrainingRecord } from './record.ts'
import type { TrainingRun } from './training-run.ts'

/**
 * Tokens per second of all GPUs together, with the constants of the catalog as they stand.
 * @returns a reason where the law of time cannot express the run.
 */
export function trainingSpeed(
  { record, model, trainer, machine, read }: TrainingRun,
  catalog: Catalog,
): number | { skipped: string } {
  const { hardware } = machine
  const { configuration } = read
  const precision = arithmeticOf(record)
  if (precision === null) return { skipped: 'no law for linear layers in fp32 arithmetic' }
  const time = prepareTrainingTime({
    tensors: model.tensors,
    trainer,
    ...hardware,
    physics: catalog.physics.training,
    configuration,
    computePrecision: precision,
  })
  if (time !== null) return time.at(read.load, emptyTrainingSpeed()).tokensPerSecond
  const { gpu, gpusPerNode, networkGbPerSecondPerGpu, link } = hardware
  if (record.gpus > gpusPerNode && networkGbPerSecondPerGpu === null) {
    return { skipped: `${record.gpus} ${gpu.name} are several machines, and no network between such machines is known` }
  }
  if (link.kind === 'none' && record.gpus > 1) return { skipped: `${gpu.name} has no link to a second one` }
  return { skipped: `${gpu.name} has no arithmetic in ${precision}` }
}

/** Arithmetic of the linear layers; both 16-bit formats run at one rate. Null for fp32, which no record of the law used. */
function arithmeticOf({ configuration }: TrainingRecord): ComputePrecision | null {
  const stated = configuration.compute_precision ?? 'bf16'
  if (stated === 'fp32') return null
  return stated === 'fp16' ? 'bf16' : stated
}
