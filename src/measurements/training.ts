import type { Catalog } from '../catalog/catalog.ts'
import { prepareTrainingMemory, type TrainingMemory } from '../memory/training.ts'
import { trainDefaults } from '../scenario/train-defaults.ts'
import { BYTES_PER_GIB } from '../units.ts'
import type { TrainingRecord } from './record.ts'
import { type TrainingRun, trainingRun } from './training-run.ts'
import { trainingSpeed } from './training-speed.ts'
import type { Figures, Prediction } from './validation.ts'

interface Skipped {
  readonly skipped: string
}

/** The memory part of a prediction. */
interface Memory {
  readonly peakGib: number
  readonly fits: boolean
  readonly fitsWithHeadroom: boolean
}

/**
 * Predicts what a training record measured: the peak by what was counted (live tensors, the allocator's reserve, the whole device,
 * GiB a GPU) and whether the run starts, tokens per second of all GPUs together, or both.
 * @returns a reason where the laws cannot express the quantity that the record's kind is about.
 * @throws Error naming the model or the GPU where the catalog has none of that id.
 */
export function predictTraining(record: TrainingRecord, catalog: Catalog): Prediction | Skipped {
  const run = trainingRun(record, catalog)
  if ('skipped' in run) return run
  const { model, machine } = run
  const assumed = [...run.assumed]

  const { kind, measured } = record
  const figures: Figures = {}
  let verdict: Pick<Memory, 'fits' | 'fitsWithHeadroom'> | undefined
  if (kind === 'training-memory' || measured.peak_gib !== undefined) {
    const memory = predictMemory(run, catalog)
    if (!('skipped' in memory)) {
      const { peakGib, ...verdicts } = memory
      figures.peak_gib = peakGib
      verdict = verdicts
    } else if (kind === 'training-memory') return memory
    else assumed.push(`peak: not predicted, ${memory.skipped}`)
  }
  if (kind === 'training-throughput' || measured.tokens_per_second !== undefined) {
    const speed = trainingSpeed(run, catalog)
    if (typeof speed === 'number') {
      figures.tokens_per_second = speed
      assumed.push(...machine.assumed)
    } else if (kind === 'training-throughput') return speed
    else assumed.push(`tokens per second: not predicted, ${speed.skipped}`)
  }
  return { figures, ...verdict, experts: model.experts, assumed }
}

function predictMemory({ record, model, trainer, machine, read }: TrainingRun, catalog: Catalog): Memory | Skipped {
  const { gpu } = machine.hardware
  const onHost = record.configuration.activation_offload === true
  let memory: TrainingMemory
  try {
    memory = prepareTrainingMemory({
      tensors: model.tensors,
      trainer: onHost ? { ...trainer, checkpoints_on_host: true } : trainer,
      gpu,
      physics: catalog.physics.trainingMemory,
      configuration: read.configuration,
      headroomFraction: 0,
    })
  } catch (error) {
    // The documented refusals, in words; anything else is a defect.
    if (error instanceof RangeError) return { skipped: error.message }
    throw error
  }
  const result = memory.evaluate(read.load)
  // Where the record does not say what it counted: what the allocator holds, which trainers print and monitors see.
  const counted = { allocated: result.allocatedBytes, reserved: result.reservedBytes, device: result.totalBytes }
  return {
    peakGib: counted[record.measured.peak_kind ?? 'reserved'] / BYTES_PER_GIB,
    fits: result.fits,
    fitsWithHeadroom: memory.on(gpu, trainDefaults.headroom).evaluate(read.load).fits,
  }
}
