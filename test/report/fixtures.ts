import type { PlanAccuracy } from '../../src/result/accuracy.ts'
import { type Plan, resultSchema, type ServeResult } from '../../src/result/plan.ts'
import { resultVersion } from '../../src/result/version.ts'

const GIB = 2 ** 30

/** Held-out runs missed memory by 1 % of the GPU, TTFT by 20 %, TPOT by 10 %, the rate by 15 %; TTFT has 329.5 / 1670.5 to spare. */
const exampleAccuracy: PlanAccuracy = {
  verdict: 'tight',
  because: 'ttft has 19.7% to spare where one held-out run in twenty missed by more than 40.0%',
  figures: [
    {
      name: 'memory',
      value: 64.25 * GIB,
      unit: 'bytes',
      plus_minus: 0.7925 * GIB,
      low: 62 * GIB,
      high: 66 * GIB,
      runs: 33,
      basis: '33 held-out runs of vllm, dense models',
    },
    {
      name: 'ttft',
      value: 1670.5,
      unit: 'ms',
      plus_minus: 334.1,
      low: 1002.3,
      high: 2338.7,
      runs: 24,
      basis: '24 held-out runs of vllm, dense models',
    },
    {
      name: 'tpot',
      value: 35.8,
      unit: 'ms',
      plus_minus: 3.58,
      low: 30,
      high: 42,
      runs: 24,
      basis: '24 held-out runs of vllm, dense models',
    },
    {
      name: 'rate',
      value: 2240,
      unit: 'output tokens/s',
      plus_minus: 336,
      low: 1700,
      high: 2700,
      runs: 211,
      basis: '211 held-out runs of any program',
    },
  ],
}

/**
 * A plan whose figures can be checked in the head: 64.25 of 79.25 GiB, $9.96/h x 730 h = $7,270.80, and at 6,750 tokens a second
 * 9.96 / (6750 x 3600) x 1e6 = $0.40988 a million.
 */
export function examplePlan(changes: Partial<Plan> = {}): Plan {
  return {
    placement: {
      offer: 'lambda/gpu_8x_h100/us-west-1',
      provider: 'lambda',
      instance: 'gpu_8x_h100',
      region: 'us-west-1',
      gpu: 'h100-sxm-80gb',
      gpus: 8,
      gpus_per_instance: 8,
      instances: 1,
      pricing: 'on-demand',
    },
    configuration: {
      engine: 'vllm',
      engine_version: '0.19',
      quantization: 'fp8',
      kv_cache: 'bf16',
      tensor_parallel: 2,
      pipeline_parallel: 1,
      expert_parallel: 1,
      replicas: 3,
      max_concurrency: 64,
      context: 8192,
      max_batched_tokens: 8192,
      utilization: 0.9,
    },
    memory: {
      capacity_bytes: 79.25 * GIB,
      total_bytes: 64.25 * GIB,
      free_bytes: 15 * GIB,
      kv_utilization: 0.8,
      terms: [
        { name: 'weights', bytes: 40 * GIB, source: 'spec', formula: '80 layers x 0.5 GiB' },
        { name: 'kv_cache', bytes: 20 * GIB, source: 'spec', formula: '64 sequences x 0.3125 GiB' },
        { name: 'activations', bytes: GIB, source: 'fitted', formula: '1 GiB' },
        { name: 'graphs', bytes: 0.5 * GIB, source: 'measured', formula: '0.5 GiB' },
        { name: 'communication', bytes: 2 * GIB, source: 'measured', formula: '2 GiB' },
        { name: 'runtime', bytes: 0.75 * GIB, source: 'measured', formula: '0.75 GiB' },
      ],
    },
    performance: {
      ttft_ms: 1670.5,
      tpot_ms: 35.8,
      request_ms: 10_834.9,
      concurrency: 40,
      output_tokens_per_second: 2240,
      requests_per_second: 8.75,
      utilization: 0.6027,
      derivation: [{ name: 'tpot', value: 35.8, unit: 'ms', formula: '30 ms + 5.8 ms' }],
    },
    cost: {
      usd_per_hour: 9.96,
      usd_per_month: 7270.8,
      usd_per_million_tokens: 0.4098765432,
      usd_per_run: null,
      price_as_of: '2026-08-21',
    },
    quality: { loss_percent: 0.2, low_percent: 0.1, high_percent: 0.4 },
    targets: [
      { name: 'ttft', limit: 2000, value: 1670.5, unit: 'ms', margin: 329.5, ok: true },
      { name: 'tpot', limit: 50, value: 35.8, unit: 'ms', margin: 14.2, ok: true },
      { name: 'rate', limit: 5.2734375, value: 8.75, unit: 'requests/s', margin: 3.4765625, ok: true },
      { name: 'quality', limit: 1, value: 0.2, unit: 'percent', margin: 0.8, ok: true },
    ],
    confidence: 'measured',
    accuracy: exampleAccuracy,
    launch: 'vllm serve meta-llama/Meta-Llama-3-70B \\\n  --tensor-parallel-size 2 \\\n  --max-model-len 8192',
    ...changes,
  }
}

