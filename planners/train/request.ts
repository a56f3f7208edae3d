import type { Accuracy } from '../../src/catalog/accuracy.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Trainer } from '../../src/catalog/trainer.ts'
import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { LoraTarget, ModelTensors } from '../../src/model/tensors.ts'
import type { Headroom } from '../../src/scenario/common.ts'
import type {
  ActivationCheckpointing,
  LossImplementation,
  Offload,
  Optimizer,
  TrainingMethod,
} from '../../src/training/configuration.ts'
import type { ResolvedModel } from '../model.ts'

export type TrainObjective = 'cost' | 'time' | 'gpus' | 'energy'

/** What is to be trained, with every name resolved and every default filled in. */
export interface TrainRequest extends ResolvedModel {
  readonly tensors: ModelTensors
  readonly name: string
  /** Tokens of the whole run, all epochs. */
  readonly tokens: number
  readonly sequenceLength: number
  /** Sequences of one optimizer step. */
  readonly globalBatch: number
  readonly deadlineHours: number | null
  readonly budgetUsd: number | null
  readonly trainer: Trainer
  readonly methods: readonly TrainingMethod[]
  readonly lora: { readonly targets: readonly LoraTarget[] }
  readonly loraRanks: readonly number[]
  readonly optimizers: readonly Optimizer[]
  readonly zeroStages: readonly (0 | 1 | 2 | 3)[]
  readonly offloads: readonly Offload[]
  readonly checkpointings: readonly ActivationCheckpointing[]
  readonly microBatches: readonly number[]
  readonly tensorParallel: readonly number[]
  readonly pipelineParallel: readonly number[]
  readonly virtualPipeline: readonly number[]
  readonly contextParallel: readonly number[]
  readonly expertParallel: readonly number[]
  readonly gpus: readonly Gpu[]
  readonly maxGpus: number
  readonly offers: readonly PricedOffer[]
  readonly loss: LossImplementation
  readonly flashAttention: boolean
  readonly sequenceParallel: boolean
  readonly memoryModel: 'architecture' | 'rule-of-thumb'
  /** Hours that the run is known to take; null: computed. */
  readonly hours: number | null
  readonly spotInterruptionsPerInstanceHour: number | null
  readonly checkpointBytesPerSecond: number | null
  /** Share of the GPU kept free beyond everything counted. */
  readonly headroom: Headroom
  /** The model's record on measured runs: bands, and the headroom of `p95`. */
  readonly accuracy: Accuracy
  readonly objective: TrainObjective
  readonly alternatives: number
}
