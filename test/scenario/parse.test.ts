import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { applyDefaults } from '../../src/scenario/defaults.ts'
import { formatDiagnostic, InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/schema.ts'
import { parsePath } from '../../src/scenario/set.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const least = `kind: serve
model: llama-3-70b
traffic: { requests_per_second: 2, input_tokens: 1024, output_tokens: 256 }
`

/** Every key of a serving scenario, with suffixes and percent signs. */
const full = `kind: serve
name: all keys
description: every key of a serving scenario
model: llama-3-70b
context: 8k
traffic: { tokens_per_day: 1.5M, input_tokens: 1Ki, output_tokens: 256, prefix_cached: 30%, peak_factor: 2 }
latency: { ttft_ms: 2000, tpot_ms: 50 }
quality: { max_loss_percent: 1% }
redundancy: 1
engine: vllm
engine_version: "0.20"
memory_model: architecture
utilization: 92%
max_batched_tokens: 8192
search:
  quantization: [bfloat16, fp8, awq, bf16]
  kv_cache: ['16-bit', fp8]
  gpus: [h100-pcie-80gb, hopper, amd]
  exclude_gpus: [mi210]
  providers: [runpod]
  exclude_providers: [vast]
  pricing: [on-demand, spot, on-demand]
  tensor_parallel: [1, 2, 4, 8, 2]
  pipeline_parallel: [1, 2]
  expert_parallel: [1, 8]
  max_gpus: 16
objective: cost_per_token
prices: { discount_percent: 10, overrides: { runpod/h100-pcie-80gb: 1.99 }, max_age_days: 60, min_confidence: low, offers: [article-2026-03] }
headroom: 5%
`

function read(text: string, set: readonly string[] = []) {
  const { scenario, ...rest } = parseScenario(text, 's.yaml', catalog, set)
  if (scenario.kind !== 'serve') throw new Error('not a serving scenario')
  return { scenario, ...rest }
}

describe('reading a scenario', () => {
  it('takes every documented key', () => {
    const { scenario } = read(full)
    expect(scenario).toEqual({
      kind: 'serve',
      name: 'all keys',
      description: 'every key of a serving scenario',
      model: 'llama-3-70b',
      context: 8000,
      traffic: {
        tokens_per_day: 1_500_000,
        input_tokens: 1024,
        output_tokens: 256,
        prefix_cached: 0.3,
        peak_factor: 2,
      },
      latency: { ttft_ms: 2000, tpot_ms: 50 },
      quality: { max_loss_percent: 1 },
      redundancy: 1,
      engine: 'vllm',
      engine_version: '0.20',
      memory_model: 'architecture',
      utilization: 0.92,
      max_batched_tokens: 8192,
      search: {
        // Aliases become ids and repeated values count once.
        quantization: ['bf16', 'fp8', 'awq-int4'],
        kv_cache: ['bf16', 'fp8'],
        gpus: ['h100-pcie-80gb', 'hopper', 'amd'],
        exclude_gpus: ['mi210'],
        providers: ['runpod'],
        exclude_providers: ['vast'],
        pricing: ['on-demand', 'spot'],
        tensor_parallel: [1, 2, 4, 8],
        pipeline_parallel: [1, 2],
        expert_parallel: [1, 8],
        max_gpus: 16,
      },
      objective: 'cost_per_token',
      prices: {
        discount_percent: 10,
        overrides: { 'runpod/h100-pcie-80gb': 1.99 },
        max_age_days: 60,
        min_confidence: 'low',
        offers: ['article-2026-03'],
      },
      headroom: 0.05,
    })
  })

  it('takes a model that is known by its parameter count and part of its architecture', () => {
    const text = least.replace(
      'llama-3-70b',
      '{ parameters: 70e9, layers: 80, hidden_size: 8192, heads: 64, kv_heads: 8 }',
    )
    expect(read(text).scenario.model).toEqual({
      parameters: 70e9,
      layers: 80,
      hidden_size: 8192,
      heads: 64,
      kv_heads: 8,
    })
  })

  it('follows aliases inside the file', () => {
    const text = `${least}search: { quantization: &formats [fp8], kv_cache: *formats }`
    expect(read(text).scenario.search).toEqual({ quantization: ['fp8'], kv_cache: ['fp8'] })
  })

  it('places any path of the document, also one that is not there', () => {
    const { locate } = read(full)
    expect(locate(['traffic', 'peak_factor'])).toEqual({ file: 's.yaml', line: 6, column: 106 })
    expect(locate(['search', 'gpus', 1])).toEqual({ file: 's.yaml', line: 18, column: 26 })
    expect(locate(['search', 'gpus'], 'key')).toEqual({ file: 's.yaml', line: 18, column: 3 })
    expect(locate(['engine', 'nothing', 'there'])).toEqual({ file: 's.yaml', line: 10, column: 9 })
  })
})

describe('defaults', () => {
  it('are those documented, each with a sentence', () => {
    const { scenario, assumptions } = applyDefaults(read(least).scenario, 'serve-70b')
    expect(scenario).toMatchObject({
      name: 'serve-70b',
      context: 1280, // 1024 + 256
      traffic: { prefix_cached: 0, peak_factor: 1 },
      latency: {},
      quality: { max_loss_percent: 1 },
      redundancy: 0,
      engine: 'vllm',
      memory_model: 'architecture',
      utilization: 0.9,
      search: { pricing: ['on-demand'], max_gpus: 64 },
      objective: 'cost',
      prices: { discount_percent: 0, overrides: {}, max_age_days: 365, min_confidence: 'medium', offers: [] },
      headroom: 0.05,
    })
    expect(assumptions).toEqual([
      'engine: vllm',
      'engine version: the newest release in the catalog',
      'utilization: the engine may use 90% of GPU memory',
      'context: 1,280 tokens, input and output of the mean request',
      'prefix cache: no input tokens found in it',
      'peak factor: 1, the busiest hour is like the mean',
      'time to first token: no target',
      'time per output token: no target',
      'quality: at most 1% expected loss by quantization',
      'redundancy: no spare replica',
      'headroom: 5% of each GPU kept free',
      'memory model: computed from the architecture',
      'pricing: on-demand',
      'GPUs: at most 64',
      'prices: confidence medium or better',
      'prices: at most 365 days old',
      'objective: least cost',
    ])
  })

  it('are silent where the scenario says everything', () => {
    const { scenario } = read(full)
    const completed = applyDefaults(scenario)
    expect(completed.assumptions).toEqual([])
    expect(completed.scenario).toMatchObject(scenario)
  })

  it('completing twice adds nothing', () => {
    const once = applyDefaults(read(least).scenario).scenario
    expect(applyDefaults(once).scenario).toEqual(once)
  })
})

describe('--set', () => {
  it('sets, adds and removes keys without changing the document', () => {
    const { scenario, given } = read(full, [
      'context=16k',
      'search.gpus=[amd]',
      'latency=null',
      'search.providers=',
      'headroom=3%',
    ])
    expect(scenario.context).toBe(16_000)
    expect(scenario.search?.gpus).toEqual(['amd'])
    expect(scenario.search?.providers).toBeUndefined()
    expect(scenario.latency).toBeUndefined()
    expect(scenario.headroom).toBe(0.03)
    expect(given).toMatchObject({ context: '16k' })
  })

  it('makes missing maps on the way and reaches into lists', () => {
    expect(read(least, ['latency.tpot_ms=50']).scenario.latency).toEqual({ tpot_ms: 50 })
    expect(read(full, ['search.quantization.1=int8']).scenario.search?.quantization).toEqual([
      'bf16',
      'int8',
      'awq-int4',
    ])
  })

  it('a rate replaces the rate of the file, but two given rates contradict each other', () => {
    expect(read(full, ['traffic.concurrency=8']).scenario.traffic).not.toHaveProperty('tokens_per_day')
    expect(read(full, ['traffic.concurrency=8', 'traffic.requests_per_second=3']).scenario.traffic).toMatchObject({
      requests_per_second: 3,
    })
    expect(() =>
      read(full, ['traffic={ concurrency: 8, requests_per_second: 3, input_tokens: 1, output_tokens: 1 }']),
    ).toThrow(InputError)
  })

  it('keeps a version as text and takes keys with dots in quotes', () => {
    expect(read(least, ['engine_version=0.20']).scenario.engine_version).toBe('0.20')
    expect(parsePath('prices.overrides."a/b.c"')).toEqual(['prices', 'overrides', 'a/b.c'])
    expect(read(least, ['prices.overrides.runpod/h100-pcie-80gb=1.99']).scenario.prices?.overrides).toEqual({
      'runpod/h100-pcie-80gb': 1.99,
    })
  })
})

describe('JSON Schema for editors', () => {
  const schema = scenarioJsonSchema()

  it('describes every key of a serving scenario', () => {
    const undescribed: string[] = []
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      const { properties } = node as { properties?: Record<string, { description?: string }> }
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (value.description === undefined) undescribed.push(`${path}.${key}`)
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`)
    }
    visit(schema, '')
    expect(undescribed).toEqual([])
  })

  it('takes the written form: counts with suffixes, no unknown keys', () => {
    const text = JSON.stringify(schema)
    expect(schema.$schema).toContain('draft-07')
    expect(text).toContain('"additionalProperties":false')
    expect(text).toMatch(/"tokens_per_day":\{[^}]*"type":\["number","string"\]/)
  })
})

it('a diagnostic without a place shows its path, a warning says so', () => {
  expect(formatDiagnostic({ severity: 'error', path: ['a', 0], message: 'bad' })).toBe('a.0: bad')
  expect(
    formatDiagnostic({ severity: 'warning', path: [], message: 'odd', hint: 'look', position: { file: 'f', line: 2 } }),
  ).toBe('f:2: warning: odd (look)')
})
