import { beforeAll, describe, expect, test } from 'vitest'
import { planScenario, type ScenarioResult } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { InputError, inputError } from '../../src/scenario/diagnostic.ts'
import { flawsOf } from './sound.ts'

/** What drawn scenarios have found, each as the smallest scenario that showed it. */

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
}, 60_000)

/** Programs take milliseconds; the one that has no answer is given up sooner than by default. */
const OPTIONS = { asOf: '2026-11-21', timeLimitSeconds: 1 }

async function planned(text: string): Promise<ScenarioResult> {
  const result = await planScenario(text, 's.yaml', catalog, OPTIONS, () => {
    throw inputError('no such file')
  })
  expect(flawsOf(result)).toEqual([])
  return result
}

async function refusal(text: string): Promise<string> {
  try {
    await planned(text)
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
  return expect.fail('a plan')
}

const serving = (traffic: string, more = ''): string =>
  `kind: serve\nmodel: yi-6b\ntraffic: { ${traffic}, input_tokens: 300, output_tokens: 50 }\nsearch: { gpus: [l4] }\n${more}`
const training = (model: string, more = ''): string =>
  `kind: train\nmodel: ${model}\ndata: { tokens: 10M }\nsearch: { gpus: [h100-sxm-80gb] }\n${more}`

describe('numbers', () => {
  test('the dust of somebody’s arithmetic is no rate: a cost per token divided by it is no number', async () => {
    expect(await refusal(serving('tokens_per_day: 5e-324'))).toBe(
      's.yaml:3:28: tokens_per_day must be at least 1e-9, got 5e-324',
    )
    expect(await refusal(serving('requests_per_second: 1', 'prices: { billed_share: 1e-300 }'))).toBe(
      's.yaml:5:25: billed_share must be at least 1e-9, got 1e-300',
    )
    expect(await refusal(serving('requests_per_second: 1', 'headroom: 1e-300'))).toBe(
      's.yaml:5:11: headroom must be 0 or at least 1e-9, got 1e-300',
    )
  })

  test('minus zero is zero', async () => {
    const scenario =
      '{ kind: serve, model: yi-6b, traffic: { requests_per_second: 1, input_tokens: 9, output_tokens: 9 }, headroom: -0 }'
    const uncertainty = '{ growth_percent: -0, price_percent: -0.0, samples: 10 }'
    const { status } = await planned(
      `kind: forecast\nstart: 2027-01\nmonths: 1\nsearch: { gpus: [l4] }\nworkloads: [{ scenario: ${scenario} }]\nuncertainty: ${uncertainty}\n`,
    )
    expect(status).toBe('optimal')
  })

  test('what the last bits of a rate lack is not missing beside a hook', async () => {
    const result = await planned(serving('requests_per_second: 99999.99999'))
    const [miss] = result.kind === 'serve' ? result.near_misses : []
    const rate = miss?.plan.targets.find(({ name }) => name === 'rate')
    expect(rate).toMatchObject({ ok: true })
    expect(rate?.margin).toBeGreaterThanOrEqual(0)
  })

  test('the memory of a rule of thumb names each of its terms once', async () => {
    const text = training('smollm3-3b', 'memory_model: rule-of-thumb\n')
    const result = await planned(text.replace('gpus:', 'activation_checkpointing: [none], gpus:'))
    expect(result.kind === 'train' && result.best?.memory.terms.map(({ name }) => name)).toEqual([
      'weights',
      'gradients',
      'optimizer',
      'activations',
    ])
  })
})

describe('refusals name the line', () => {
  test('more tokens than steps can be counted of', async () => {
    const data = 'data: { examples: 999999999999999, tokens_per_example: 2, epochs: 3 }'
    const text = training('gpt2').replace(/data:.*/, data)
    expect(await refusal(text)).toBe(
      's.yaml:3:1: 6,000T tokens in all passes are more than the 1,000T that a run may read',
    )
  })

  test('a model that training cannot take apart', async () => {
    expect(await refusal(training('step-3'))).toBe(
      's.yaml:2:8: step-3 is known by its parameter count alone: training needs its architecture',
    )
    expect(await refusal(training('{ parameters: 13B, layers: 40, heads: 40 }'))).toBe(
      's.yaml:2:1: the model is known by its parameter count alone: training needs its architecture (add hidden_size, intermediate_size, vocabulary_size)',
    )
  })

  test('traffic that no number of replicas counts', async () => {
    const text = serving('requests_per_second: 333333333').replace('output_tokens: 50', 'output_tokens: 100M')
    expect(await refusal(text)).toBe(
      's.yaml:3:33: 333,333,333 requests a second of 100,000,300 tokens are 3e+21 tokens a day: at most 1e+18 can be planned',
    )
    // As much as is taken, on replicas that need a minute for a token: the closest is one that can be counted, or none.
    const most = serving('requests_per_second: 115000, peak_factor: 1000').replace(
      'output_tokens: 50',
      'output_tokens: 100M',
    )
    const result = await planned(most.replace('yi-6b', 'deepseek-v3'))
    expect(result.kind === 'serve' && result.best).toBeNull()
  })

  test('heads without width', async () => {
    const model =
      '{ parameters: 1B, hidden_size: 64, layers: 4, heads: 128, intermediate_size: 64, vocabulary_size: 100 }'
    expect(await refusal(training(model))).toMatch(/^s\.yaml:2:\d+: 128 heads leave nothing of a hidden_size of 64/)
  })
})

const home = (gpu: string, nodes: number): string =>
  `{ gpu: ${gpu}, nodes: ${nodes}, owned: { capex: 10000, years: 3, watts: 800, usd_per_kwh: 0.1 } }`
const fleet = (inventory: string, workload: string): string =>
  `kind: fleet\ninventory: [${inventory}]\nworkloads:\n  - ${workload}\n`
const BILLION =
  '{ kind: serve, name: chat, model: smollm3-3b, traffic: { concurrency: 999999999, input_tokens: 82, output_tokens: 342 } }'

describe('fleets', () => {
  test.each([
    ['owned', home('a10g', 4)],
    ['rented without a number', '{ offer: gcp/l4 }'],
  ])('a billion requests on nodes that are %s: no plan, soon', async (_, inventory) => {
    const before = process.cpuUsage()
    const result = await planned(fleet(inventory, BILLION))
    const { user } = process.cpuUsage(before)
    expect(result.kind === 'fleet' && result.unplaced[0]?.reason).toMatch(
      /^does not fit: .*(has 4 nodes|at most 10,000 nodes)/,
    )
    expect(user / 1e6).toBeLessThan(5)
  })

  test('replicas that only stand by may each carry more than all that is asked', async () => {
    const large =
      '{ kind: serve, model: llama-3.3-nemotron-super-49b, traffic: { concurrency: 4, input_tokens: 19, output_tokens: 56 } }'
    const spared =
      '{ kind: serve, name: a, model: { parameters: 8B }, traffic: { requests_per_second: 1.6, input_tokens: 22, output_tokens: 1.6 }, redundancy: 2, utilization: 0.5 }'
    const tuned =
      '{ kind: train, model: qwen3.5-27b, data: { tokens: 235259 }, global_batch: 2, memory_model: rule-of-thumb, search: { method: [qlora] } }'
    const inventory = `${home('h100-sxm-80gb', 4)}, ${home('a10g', 1)}`
    const result = await planned(`${fleet(inventory, large)}  - ${spared}\n  - ${tuned}\n`)
    if (result.kind !== 'fleet') return expect.fail(result.kind)
    const onlySpares = result.placements.filter(
      ({ plan, spares }) => 'replicas' in plan.configuration && plan.configuration.replicas === spares,
    )
    expect(onlySpares.map(({ spares }) => spares)).toEqual([2])
  })

  test('more replicas than a program has numbers for', async () => {
    const tiny =
      '{ parameters: 1M, hidden_size: 64, layers: 1, heads: 1, head_dim: 1, intermediate_size: 64, vocabulary_size: 100 }'
    const traffic = '{ requests_per_second: 115k, peak_factor: 1000, input_tokens: 1, output_tokens: 100M }'
    const result = await planned(fleet('{ offer: gcp/l4 }', `{ kind: serve, model: ${tiny}, traffic: ${traffic} }`))
    expect(result.status).toBe('infeasible')
  })

  test('two models on one GPU, both with spares', async () => {
    const small = (name: string, more: string): string =>
      `{ kind: serve, name: ${name}, model: ${more}, input_tokens: 42, output_tokens: 93 }, redundancy: 1 }`
    const first = small('a', 'nemotron-nano-9b-v2, traffic: { concurrency: 48')
    const second = small('b', '{ parameters: 8B }, traffic: { requests_per_second: 0.01')
    const result = await planned(`${fleet(home('b200-sxm', 3), first)}  - ${second}\nco_locate: true\n`)
    expect(result.status).toBe('optimal')
  })

  const tuning = '{ kind: train, model: llama-3-8b, data: { tokens: 2M }, search: { gpus: [l4], providers: [gcp] } }'

  test('what a run offloads fits the memory of its machines, as in a plan of its own', async () => {
    const alone = await planned(`${tuning.slice(2, -2).replaceAll(/, (?=(?:model|data|search):)/g, '\n')}\n`)
    const beside = await planned(fleet('{ offer: gcp/l4 }', tuning))
    const months = await planned(`kind: forecast\nstart: 2027-01\nmonths: 1\nworkloads: [{ scenario: ${tuning} }]\n`)
    if (alone.kind !== 'train' || beside.kind !== 'fleet' || months.kind !== 'forecast')
      return expect.fail('other kinds')
    const { instance } = alone.best?.placement ?? {}
    expect(alone.best?.memory.host_bytes).toBeGreaterThan(16e9)
    expect(beside.placements[0]?.plan.placement.instance).toContain(instance)
    expect(months.months[0]?.instances[0]?.instance).toBe(instance)
    expect(months.total?.usd).toBeCloseTo(alone.best?.cost.usd_per_run ?? Number.NaN, 6)
  })

  test('a run on machines that are taken back all the time is left out, which is an answer and no defect', async () => {
    const spot = tuning.replace('data:', 'spot_interruptions_per_hour: 100, data:')
    const result = await planned(fleet('{ offer: gcp/l4, pricing: [spot] }', spot))
    expect(result.kind === 'fleet' && result.unplaced.map(({ workload }) => workload)).toEqual(['1 llama-3-8b'])
  })
})
