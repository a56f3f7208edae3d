import type { LoraTarget } from '../model/tensors.ts'

/** How weights are adapted. */
export type TrainingMethod = 'full' | 'lora' | 'qlora'
export type Optimizer = 'adamw' | 'adamw-8bit' | 'paged-adamw-8bit' | 'adafactor' | 'sgd' | 'lion' | 'muon'
export type Offload = 'none' | 'optimizer' | 'parameters'
/** How much of the forward pass is computed again, least first: what is kept of it shrinks. */
export const ACTIVATION_CHECKPOINTING = ['none', 'selective', 'full'] as const
export type ActivationCheckpointing = (typeof ACTIVATION_CHECKPOINTING)[number]
export type LossImplementation = 'full' | 'chunked' | 'fused'

/**
 * One training configuration. Degrees: gpus = data x tensor x pipeline x context; expert parallelism spreads experts over
 * ranks of the data- and tensor-parallel groups. Memory and time are functions of it, the model, the trainer and the GPU.
 */
export interface TrainingConfiguration {
  readonly method: TrainingMethod
  readonly optimizer: Optimizer
  /** ZeRO stage, or the FSDP strategy that shards the same: 0 none, 1 optimizer, 2 and gradients, 3 and weights (FSDP full shard). */
  readonly zeroStage: 0 | 1 | 2 | 3
  readonly offload: Offload
  readonly activationCheckpointing: ActivationCheckpointing
  /** Sequences of one micro-step on one data-parallel rank. */
  readonly microBatch: number
  /** Micro-steps per optimizer step. */
  readonly gradientAccumulation: number
  /** Tokens of a sequence. */
  readonly sequenceLength: number
  readonly dataParallel: number
  readonly tensorParallel: number
  readonly pipelineParallel: number
  /** Chunks of layers per stage (interleaved schedule); 1 = plain 1F1B. */
  readonly virtualPipeline: number
  readonly contextParallel: number
  readonly expertParallel: number
  /** Ranks that share the sharded states; by default data x context parallel. */
  readonly shardDegree: number
  /** Sequence parallelism beside tensor parallelism. */
  readonly sequenceParallel: boolean
  readonly flashAttention: boolean
  readonly compile: boolean
  readonly loss: LossImplementation
  /** Rank and targets of adapters; null for full training. */
  readonly lora: {
    readonly rank: number
    readonly targets: readonly LoraTarget[]
    /** An adapter on the output head too. */
    readonly head?: boolean
  } | null
  /** NF4 with quantised scales (QLoRA's double quantisation). */
  readonly doubleQuantization: boolean
  /** Quantised base: a format of `catalogs/physics/training-memory.yaml`. Absent: NF4. */
  readonly quantizedBase?: string
  /** Gradients are applied and freed as the backward pass makes them. Absent: no. */
  readonly optimizerInBackward?: boolean
}
