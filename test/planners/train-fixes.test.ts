import { beforeAll, describe, expect, it, test } from 'vitest'
import { planText } from '../../planners/index.ts'
import { trainRemedies } from '../../planners/train/fixes.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import type { TrainResult } from '../../src/result/train.ts'
import { parseScenario } from '../../src/scenario/schema.ts'
import { applyTrainDefaults } from '../../src/scenario/train-defaults.ts'
import { shop } from '../answers/shop.ts'

/*
 * A training scenario that one setting alone makes impossible: the change of that setting is among the fixes, and planning with it gives
 * the plan and the price that were named.
 */

const AS_OF = '2026-11-21'
let market: Catalog
beforeAll(async () => {
  market = shop(await loadCatalog())
})

const base = {
  kind: 'train',
  model: 'llama-3.1-8b',
  data: { tokens: 10e6 },
  sequence_length: 2048,
  global_batch: 8,
}
const textOf = (scenario: object): string => JSON.stringify({ ...base, ...scenario })

function planned(scenario: object, set: readonly string[] = []): TrainResult {
  const result = planText(textOf(scenario), 'fixes.yaml', market, { asOf: AS_OF, set: [...set] })
  return result.kind === 'train' ? result : expect.fail('no training result')
}

/** Every change of one setting that makes a plan possible. */
function remediesOf(given: object) {
  const { scenario } = parseScenario(textOf(given), 'fixes.yaml', market, [], AS_OF)
  if (scenario.kind !== 'train') return expect.fail('no training scenario')
  return trainRemedies(applyTrainDefaults(scenario, 'fixes', market).scenario, market, { asOf: AS_OF, alternatives: 0 })
}

const full = { method: ['full'] }
const h100 = { gpus: ['h100-sxm-80gb'] }
const CASES: readonly [setting: string, scenario: object, text: RegExp, set: (value: unknown) => string][] = [
  [
    'gpus',
    { search: { method: ['lora'], gpus: ['l4'], max_gpus: 1, offload: ['none'] }, sequence_length: 8192 },
    /^GPU rtx-4090$|^GPU l40s$/,
    (value) => `search.gpus=[${value}]`,
  ],
  [
    'providers',
    { search: { method: ['lora'], ...h100, providers: ['corner'] } },
    /^provider hall$/,
    (value) => `search.providers=[${value}]`,
  ],
  [
    'method',
    { search: { ...full, gpus: ['l40s'], max_gpus: 1, offload: ['none'] } },
    /^method q?lora$/,
    (value) => `search.method=[${value}]`,
  ],
  [
    'offload',
    { search: { ...full, ...h100, max_gpus: 1, offload: ['none'] } },
    /^offload of (optimizer|parameters)$/,
    (value) => `search.offload=[${value}]`,
  ],
  [
    'activation_checkpointing',
    {
      sequence_length: 16_384,
      search: { method: ['lora'], ...h100, max_gpus: 1, offload: ['none'], activation_checkpointing: ['none'] },
    },
    /^(full|selective) activation checkpointing$/,
    (value) => `search.activation_checkpointing=[${value}]`,
  ],
  [
    'zero_stage',
    {
      search: {
        ...full,
        ...h100,
        max_gpus: 8,
        offload: ['none'],
        zero_stage: [0],
        tensor_parallel: [1],
        pipeline_parallel: [1],
      },
    },
    /^ZeRO stage [123]$/,
    (value) => `search.zero_stage=[${value}]`,
  ],
  [
    'optimizer',
    // 3.2 billion parameters: 16 bytes of each are more than 47 GB, 10 bytes are not.
    {
      model: 'llama-3.2-3b',
      search: { ...full, gpus: ['l40s'], max_gpus: 1, offload: ['none'], optimizer: ['adamw'] },
    },
    /^optimizer adamw-8bit$/,
    (value) => `search.optimizer=[${value}]`,
  ],
  [
    'max_gpus',
    { search: { ...full, ...h100, max_gpus: 1, offload: ['none'] } },
    /^[248] GPUs$/,
    (value) => `search.max_gpus=${value}`,
  ],
  [
    'deadline',
    { deadline: '5m', search: { method: ['lora'], ...h100, max_gpus: 1 } },
    /^deadline of \d+ hours$/,
    (value) => `deadline=${value}`,
  ],
  ['budget', { budget: 0.1, search: { method: ['lora'], ...h100 } }, /^budget of \$\d$/, (value) => `budget=${value}`],
  [
    'min_confidence',
    { search: { method: ['lora'], gpus: ['h100-pcie-80gb'] } },
    /^prices of low confidence \(rumour\/h100\/here\)$/,
    (value) => `prices.min_confidence=${value}`,
  ],
  [
    'max_age_days',
    { search: { method: ['lora'], gpus: ['a100-pcie-80gb'] } },
    /^prices as old as 2024-01-01$/,
    (value) => `prices.max_age_days=${value}`,
  ],
]