/** The same on another GPU for another price. */
function otherPlan(gpu: string, gpus: number, usdPerHour: number, changes: Partial<Plan> = {}): Plan {
  const base = examplePlan()
  return {
    ...base,
    placement: { ...base.placement, provider: 'runpod', instance: gpu, gpu, gpus, gpus_per_instance: gpus },
    cost: {
      ...base.cost,
      usd_per_hour: usdPerHour,
      usd_per_month: usdPerHour * 730,
      usd_per_million_tokens: Number(((usdPerHour / (6750 * 3600)) * 1e6).toPrecision(10)),
    },
    ...changes,
  }
}

/** 12,480 = 9,120 + 1,800 + 300 refused + 1,200 pruned + 60 feasible. */
export function exampleResult(changes: Partial<ServeResult> = {}): ServeResult {
  return resultSchema.parse({
    version: resultVersion,
    kind: 'serve',
    scenario: 'serve-70b',
    status: 'optimal',
    objective: 'cost',
    best: examplePlan(),
    alternatives: [
      otherPlan('rtx-pro-6000-blackwell-server', 12, 10.8, {
        configuration: {
          ...examplePlan().configuration,
          quantization: 'int8-weight-only',
          kv_cache: 'fp8',
          replicas: 12,
        },
      }),
      otherPlan('mi300x', 4, 11.952),
    ],
    pareto: [examplePlan()],
    near_misses: [
      {
        plan: otherPlan('l40s', 4, 3.16),
        violations: [{ constraint: 'tpot', by: 12.04, unit: 'ms' }],
        fixes: [],
      },
    ],
    search: {
      space: 12_480,
      evaluated: 10_980,
      pruned: { price_bound: 1200 },
      rejected: { memory: 9120, tpot: 1800, quality: 300 },
      rejected_before_evaluation: 300,
      feasible: 60,
    },
    assumptions: ['engine: vllm', 'utilization: the engine may use 90% of GPU memory'],
    warnings: ['The busiest hour takes 60 % of what the replicas sustain.'],
    constraints: {
      memory: 'weights, the KV cache of the traffic and everything beside them do not fit the fullest GPU',
      tpot: 'the time per output token of a full replica is above latency.tpot_ms',
      quality: 'the expected quality loss is above quality.max_loss_percent',
    },
    catalog: { hash: '0123456789abcdef', prices_as_of: '2026-11-20' },
    ...changes,
  })
}

/** Nothing fits: 6.2 GiB are missing on the closest GPU. */
export function infeasibleResult(changes: Partial<ServeResult> = {}): ServeResult {
  const plan = examplePlan()
  const missing = Math.round(6.2 * GIB)
  const closest: Plan = {
    ...plan,
    memory: { ...plan.memory, total_bytes: 79.25 * GIB + missing, free_bytes: -missing },
    accuracy: null,
  }
  return exampleResult({
    status: 'infeasible',
    best: null,
    alternatives: [],
    pareto: [],
    near_misses: [
      {
        plan: closest,
        violations: [{ constraint: 'memory', by: missing, unit: 'bytes' }],
        fixes: [
          { change: { kv_cache: 'fp8' }, cost_delta_usd_per_hour: 0, text: 'kv_cache fp8', usd_per_hour: 9.96 },
          {
            change: { context: 4096 },
            cost_delta_usd_per_hour: -3.32,
            text: 'context 4,096 instead of 8,192',
            usd_per_hour: 6.64,
          },
        ],
      },
    ],
    search: {
      space: 12_480,
      evaluated: 12_180,
      pruned: {},
      rejected: { memory: 10_000, tpot: 2180, quality: 300 },
      rejected_before_evaluation: 300,
      feasible: 0,
    },
    ...changes,
  })
}
