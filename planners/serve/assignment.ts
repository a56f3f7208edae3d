import type { Engine, EngineRelease } from '../../src/catalog/engine.ts'
import type { KvFormat, Quantization } from '../../src/catalog/quantization.ts'
import type { Support } from '../../src/catalog/support.ts'
import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { PackingRefusal } from '../../src/cost/packing.ts'
import type { ServingMemory, ServingMemoryResult } from '../../src/memory/serving.ts'
import { emptySpeed, type ServingPerformance, type ServingSpeed } from '../../src/performance/serving.ts'
import type { Board } from './boards.ts'
import type { ServeRequest } from './request.ts'

/** One engine release that a plan may run on. */
export type EngineChoice = ServeRequest['engines'][number]

/**
 * A configuration while it is being chosen: the variables bound so far and what follows from them. One object is reused for
 * the whole search; everything that outlives a step is copied out.
 */
export class ServeAssignment {
  // Variables, in the order in which they are bound.
  engine!: EngineChoice
  quantization!: Quantization
  kv!: KvFormat
  board!: Board
  tensorParallel = 1
  pipelineParallel = 1
  expertParallel = 1
  maxConcurrency = 1
  priced!: PricedOffer

  // Derived once engine, format and board are known.
  weightSupport!: Support
  kvSupport!: Support
  lossPercent = 0

  // Derived once the parallelism is known.
  /** On the largest instance of the board: no offer needs less. */
  leastMemory!: ServingMemory
  /** Over several machines; prepared where an offer needs it and others do not. */
  spanningMemory: ServingMemory | null = null
  /** On the instance of the offer; the least before an offer is bound. */
  memory!: ServingMemory
  performance!: ServingPerformance
  /** A lone request: no load makes it faster, so it bounds the latency of everything below. */
  readonly alone: ServingSpeed = emptySpeed()

  // Derived once the concurrency is known.
  memoryResult!: ServingMemoryResult
  maxBatchedTokens = 0
  /** All of `maxConcurrency` in flight. */
  readonly full: ServingSpeed = emptySpeed()
  /** Replicas that carry the busiest hour, spares not counted. */
  loadedReplicas = 1
  replicas = 1

  // Derived once the offer is known.
  refusal: PackingRefusal | null = null
  instances = 0
  usdPerHour = 0

  get gpusPerReplica(): number {
    return this.tensorParallel * this.pipelineParallel
  }

  /** GPUs paid for: whole instances. */
  get gpusPaid(): number {
    return this.instances * this.priced.offer.gpu_count
  }

  get release(): EngineRelease {
    return this.engine.release
  }

  get engineEntry(): Engine {
    return this.engine.engine
  }

  /** A copy that survives the search: same variables and derived objects, numbers copied. */
  snapshot(): ServeAssignment {
    const copy = new ServeAssignment()
    const { alone, full, memoryResult, ...rest } = this
    Object.assign(copy, rest)
    Object.assign(copy.alone, alone)
    Object.assign(copy.full, full)
    if (memoryResult !== undefined) copy.memoryResult = { ...memoryResult }
    return copy
  }
}
