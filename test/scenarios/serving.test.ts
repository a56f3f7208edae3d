import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { type Plan, resultSchema, type ServeResult } from '../../src/result/plan.ts'
import { lazily } from '../lazily.ts'
import { cacheBytes, type Expected, expected, handModels, weightBits } from './expected.ts'

/*
 * Every serving scenario that ships: it plans, the pruned search gives what the exhaustive one gives, its counts add up, and the best plan
 * comes out by arithmetic that shares no code and no catalog with the planner (expected.ts).
 */

const folder = new URL('../../scenarios/', import.meta.url)
const AS_OF = '2026-11-21'
const HOURS_PER_MONTH = 730
const GIB = 2 ** 30

interface ScenarioFile {
  readonly context: number
  readonly traffic: { readonly input_tokens: number; readonly output_tokens: number }
}

const texts = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => [file.replace('.yaml', ''), readFileSync(new URL(file, folder), 'utf8')] as const)
    .filter(([, text]) => parse(text).kind === 'serve'),
)

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function textOf(name: string): string {
  return texts.get(name) ?? expect.fail(`no scenario ${name}`)
}

function planned(name: string, options: { exhaustive?: boolean; set?: string[]; asOf?: string } = {}): ServeResult {
  const result = planText(textOf(name), `scenarios/${name}.yaml`, catalog, { asOf: AS_OF, ...options })
  return result.kind === 'serve' ? result : expect.fail(`${name} is no serving scenario`)
}

function bestOf(result: ServeResult): Plan {
  return result.best ?? expect.fail('no plan')
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)
const termOf = (plan: Plan, name: string) => plan.memory.terms.find((term) => term.name === name)?.bytes ?? 0
const within = (share: number, actual: number, byHand: number) =>
  expect(Math.abs(actual / byHand - 1), `${actual} planned, ${byHand} by hand`).toBeLessThan(share)

it('the expectations name every serving scenario', () => {
  expect([...texts.keys()].sort()).toEqual(Object.keys(expected).sort())
})

