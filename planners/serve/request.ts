import type { Accuracy } from '../../src/catalog/accuracy.ts'
import type { Engine, EngineRelease } from '../../src/catalog/engine.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Model } from '../../src/catalog/model.ts'
import type { KvFormat, Quantization } from '../../src/catalog/quantization.ts'
import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { ModelTensors } from '../../src/model/tensors.ts'
import type { ModelProfile } from '../../src/performance/profile.ts'
import type { Headroom } from '../../src/scenario/common.ts'

export type Objective = 'cost' | 'cost_per_token' | 'time' | 'latency' | 'gpus' | 'energy'

/** What is to be served, with every name resolved and every default filled in. */
export interface ServeRequest {
  readonly name: string
  readonly model: Model
  /** Null for a model known by its parameter count alone. */
  readonly tensors: ModelTensors | null
  readonly profile: ModelProfile
  readonly parameters: number
  readonly context: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly prefixCached: number
  /** Busiest hour: requests a second, or requests in flight over the whole deployment. */
  readonly peak: { readonly requestsPerSecond: number } | { readonly inFlight: number }
  /** Mean requests a second where the scenario states a rate; cost per token rests on it. */
  readonly meanRequestsPerSecond: number | null
  readonly peakFactor: number
  readonly ttftMs: number | null
  readonly tpotMs: number | null
  readonly maxLossPercent: number
  readonly redundancy: number
  readonly engines: readonly { readonly engine: Engine; readonly release: EngineRelease; readonly version: string }[]
  readonly memoryModel: 'architecture' | 'rule-of-thumb'
  /** Null: the engine's own default. */
  readonly utilization: number | null
  readonly maxBatchedTokens: number | null
  /** Share of the GPU kept free beyond everything counted. */
  readonly headroom: Headroom
  /** The model's record on measured runs: bands, and the headroom of `p95`. */
  readonly accuracy: Accuracy
  readonly quantizations: readonly Quantization[]
  /** The scenario names no formats: those that only repeat another on a GPU are left out there. */
  readonly defaultQuantizations: boolean
  readonly kvFormats: readonly KvFormat[]
  readonly gpus: readonly Gpu[]
  readonly tensorParallel: readonly number[]
  readonly pipelineParallel: readonly number[]
  readonly expertParallel: readonly number[]
  readonly maxConcurrency: readonly number[]
  readonly maxGpus: number
  readonly offers: readonly PricedOffer[]
  readonly objective: Objective
  /** Alternatives wanted beside the best plan. */
  readonly alternatives: number
  /** Share of the hours of a month that are paid (1 unless instances are stopped when idle). */
  readonly billedShare: number
}