describe('the change of a setting that alone stands in the way', () => {
  test.each(CASES)('%s', (setting, scenario, text, set) => {
    expect(planned(scenario).status).toBe('infeasible')
    const remedies = remediesOf(scenario)
    const remedy = remedies.find((each) => each.setting === setting)
    if (remedy === undefined) return expect.fail(`no fix: ${remedies.map((each) => each.text).join(', ')}`)
    expect(remedy.text).toMatch(text)
    expect(Object.keys(remedy.change)).toEqual([setting])
    const mended = planned(scenario, [set(remedy.change[setting])])
    expect(mended.status).toBe('optimal')
    // A later deadline is the least of a few steps; in whole hours it may allow a cheaper run.
    const usd = mended.best?.cost.usd_per_run ?? Number.NaN
    if (setting === 'deadline') expect(usd).toBeLessThanOrEqual(remedy.found.assignment.usdPerRun * 1.000001)
    else expect(usd).toBeCloseTo(remedy.found.assignment.usdPerRun, 6)
  })

  it('results show the three cheapest, with hours, price of the run and what an hour costs more', () => {
    const [, scenario] = CASES.find(([name]) => name === 'optimizer') ?? expect.fail()
    const remedies = remediesOf(scenario)
    expect(remedies.length).toBeGreaterThan(3)
    const runs = remedies.map(({ found }) => found.assignment.usdPerRun)
    expect(runs).toEqual(runs.toSorted((a, b) => a - b))
    const [miss] = planned(scenario).near_misses
    expect(miss?.fixes.map(({ change }) => change)).toEqual(remedies.slice(0, 3).map(({ change }) => change))
    const [first] = miss?.fixes ?? []
    const { assignment: a } = remedies[0]?.found ?? expect.fail()
    expect(first?.text).toBe(`${remedies[0]?.text}: ${a.hours.toPrecision(3)} hours, $${a.usdPerRun.toFixed(2)} a run`)
    expect(first?.usd_per_hour).toBeCloseTo(a.instances * a.priced.usdPerHour, 9)
    expect(first?.cost_delta_usd_per_hour).toBeCloseTo(
      a.instances * a.priced.usdPerHour - (miss?.plan.cost.usd_per_hour ?? Number.NaN),
      9,
    )
  })

  it('numbers go no further than they must', () => {
    const value = (setting: string) => {
      const [, scenario] = CASES.find(([name]) => name === setting) ?? expect.fail(setting)
      const { change, found } = remediesOf(scenario).find((each) => each.setting === setting) ?? expect.fail(setting)
      return { scenario, value: change[setting], a: found.assignment }
    }
    // From the first of January 2024 to the 21st of November 2026.
    expect(value('max_age_days').value).toBe(1055)
    const budget = value('budget')
    expect(budget.value).toBe(Math.ceil(budget.a.usdPerRun))
    const deadline = value('deadline')
    expect(deadline.value).toBe(`${Math.ceil(deadline.a.hours)}h`)
    expect(value('max_gpus').value).toBe(value('max_gpus').a.gpus)
  })

  it('what the scenario leaves open, or allows already, is not offered', () => {
    const settings = remediesOf({ budget: 0.01, search: {} }).map(({ setting }) => setting)
    expect(settings).toContain('budget')
    for (const setting of [
      'gpus',
      'providers',
      'deadline',
      'offload',
      'activation_checkpointing',
      'zero_stage',
      'min_confidence',
    ])
      expect(settings).not.toContain(setting)
    const all = { search: { method: ['full', 'lora', 'qlora'], optimizer: ['adamw', 'adamw-8bit'] }, budget: 0.01 }
    const left = remediesOf(all).map(({ setting }) => setting)
    expect(left).not.toContain('method')
    expect(left).not.toContain('optimizer')
  })
})

