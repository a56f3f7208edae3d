import type {
  ActivationCheckpointing,
  Offload,
  Optimizer,
  TrainingMethod,
} from '../../../src/training/configuration.ts'
import type { Rented } from '../offers.ts'

/** One way to train: every variable of the search has its value. */
export interface Choice {
  readonly method: TrainingMethod
  /** Null: full training has no adapters. */
  readonly loraRank: number | null
  readonly optimizer: Optimizer
  readonly rented: Rented
  readonly instances: number
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly virtualPipeline: number
  readonly contextParallel: number
  readonly expertParallel: number
  readonly zeroStage: 0 | 1 | 2 | 3
  readonly offload: Offload
  readonly checkpointing: ActivationCheckpointing
  readonly microBatch: number
  // What follows from them.
  readonly gpus: number
  /** GPUs = tensor x pipeline x context x data parallel; not whole where they do not divide the GPUs. */
  readonly dataParallel: number
  /** Global batch = micro-batch x accumulation x data parallel; not whole where they do not divide it. */
  readonly accumulation: number
}

/** The values of a choice in one line: two choices are the same where it is. */
export function nameOf(choice: Choice): string {
  const { rented, method, loraRank, optimizer, zeroStage, offload, checkpointing } = choice
  return [
    `${choice.instances} x ${rented.offer.id} ${rented.pricing}`,
    `${method} r${loraRank ?? '-'} ${optimizer} zero${zeroStage} offload=${offload} recompute=${checkpointing}`,
    `tp${choice.tensorParallel} pp${choice.pipelineParallel} vp${choice.virtualPipeline} cp${choice.contextParallel} ep${choice.expertParallel} b${choice.microBatch}`,
  ].join(', ')
}
