import { BYTES_PER_GIB, count, gib } from '../units.ts'
import type { KvPool } from './kv-pool.ts'
import { Ledger, type Term } from './ledger.ts'
import { prepareRanks, type Rank } from './ranks.ts'
import { type Runtime, runtime } from './runtime.ts'
import {
  emptyResult,
  largestWhere,
  type ServingLoad,
  type ServingMemory,
  type ServingMemoryOptions,
  type ServingMemoryResult,
} from './serving-types.ts'
import { explainWeights } from './weights.ts'

export type { ServingLoad, ServingMemory, ServingMemoryOptions, ServingMemoryResult } from './serving-types.ts'

/** Bytes of one rank under one load, written in place. */
interface RankBytes {
  activations: number
  graphs: number
  kv: number
  pool: number
  total: number
}

/**
 * Prepares the memory of a replica: weights of every stage, cache layout, activations and runtime as functions of the load.
 * Evaluating a load afterwards takes well under a microsecond for each distinct stage and allocates nothing.
 * @throws RangeError where there are more stages than layers.
 */
export function prepareServingMemory(options: ServingMemoryOptions): ServingMemory {
  return new ArchitectureMemory(options)
}

class ArchitectureMemory implements ServingMemory {
  readonly weightsBytes: number
  readonly minimumBytes: number
  readonly capacityBytes: number
  readonly problem: string | null
  readonly #options: ServingMemoryOptions
  readonly #ranks: readonly Rank[]
  readonly #runtime: Runtime
  readonly #result: ServingMemoryResult
  readonly #bytes: RankBytes = { activations: 0, graphs: 0, kv: 0, pool: 0, total: 0 }

