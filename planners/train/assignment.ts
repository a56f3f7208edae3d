import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { TrainingMemory, TrainingMemoryResult } from '../../src/memory/training.ts'
import type { Reliability } from '../../src/performance/reliability.ts'
import { emptyTrainingSpeed, type TrainingSpeed } from '../../src/performance/training/input.ts'
import type { TrainingTime } from '../../src/performance/training/training-time.ts'
import type { ActivationCheckpointing, Offload, Optimizer, TrainingMethod } from '../../src/training/configuration.ts'
import type { Machine } from './machines.ts'

/** A training configuration while it is being chosen. One object is reused for the whole search. */
export class TrainAssignment {
  // Variables, in the order in which they are bound.
  method: TrainingMethod = 'full'
  loraRank = 1
  optimizer: Optimizer = 'adamw'
  machine!: Machine
  instances = 1
  tensorParallel = 1
  pipelineParallel = 1
  virtualPipeline = 1
  contextParallel = 1
  expertParallel = 1
  zeroStage: 0 | 1 | 2 | 3 = 0
  offload: Offload = 'none'
  checkpointing: ActivationCheckpointing = 'none'
  microBatch = 1
  priced!: PricedOffer

  // Derived.
  memory!: TrainingMemory
  /** Null: the machines cannot run it together. */
  time!: TrainingTime | null
  memoryResult!: TrainingMemoryResult
  readonly speed: TrainingSpeed = emptyTrainingSpeed()
  computeHours = 0
  reliability!: Reliability
  hours = 0
  usdPerRun = 0

  get gpus(): number {
    return this.instances * this.machine.gpuCount
  }

  get modelParallel(): number {
    return this.tensorParallel * this.pipelineParallel * this.contextParallel
  }

  get dataParallel(): number {
    return this.gpus / this.modelParallel
  }

  gradientAccumulation(globalBatch: number): number {
    return globalBatch / (this.microBatch * this.dataParallel)
  }

  /** A copy that survives the search. */
  snapshot(): TrainAssignment {
    const copy = new TrainAssignment()
    const { speed, memoryResult, ...rest } = this
    Object.assign(copy, rest)
    Object.assign(copy.speed, speed)
    if (memoryResult !== undefined) copy.memoryResult = { ...memoryResult }
    return copy
  }
}