describe.each(Object.entries(expected))('%s', (name, want) => {
  const result = lazily(() => planned(name))

  it('says what it answers, for readers and editors', () => {
    const text = textOf(name)
    expect(text).toMatch(/^# \S/)
    expect(text).toContain('# yaml-language-server: $schema=../schema/scenario.schema.json\n')
    expect(parse(text)).toMatchObject({ name, description: expect.stringMatching(/\S/) })
  })

  it('plans, and the result has the published form', () => {
    expect(result.status).toBe('optimal')
    expect(resultSchema.parse(result)).toEqual(result)
  })

  it('is planned as expected', () => {
    const { placement, configuration: c } = bestOf(result)
    const { model: _model, instanceUsdPerHour: _price, bandwidthBytesPerSecond: _, billedShare: __, ...choice } = want
    expect({
      offer: placement.offer,
      gpu: placement.gpu,
      gpusPerInstance: placement.gpus_per_instance,
      instances: placement.instances,
      engine: c.engine,
      quantization: c.quantization,
      kvCache: c.kv_cache,
      tensorParallel: c.tensor_parallel,
      pipelineParallel: c.pipeline_parallel,
      expertParallel: c.expert_parallel,
      replicas: c.replicas,
    }).toEqual(choice)
  })

  it('costs instances x price', () => {
    const { cost } = bestOf(result)
    const usdPerHour = want.instances * want.instanceUsdPerHour
    expect(cost.usd_per_hour).toBeCloseTo(usdPerHour, 8)
    expect(cost.usd_per_month).toBeCloseTo(usdPerHour * HOURS_PER_MONTH * (want.billedShare ?? 1), 6)
  })

  it('meets its targets, and the terms of its memory add up below the card', () => {
    const { targets, memory } = bestOf(result)
    expect(targets.filter((target) => !target.ok)).toEqual([])
    expect(memory.terms.reduce((total, term) => total + term.bytes, 0)).toBe(memory.total_bytes)
    expect(memory.total_bytes + memory.free_bytes).toBe(memory.capacity_bytes)
    expect(memory.free_bytes).toBeGreaterThanOrEqual(0)
  })

  it('takes the memory that hand arithmetic gives', () => {
    const plan = bestOf(result)
    const { weights, kv } = name.startsWith('article-') ? ruleByHand(name, want, plan) : byHand(name, want, plan)
    within(0.03, termOf(plan, 'weights'), weights)
    // Sequences are rounded up to whole blocks: 2500 tokens of DeepSeek-V3 to 40 blocks of 64, 2.4 % more.
    within(0.03, termOf(plan, 'kv_cache'), kv)
  })

  it('counts the whole space', () => {
    const { space, evaluated, pruned, rejected_before_evaluation: before } = result.search
    expect(evaluated + sum(pruned) + before).toBe(space)
  })

  it('is the same without pruning', () => {
    const exhaustive = planned(name, { exhaustive: true })
    expect(exhaustive.best).toEqual(result.best)
    expect(exhaustive.alternatives).toEqual(result.alternatives)
    expect(exhaustive.pareto).toEqual(result.pareto)
    expect(exhaustive.search.pruned).toEqual({})
    expect(exhaustive.search.space).toBe(result.search.space)
  })
})

const denseByArchitecture = Object.entries(expected).flatMap(([name, { bandwidthBytesPerSecond }]) =>
  bandwidthBytesPerSecond === undefined ? [] : [[name, bandwidthBytesPerSecond] as const],
)

it.each(denseByArchitecture)(
  '%s decodes no faster than its weights can be read, and within five times',
  (name, bandwidth) => {
    const plan = bestOf(planned(name))
    const seconds = termOf(plan, 'weights') / bandwidth
    expect(plan.performance.tpot_ms / 1000).toBeGreaterThan(seconds)
    expect(plan.performance.tpot_ms / 1000).toBeLessThan(5 * seconds)
  },
)

/** Weights and cache of one GPU, bytes: parameters x bits / 8 over the ranks, embedding and head in 16 bit. */
function byHand(name: string, want: Expected, plan: Plan): { weights: number; kv: number } {
  const { context, traffic } = parse(textOf(name)) as ScenarioFile
  const ranks = want.tensorParallel * want.pipelineParallel
  if (want.model === 'gpt-4-estimated') {
    // Parameters alone: half a byte each in int4, 30 % of that for the cache.
    const weights = (1.76e12 * 0.5) / ranks
    return { weights, kv: 0.3 * weights }
  }
  const model = handModels[want.model] ?? expect.fail(`no shape of ${want.model}`)
  const table = model.vocabulary * model.hidden
  const bits = weightBits[want.quantization] ?? Number.NaN
  // llama.cpp leaves the embedding on the host and keeps the head in Q6_K.
  const tables = want.engine === 'llama.cpp' ? (table * 6.5625) / 8 : 2 * table * 2
  const weights = ((model.parameters - 2 * table) * bits) / 8 + tables
  const tokens = Math.max(plan.configuration.max_concurrency * (traffic.input_tokens + traffic.output_tokens), context)
  const perToken = model.kvValuesPerToken * (cacheBytes[want.kvCache] ?? Number.NaN)
  return { weights: weights / ranks, kv: (tokens * perToken) / Math.min(want.tensorParallel, model.kvHeads) }
}

/** The article's formulas: a byte or half a byte a parameter, and one layer of full attention as wide as the model. */
function ruleByHand(name: string, want: Expected, plan: Plan): { weights: number; kv: number } {
  const { context, traffic } = parse(textOf(name)) as ScenarioFile
  const tokens = Math.max(plan.configuration.max_concurrency * (traffic.input_tokens + traffic.output_tokens), context)
  const weights = 70e9 * (want.quantization === 'int8' ? 1 : 0.5)
  return { weights: weights / want.tensorParallel, kv: (2 * tokens * 8192 * 2) / want.tensorParallel }
}

describe('the cases of the article "LLM VRAM Requirements" (March 2026)', () => {
  it('costs 3.98 an hour and 871.62 a month on two H100 PCIe, 3.49 and 1273.85 on one MI300X', () => {
    expect(bestOf(planned('article-cost-dual-h100')).cost).toMatchObject({ usd_per_hour: 3.98, usd_per_month: 871.62 })
    expect(bestOf(planned('article-cost-mi300x')).cost).toMatchObject({ usd_per_hour: 3.49, usd_per_month: 1273.85 })
  })

  it('costs 0.000029 a token on two H100 PCIe, and 0.000042, not 0.000025, on one MI300X', () => {
    // 730 hours of 1M tokens a day are 30.4M tokens; the article divides by 30M.
    const perToken = (name: string) => (bestOf(planned(name)).cost.usd_per_million_tokens ?? Number.NaN) / 1e6
    expect(perToken('article-cost-dual-h100').toFixed(6)).toBe('0.000029')
    expect(perToken('article-cost-mi300x').toFixed(6)).toBe('0.000042')
  })

  it.each([
    ['article-70b-int8-h100', 70e9, 0.25 * GIB, 10.5e9],
    ['article-70b-int4-h100', 35e9, 2 * GIB, 5.25e9],
    ['article-70b-tensor-parallel', 35e9, 0.25 * GIB, 5.25e9],
    ['article-cost-dual-h100', 35e9, undefined, 5.25e9],
    ['article-cost-mi300x', 70e9, undefined, 10.5e9],
  ])('%s takes %d B of weights, %d B of cache and %d B of workspace', (name, weights, kv, workspace) => {
    const plan = bestOf(planned(name))
    expect(termOf(plan, 'weights')).toBe(weights)
    if (kv !== undefined) expect(termOf(plan, 'kv_cache')).toBe(kv)
    expect(termOf(plan, 'activations')).toBe(workspace)
  })

  it('int8 on one H100 PCIe fits by the rule, but not by the architecture: the cache lacks room', () => {
    const real = planned('article-70b-int8-h100', { set: ['memory_model=architecture'] })
    expect(real.status).toBe('infeasible')
    expect(real.best).toBeNull()
    const [nearest] = real.near_misses
    const memory = nearest?.violations.find(({ constraint }) => constraint === 'memory')
    expect(memory).toMatchObject({ unit: 'bytes' })
    // Four sequences of 2048 tokens take 2.5 GiB, the engine leaves 1.3: no miss is larger.
    expect(memory?.by).toBeLessThan(1.3 * GIB)
    expect(nearest?.plan.memory.terms.find(({ name }) => name === 'weights')?.bytes).toBe(72_658_468_864)
  })

  it('prices of the article stay usable whenever they are asked for, and are used by no other scenario', () => {
    const later = planned('article-cost-mi300x', { asOf: '2036-01-01' })
    expect(bestOf(later).cost.usd_per_hour).toBe(3.49)
    for (const [name, { offer }] of Object.entries(expected)) {
      expect(offer.includes('article'), name).toBe(name.startsWith('article-'))
    }
  })
})
