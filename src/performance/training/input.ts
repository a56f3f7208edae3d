import type { Gpu } from '../../catalog/gpu.ts'
import type { Generation, Link } from '../../catalog/performance.ts'
import type { Trainer } from '../../catalog/trainer.ts'
import type { ComputePrecision, TrainingPhysics } from '../../catalog/training-physics.ts'
import type { ModelTensors } from '../../model/tensors.ts'
import type { TrainingConfiguration } from '../../training/configuration.ts'

/** One training run up to its batch: what decides speed beside micro-batch and gradient accumulation. */
export interface TrainingTimeInput {
  readonly tensors: ModelTensors
  readonly trainer: Pick<Trainer, 'activations' | 'attention_skips_masked_half' | 'time_factor'>
  readonly gpu: Gpu
  /** Efficiency class of the GPU; its id decides. */
  readonly generation: Pick<Generation, 'id'>
  /** How GPUs of one machine are joined: the offer's link, else that of the GPU. */
  readonly link: Link
  /** One-way rate of the network between machines, GB/s a GPU; null where the provider states none. */
  readonly networkGbPerSecondPerGpu: number | null
  /** GPUs of one machine, or of one rack where a switched link joins them all. */
  readonly gpusPerNode: number
  /** Measured copy between host and GPU, GB/s one way; null: a share of the PCIe rate is assumed. */
  readonly hostToDeviceGbPerSecond: number | null
  readonly physics: TrainingPhysics
  readonly configuration: TimedConfiguration
  /** Arithmetic of the linear layers; bf16 (or fp16) where absent. Attention, head and norms stay 16-bit. */
  readonly computePrecision?: ComputePrecision
}

export type TimedConfiguration = Omit<TrainingConfiguration, 'microBatch' | 'gradientAccumulation'>

/** Sequences of one micro-step on one data-parallel rank, and micro-steps of an optimizer step. */
export type TrainingLoad = Pick<TrainingConfiguration, 'microBatch' | 'gradientAccumulation'>

/** Speed of a run, all GPUs together. Reused from call to call, so that a search allocates nothing. */
export interface TrainingSpeed {
  stepSeconds: number
  tokensPerSecond: number
  /** Share of the GPUs' dense peak that model operations (without recomputation) make up. */
  modelFlopsUtilization: number
  /** Share of pipeline time in which a stage waits: 0 without a pipeline. */
  bubble: number
  /** One micro-step of a stage: computing, and everything with the exposed communication. */
  computeSeconds: number
  microStepSeconds: number
  /** Exposed reduction of gradients and the optimizer, once a step. */
  reduceSeconds: number
  optimizerSeconds: number
}

export function emptyTrainingSpeed(): TrainingSpeed {
  return {
    stepSeconds: 0,
    tokensPerSecond: 0,
    modelFlopsUtilization: 0,
    bubble: 0,
    computeSeconds: 0,
    microStepSeconds: 0,
    reduceSeconds: 0,
    optimizerSeconds: 0,
  }
}
