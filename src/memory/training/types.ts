import type { Gpu } from '../../catalog/gpu.ts'
import type { Trainer } from '../../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../../catalog/training-memory.ts'
import type { ModelTensors } from '../../model/tensors.ts'
import type { TrainingConfiguration } from '../../training/configuration.ts'
import type { Ledger, Term } from '../ledger.ts'

/** Everything of a configuration that is fixed before batches are: what memory and time are prepared for. */
export type PreparedConfiguration = Omit<TrainingConfiguration, 'microBatch' | 'gradientAccumulation'>

export interface TrainingMemoryOptions {
  readonly tensors: ModelTensors
  readonly trainer: Trainer
  readonly gpu: Gpu
  readonly physics: TrainingMemoryPhysics
  readonly configuration: PreparedConfiguration
  /** Share of the device that stays free beyond everything counted. */
  readonly headroomFraction: number
}

/** What one data-parallel rank computes. */
export interface TrainingLoad {
  /** Sequences of one micro-step. */
  readonly microBatch: number
  /** Micro-steps of one optimizer step. */
  readonly gradientAccumulation: number
}

/** Moments at which memory can be fullest. The peak is the largest of them. */
export const phaseNames = ['backward start', 'block backward', 'backward end', 'optimizer step', 'load'] as const
export type PhaseName = (typeof phaseNames)[number]

/** Memory of the fullest GPU, bytes. One object is written again and again: copy what must last. */
export interface TrainingMemoryResult {
  /** Live tensors leave the room on every GPU that a run needs, within the headroom. */
  fits: boolean
  /** By how much that is missed on the GPU that misses it most; 0 where the load fits. */
  shortfallBytes: number
  /** Sum of the ledger's terms: live tensors, the blocks the allocator caches beside them, and the context. */
  totalBytes: number
  /** Device minus total; negative where the load exceeds the device. */
  freeBytes: number
  capacityBytes: number
  /** Live tensors in the winning phase. */
  allocatedBytes: number
  /** What the allocator would hold with the whole device to itself. */
  reservedBytes: number
  /** Host memory of one GPU's rank: offloaded states, paged optimizers, checkpoints. */
  hostBytes: number
  peakPhase: PhaseName
}

/** One phase of the fullest GPU. */
export interface Phase {
  readonly name: PhaseName
  /** Live tensors. */
  readonly bytes: number
  readonly terms: readonly Term[]
}

/** Memory of one configuration under any batch. */
export interface TrainingMemory {
  readonly capacityBytes: number
  /** Total of one sequence without accumulation: no load needs less. */
  readonly minimumBytes: number
  /** Weights, gradients, optimizer states, master weights and adapters of the fullest GPU between two steps. */
  readonly statesBytes: number
  /** Parameters that the optimizer changes, whole model. */
  readonly trainableParameters: number
  /** Evaluates a load into `into`, by default an object owned by this configuration. */
  evaluate(load: TrainingLoad, into?: TrainingMemoryResult): TrainingMemoryResult
  /** Terms of the fullest GPU in the winning phase; they add up to `totalBytes` of the same load. */
  ledger(load: TrainingLoad): readonly Term[]
  /** The same for every distinct GPU (pipeline stage). */
  ledgers(load: TrainingLoad): readonly Ledger[]
  /** Every phase of the fullest GPU. */
  phases(load: TrainingLoad): readonly Phase[]
  /** Largest micro-batch up to `most` that fits with this accumulation; 0 where none does. */
  largestMicroBatch(most: number, gradientAccumulation: number): number
  /** The same configuration on another GPU; what depends on the model is not prepared again. */
  on(gpu: Gpu, headroomFraction: number): TrainingMemory
}

/** A result object to write into. */
export function emptyTrainingResult(capacityBytes: number): TrainingMemoryResult {
  return {
    fits: false,
    shortfallBytes: 0,
    totalBytes: 0,
    freeBytes: 0,
    capacityBytes,
    allocatedBytes: 0,
    reservedBytes: 0,
    hostBytes: 0,
    peakPhase: 'backward start',
  }
}