describe('what comes closest', () => {
  const missesOf = (scenario: object) => planned(scenario).near_misses

  it('in memory: the states alone where they are too much, with everything counted', () => {
    const [miss] = missesOf({ search: { ...full, gpus: ['l40s'], max_gpus: 1, offload: ['none'] } })
    expect(miss?.violations.map(({ constraint, unit }) => [constraint, unit])).toEqual([['memory', 'bytes']])
    // 16 bytes of states for each of 8.03 billion parameters, on a card of 47.7 GB with a twentieth kept free.
    expect(miss?.violations[0]?.by).toBeGreaterThan(8.03e9 * 16 - 47.7e9)
    expect(miss?.plan.configuration).toMatchObject({ activation_checkpointing: 'full', micro_batch: 1 })
    expect(miss?.plan.memory.total_bytes).toBeGreaterThan(8.03e9 * 16)
  })

  it('is the same in whatever order the lists are written', () => {
    const search = { ...full, gpus: ['l40s'], max_gpus: 1, offload: ['none'] }
    for (const list of [
      ['none', 'selective', 'full'],
      ['full', 'selective', 'none'],
      ['selective', 'full', 'none'],
    ]) {
      const [miss] = missesOf({ search: { ...search, activation_checkpointing: list, micro_batch: [4, 1] } })
      expect(miss?.plan.configuration).toMatchObject({ activation_checkpointing: 'full', micro_batch: 1 })
    }
  })

  it('in host memory, where that is what the machine lacks', () => {
    // 8.03 billion parameters x 12 bytes and more beside a card that stands in a machine of 64 GB.
    const [miss] = missesOf({
      trainer: 'deepspeed',
      search: { ...full, gpus: ['rtx-4090'], max_gpus: 1, offload: ['parameters'], zero_stage: [3] },
    })
    const [host] = miss?.violations ?? []
    expect([host?.constraint, host?.unit]).toEqual(['host_memory', 'bytes'])
    expect(host?.by).toBeCloseTo((miss?.plan.memory.host_bytes ?? 0) - 64e9, -1)
  })

  it('in time, in hours, beside a plan that is priced', () => {
    const [miss] = missesOf({ deadline: '1m', search: { method: ['lora'], ...h100, max_gpus: 1 } })
    const [late] = miss?.violations ?? []
    expect([late?.constraint, late?.unit]).toEqual(['deadline', 'hours'])
    expect(late?.by).toBeCloseTo((miss?.plan.performance.hours ?? 0) - 1 / 60, 6)
    expect(miss?.plan.targets).toEqual([
      expect.objectContaining({ name: 'deadline', unit: 'hours', ok: false, margin: -(late?.by ?? 0) }),
    ])
  })

  it('in money, in dollars', () => {
    const [miss] = missesOf({ budget: 0.5, search: { method: ['lora'], ...h100, max_gpus: 1 } })
    const [dear] = miss?.violations ?? []
    expect([dear?.constraint, dear?.unit]).toEqual(['budget', 'usd'])
    expect(dear?.by).toBeCloseTo((miss?.plan.cost.usd_per_run ?? 0) - 0.5, 8)
  })
})
