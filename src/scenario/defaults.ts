import type { Confidence, Pricing } from '../catalog/offer.ts'
import { count, percent } from '../units.ts'
import { assuming, type CompletePrices, completePrices } from './assume.ts'
import type { Headroom, Objective } from './common.ts'
import type { ServeScenario, ServeSearch, Traffic } from './serve.ts'

/** The documented values for keys that a scenario leaves out; each one used is listed in the result. */
export const serveDefaults = {
  engine: 'vllm',
  utilization: 0.9,
  prefixCached: 0,
  peakFactor: 1,
  redundancy: 0,
  headroom: 0.05,
  maxLossPercent: 1,
  memoryModel: 'architecture',
  pricing: ['on-demand'],
  minConfidence: 'medium',
  maxAgeDays: 365,
  objective: 'cost',
  maxGpus: 64,
} as const satisfies Record<string, unknown> & {
  pricing: readonly Pricing[]
  minConfidence: Confidence
  objective: Objective
}

/** A serving scenario with nothing left open. Same names as in the file; absent targets and lists stay absent. */
export interface CompleteServeScenario {
  kind: 'serve'
  name: string
  description?: string
  model: ServeScenario['model']
  context: number
  traffic: Traffic & { prefix_cached: number; peak_factor: number }
  latency: { ttft_ms?: number; tpot_ms?: number }
  quality: { max_loss_percent: number }
  redundancy: number
  engine: string
  /** Absent: the newest release of the catalog. */
  engine_version?: string
  memory_model: 'architecture' | 'rule-of-thumb'
  utilization: number
  /** Absent: the engine's own default for the GPU. */
  max_batched_tokens?: number
  search: ServeSearch & { pricing: Pricing[]; max_gpus: number }
  objective: Objective
  prices: CompletePrices
  headroom: Headroom
}

export interface Completed {
  scenario: CompleteServeScenario
  /** One sentence for each default used, in the order of this file. */
  assumptions: string[]
}

/**
 * Fills in the defaults and says which. `fallbackName` names the scenario where it has no `name` (its file name).
 */
export function applyDefaults(scenario: ServeScenario, fallbackName = 'scenario'): Completed {
  const assumptions: string[] = [...(scenario.assumed ?? [])]
  const orAssume = assuming(assumptions)
  const { traffic, latency = {}, search = {} } = scenario
  const tokens = Math.ceil(traffic.input_tokens + traffic.output_tokens)
  const d = serveDefaults
  const engine = orAssume(scenario.engine, d.engine, `engine: ${d.engine}`)
  if (scenario.engine_version === undefined) assumptions.push('engine version: the newest release in the catalog')
  const utilization = orAssume(
    scenario.utilization,
    d.utilization,
    `utilization: the engine may use ${percent(d.utilization)} of GPU memory`,
  )
  const context = orAssume(
    scenario.context,
    tokens,
    `context: ${count(tokens)} tokens, input and output of the mean request`,
  )
  const prefixCached = orAssume(traffic.prefix_cached, d.prefixCached, 'prefix cache: no input tokens found in it')
  const peakFactor = orAssume(traffic.peak_factor, d.peakFactor, 'peak factor: 1, the busiest hour is like the mean')
  if (latency.ttft_ms === undefined) assumptions.push('time to first token: no target')
  if (latency.tpot_ms === undefined) assumptions.push('time per output token: no target')
  const maxLoss = orAssume(
    scenario.quality?.max_loss_percent,
    d.maxLossPercent,
    `quality: at most ${d.maxLossPercent}% expected loss by quantization`,
  )
  const redundancy = orAssume(scenario.redundancy, d.redundancy, 'redundancy: no spare replica')
  const headroom = orAssume<Headroom>(
    scenario.headroom,
    d.headroom,
    `headroom: ${percent(d.headroom)} of each GPU kept free`,
  )
  const memoryModel = orAssume(scenario.memory_model, d.memoryModel, 'memory model: computed from the architecture')
  const pricing = orAssume<Pricing[]>(search.pricing, [...d.pricing], `pricing: ${d.pricing.join(', ')}`)
  const maxGpus = orAssume(search.max_gpus, d.maxGpus, `GPUs: at most ${d.maxGpus}`)
  const prices = completePrices(scenario.prices ?? {}, d, orAssume)
  const objective = orAssume(scenario.objective, d.objective, `objective: least ${d.objective}`)
  return {
    assumptions,
    scenario: {
      kind: 'serve',
      name: scenario.name ?? fallbackName,
      ...(scenario.description === undefined ? {} : { description: scenario.description }),
      model: scenario.model,
      context,
      traffic: { ...traffic, prefix_cached: prefixCached, peak_factor: peakFactor },
      latency: {
        ...(latency.ttft_ms === undefined ? {} : { ttft_ms: latency.ttft_ms }),
        ...(latency.tpot_ms === undefined ? {} : { tpot_ms: latency.tpot_ms }),
      },
      quality: { max_loss_percent: maxLoss },
      redundancy,
      engine,
      ...(scenario.engine_version === undefined ? {} : { engine_version: scenario.engine_version }),
      memory_model: memoryModel,
      utilization,
      ...(scenario.max_batched_tokens === undefined ? {} : { max_batched_tokens: scenario.max_batched_tokens }),
      search: { ...search, pricing, max_gpus: maxGpus },
      objective,
      prices,
      headroom,
    },
  }
}