  constructor(options: ServingMemoryOptions) {
    this.#options = options
    this.capacityBytes = Math.round(options.gpu.memory.usable_gib * BYTES_PER_GIB)
    this.#result = emptyResult(this.capacityBytes)
    this.#runtime = runtime({ ...options, memory: options.release.memory })
    this.#ranks = prepareRanks(options)
    this.weightsBytes = Math.max(...this.#ranks.map((rank) => rank.weights.bytes))
    this.problem = this.#ranks.find((rank) => rank.pool.problem !== null)?.pool.problem ?? null
    const smallest = { maxSequences: 1, maxBatchedTokens: 1, context: 1, sequences: 1, sequenceTokens: 1 }
    this.minimumBytes = this.evaluate(smallest).totalBytes
  }

  evaluate(load: ServingLoad, into: ServingMemoryResult = this.#result): ServingMemoryResult {
    const limit = (1 - this.#options.headroomFraction) * this.capacityBytes
    let shortfall = 0
    let fullest = -1
    let utilization = 0
    for (const rank of this.#ranks) {
      const bytes = this.#measure(rank, load)
      shortfall = Math.max(shortfall, bytes.total - limit, bytes.kv - bytes.pool)
      utilization = Math.max(utilization, bytes.kv / Math.max(1, bytes.pool))
      if (bytes.total > fullest) {
        fullest = bytes.total
        into.totalBytes = bytes.total
        into.kvBytes = bytes.kv
        into.poolBytes = bytes.pool
      }
    }
    into.fits = shortfall <= 0
    into.shortfallBytes = Math.ceil(shortfall)
    into.capacityBytes = this.capacityBytes
    into.freeBytes = this.capacityBytes - into.totalBytes
    into.kvUtilization = utilization
    return into
  }

  largestSequences(load: Omit<ServingLoad, 'sequences'>): number {
    const scratch = emptyResult(this.capacityBytes)
    return largestWhere(load.maxSequences, (sequences) => this.evaluate({ ...load, sequences }, scratch).fits)
  }

  largestContext(load: Omit<ServingLoad, 'context' | 'sequenceTokens'>, longest: number): number {
    const scratch = emptyResult(this.capacityBytes)
    return largestWhere(
      longest,
      (tokens) => this.evaluate({ ...load, context: tokens, sequenceTokens: tokens }, scratch).fits,
    )
  }

  ledger(load: ServingLoad): readonly Term[] {
    return Ledger.fullest(this.ledgers(load)).terms
  }

  ledgers(load: ServingLoad): readonly Ledger[] {
    return this.#ranks.map((rank) => new Ledger(rank.label, this.#terms(rank, load)))
  }

  printedTokens(load: ServingLoad): number {
    return Math.min(
      ...this.#ranks.map((rank) =>
        rank.pool.printedTokens(this.#measure(rank, load).pool, load.context, load.maxBatchedTokens),
      ),
    )
  }

  #measure(rank: Rank, load: ServingLoad): RankBytes {
    const bytes = this.#bytes
    const { maxSequences, maxBatchedTokens } = load
    const together = rank.pool.demandBytes(load.sequences, load.sequenceTokens, maxBatchedTokens)
    const longest = rank.pool.demandBytes(1, load.context, maxBatchedTokens)
    bytes.kv = Math.max(together, longest)
    bytes.activations = rank.activations.bytes(maxSequences, maxBatchedTokens, contextCells(load))
    bytes.graphs = rank.graphs.bytes(Math.min(maxSequences, maxBatchedTokens))
    const { communicationBytes, runtimeBytes } = this.#runtime
    bytes.total = rank.weights.bytes + bytes.kv + bytes.activations + bytes.graphs + communicationBytes + runtimeBytes
    bytes.pool = this.#poolBytes(rank, bytes)
    return bytes
  }

  /** What the engine's accounting leaves for the KV cache. */
  #poolBytes(rank: Rank, bytes: RankBytes): number {
    const { engine, headroomFraction } = this.#options
    const utilization = this.#options.utilization ?? 1
    const weights = rank.weights.bytes
    switch (engine.accounting) {
      case 'utilization': {
        const charged =
          weights + bytes.activations + this.#runtime.chargedBytes + (rank.graphs.inBudget ? bytes.graphs : 0)
        return utilization * this.capacityBytes - charged
      }
      case 'fraction-of-free': {
        const { always, tensor_parallel } = engine.reserved_gib
        const reserved = always + (this.#options.tensorParallel > 1 ? tensor_parallel : 0)
        return utilization * (this.capacityBytes - reserved * BYTES_PER_GIB) - weights
      }
      case 'fraction-after-load':
        return utilization * (this.capacityBytes - weights - bytes.activations)
      case 'whole-context':
        return (1 - headroomFraction) * this.capacityBytes - (bytes.total - bytes.kv)
    }
  }

  #terms(rank: Rank, load: ServingLoad): Term[] {
    const bytes = { ...this.#measure(rank, load) }
    const { maxSequences, maxBatchedTokens } = load
    const outside = this.#runtime
    return [
      { name: 'weights', bytes: rank.weights.bytes, source: 'spec', formula: () => explainWeights(rank.weights) },
      {
        name: 'kv_cache',
        bytes: bytes.kv,
        source: 'spec',
        formula: () =>
          `${explainDemand(rank.pool, load)}; pool ${count(Math.round(bytes.pool))} B = ${this.#explainPool()}`,
      },
      {
        name: 'activations',
        bytes: bytes.activations,
        source: rank.activations.source,
        formula: () => rank.activations.explain(maxSequences, maxBatchedTokens, contextCells(load)),
      },
      {
        name: 'graphs',
        bytes: bytes.graphs,
        source: rank.graphs.source,
        formula: () => rank.graphs.explain(Math.min(maxSequences, maxBatchedTokens)),
      },
      {
        name: 'communication',
        bytes: outside.communicationBytes,
        source: outside.source,
        formula: outside.explainCommunication,
      },
      { name: 'runtime', bytes: outside.runtimeBytes, source: outside.source, formula: outside.explainRuntime },
    ]
  }

  #explainPool(): string {
    const { engine, utilization, tensorParallel, headroomFraction, release } = this.#options
    const device = `${count(this.capacityBytes)} B`
    switch (engine.accounting) {
      case 'utilization': {
        const inside = release.memory.graphs_in_budget ? ', graphs' : ''
        return `${utilization} x ${device} - weights - activations - ${gib(this.#runtime.chargedBytes, 3)} outside the allocator${inside}`
      }
      case 'fraction-of-free': {
        const { always, tensor_parallel } = engine.reserved_gib
        return `${utilization} x (${device} - ${always + (tensorParallel > 1 ? tensor_parallel : 0)} GiB) - weights`
      }
      case 'fraction-after-load':
        return `${utilization} x (${device} - weights - workspace)`
      case 'whole-context':
        return `${1 - headroomFraction} x ${device} - everything else`
    }
  }
}

/** Cells of a cache that is allocated whole. */
function contextCells(load: ServingLoad): number {
  return Math.max(load.sequences * load.sequenceTokens, load.context)
}

function explainDemand(pool: KvPool, load: ServingLoad): string {
  const { sequences, sequenceTokens, context, maxBatchedTokens } = load
  const together = pool.demandBytes(sequences, sequenceTokens, maxBatchedTokens)
  const longest = pool.demandBytes(1, context, maxBatchedTokens)
  return together >= longest
    ? pool.explain(sequences, sequenceTokens, maxBatchedTokens)
    : `the longest sequence alone: ${pool.explain(1, context, maxBatchedTokens)}`
}
