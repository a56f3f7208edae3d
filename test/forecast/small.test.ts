import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { planScenario } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readScenario } from '../../src/io/read-scenario.ts'
import type { ForecastResult } from '../../src/result/forecast.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'

/* Forecasts of one small service, and what is refused. */

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const folder = new URL('../../scenarios/', import.meta.url)

async function plannedText(text: string, file: string, set: string[] = []): Promise<ForecastResult> {
  const result = await planScenario(text, file, catalog, { asOf: AS_OF, set }, readScenario)
  return result.kind === 'forecast' ? result : expect.fail('no forecast')
}

/** A tiny service on GPUs that one provider sells by the hour and for a year. */
const tiny = `kind: forecast
start: 2027-01
months: 12
workloads:
  - scenario:
      kind: serve
      name: tiny
      model: llama-3.1-8b
      traffic: { requests_per_second: 0.01, input_tokens: 500, output_tokens: 100 }
      search: { gpus: [rtx-pro-6000-blackwell-server] }
search: { providers: [gcp] }
`

describe('a reservation', () => {
  it('is made where a year of use pays for it, and breaks even where its price says', async () => {
    const result = await plannedText(tiny, 'tiny.yaml', ['commitments=[on-demand, reserved-1y]'])
    const prices = catalog.offers.get('gcp/g4-standard-48/us-central1')?.usd_per_hour ?? expect.fail('no offer')
    const [onDemand, reserved] = [prices['on-demand'] ?? Number.NaN, prices['reserved-1y'] ?? Number.NaN]
    expect(result.commitments).toHaveLength(1)
    expect(result.commitments[0]).toMatchObject({ month: '2027-01', action: 'reserve', instances: 1, until: '2027-12' })
    expect(result.commitments[0]?.break_even_months).toBeCloseTo((12 * reserved) / onDemand, 6)
    expect(result.commitments[0]?.used_share).toBe(1)
    expect(result.total?.usd).toBeCloseTo(12 * 730 * reserved, 3)
    expect(result.total?.on_demand?.usd).toBeCloseTo(12 * 730 * onDemand, 3)
  })

  it('is not made where the forecast ends before it pays, nor where it binds for longer than the forecast', async () => {
    const short = await plannedText(tiny, 'tiny.yaml', ['months=12', 'commitments=[on-demand, reserved-3y]'])
    expect(short.commitments).toEqual([])
    expect(short.warnings).toContain(
      'reserved-3y binds for 36 months, longer than the 12 of the forecast: never bought.',
    )
    expect(short.total?.on_demand?.saved_usd).toBe(0)
  })
})

describe('ways to pay', () => {
  const warned = async (set: string[], more = '') => (await plannedText(tiny + more, 'tiny.yaml', set)).warnings
  const node = `inventory:
  - { gpu: l4, nodes: 1, owned: { capex: 4380, years: 4, watts: 100, usd_per_kwh: 0.1 } }
`
  it('are on demand where nothing is said, and what is owned where anything is', async () => {
    const alone = await plannedText(tiny, 'tiny.yaml')
    expect(alone.months[0]?.instances.map(({ pricing }) => pricing)).toEqual(['on-demand'])
    const beside = await plannedText(tiny + node, 'tiny.yaml', ['workloads.0.scenario.search.gpus=[l4]'])
    expect(beside.months[0]?.instances.map(({ pricing }) => pricing)).toEqual(['owned'])
  })
  it('that are of no use are said', async () => {
    expect(await warned(['commitments=[on-demand, owned]'])).toContain('Nothing is owned: the inventory has no nodes.')
    expect(await warned(['commitments=[on-demand]'], node)).toContain(
      'The inventory is not used: owned is not among the commitments.',
    )
    expect(await warned(['commitments=[on-demand, spot]'])).toContain(
      'Spot machines can be taken back at any time: keep what must stay up off them.',
    )
    expect((await warned(['commitments=[on-demand]'])).join()).not.toMatch(/owned|Spot/)
  })
})

describe('growth and trends', () => {
  it('grow the traffic and change the price month by month', async () => {
    const result = await plannedText(tiny, 'tiny.yaml', [
      'months=3',
      'workloads.0.growth_percent_per_month=50',
      'price_trend_percent_per_month=-10',
    ])
    expect(result.months.map(({ workloads }) => workloads[0]?.requests_per_second)).toEqual([0.01, 0.015, 0.0225])
    const [first = Number.NaN, second, third] = result.months.map(({ usd }) => usd)
    expect(second).toBeCloseTo(first * 0.9, 6)
    expect(third).toBeCloseTo(first * 0.81, 6)
  })
})

describe('uncertainty', () => {
  it('is absent where nobody states it', async () => {
    const { months, total } = await plannedText(tiny, 'tiny.yaml')
    expect(total).toMatchObject({ usd_p10: null, usd_p50: null, usd_p90: null })
    expect(months[0]).toMatchObject({ usd_p10: null, usd_p90: null, over_cap_share: null })
  })

  it('of prices alone is that of the price: exp(+-1.2816 x 10 %) of one machine that never fills', async () => {
    const result = await plannedText(tiny, 'tiny.yaml', ['uncertainty={ price_percent: 10, samples: 20000, seed: 3 }'])
    const { usd, usd_p10, usd_p50, usd_p90 } = result.months[0] ?? expect.fail('no month')
    expect((usd_p50 ?? 0) / usd).toBeCloseTo(1, 2)
    expect((usd_p90 ?? 0) / usd).toBeCloseTo(Math.exp(0.12816), 2)
    expect((usd_p10 ?? 0) / usd).toBeCloseTo(Math.exp(-0.12816), 2)
  })

  it('does not touch what is agreed in the first month', async () => {
    const result = await plannedText(tiny, 'tiny.yaml', [
      'commitments=[on-demand, reserved-1y]',
      'uncertainty={ price_percent: 30, growth_percent: 1, samples: 100 }',
    ])
    for (const { usd, usd_p10, usd_p90 } of result.months) {
      expect(usd_p10).toBeCloseTo(usd, 6)
      expect(usd_p90).toBeCloseTo(usd, 6)
    }
  })
})

describe('bad input', () => {
  const refused = async (set: string[]): Promise<string> => {
    const file = new URL('forecast-2027.yaml', folder).pathname
    try {
      await plannedText(readFileSync(file, 'utf8'), file, set)
    } catch (error) {
      if (error instanceof InputError) return error.message
      throw error
    }
    return expect.fail('it was planned')
  }

  it.each([
    [['months=0'], 'must be at least 1'],
    [['months=10000'], 'must be at most 120'],
    [['start=2027-13'], 'start: expected a month as 2027-01, got "2027-13"'],
    [['workloads.0.scenario=nope.yaml'], '"nope.yaml": the file does not exist'],
    [['months=6', 'commitments=[reserved-1y]'], 'reserved-1y binds for 12 months, longer than the 6 of the forecast'],
    [['commitments=[owned]'], 'the forecast has no nodes in its inventory'],
    [['search={ providers: [nobody] }'], 'unknown provider "nobody"'],
    [['workloads.0.scenario=forecast-2027.yaml'], 'circle'],
  ])('%j is refused', async (set, message) => {
    expect(await refused(set)).toContain(message)
  })

  const tinyRefused = async (set: string[], more = ''): Promise<string> => {
    try {
      await plannedText(tiny + more, 'tiny.yaml', set)
    } catch (error) {
      if (error instanceof InputError) return error.message
      throw error
    }
    return expect.fail('it was planned')
  }

  it('growth and trends beyond every scale are refused, with what they come to', async () => {
    // 1.5^11 is 86; 5^11 is 49 million, 0.2^11 one part of that.
    expect((await plannedText(tiny, 'tiny.yaml', ['workloads.0.growth_percent_per_month=50'])).status).toBe('optimal')
    expect(await tinyRefused(['workloads.0.growth_percent_per_month=400'])).toContain(
      "growth_percent_per_month: 400 % a month make 5e+7 times the first month's in the last of 12",
    )
    expect(await tinyRefused(['price_trend_percent_per_month=400'])).toContain('price_trend_percent_per_month: 400 %')
    expect(await tinyRefused(['price_trend_percent_per_month=-80'])).toContain(
      "price_trend_percent_per_month: -80 % a month make 1/5e+7 of the first month's in the last of 12",
    )
  })

  it('machines and dollars beyond every scale are refused, with the workload and what it comes to', async () => {
    const training = (tokens: string) => `kind: forecast
start: 2027-01
months: 10
workloads:
  - name: small
    runs_per_month: 1000
    scenario: { kind: train, model: llama-3.1-8b, data: { tokens: ${tokens} } }
`
    const refusedBecause = (text: string, set: string[] = []) =>
      plannedText(text, 'tiny.yaml', set).then(
        () => expect.fail('it was planned'),
        (error: Error) => error.message,
      )
    expect((await plannedText(training('1B'), 'tiny.yaml')).status).toBe('optimal')
    expect(await refusedBecause(training('1000T'))).toMatch(
      /^tiny\.yaml:5:5: "small" costs up to \$[\d,]{18,} in 2027-01 \(traffic, runs, growth or the trend of prices: one of them is/,
    )
    // A tenth of it is just affordable to the world, on more machines than there are.
    expect(await refusedBecause(training('100T'))).toMatch(
      /^tiny\.yaml:5:5: "small" takes up to [\d,]{13} machines at once in 2027-01 \(traffic/,
    )
    const node = { capex: 1e9, years: 0.01, watts: 1e6, usd_per_kwh: 100, pue: 10 }
    const owning = `${training('1B')}inventory: [{ gpu: l4, nodes: 0, buy: 1, owned: ${JSON.stringify(node)} }]
price_trend_percent_per_month: 300
commitments: [owned, on-demand]
`
    // 1e9 over a hundredth of a year is 8.3e9 a month; times 4^9 and ten months, 2e16.
    expect(await refusedBecause(owning)).toMatch(
      /^tiny\.yaml:9:32: a machine of l4 costs \$2\d,[\d,]{18,} by the last month/,
    )
  })

  it('the budget of a run is not kept, which is said; most GPUs of a service are', async () => {
    const run = `  - { name: tune, scenario: { kind: train, model: llama-3.1-8b, data: { tokens: 1M }, budget: 5 } }\n`
    const text = tiny.replace('search: { providers', `${run}search: { providers`)
    const { warnings } = await plannedText(text.replace('search: { gpus:', 'search: { max_gpus: 8, gpus:'), 'tiny.yaml')
    expect(warnings.filter((each) => each.includes('not kept'))).toEqual([
      'tune: budget: $5.00 a run is not kept: a forecast has the least cost of all workloads together.',
    ])
    const small = text.replace('search: { gpus:', 'search: { max_gpus: 1, gpus:').replace('second: 0.01', 'second: 100')
    expect((await plannedText(small, 'tiny.yaml')).status).toBe('infeasible')
  })

  it('stands at its place: a trend, the growth of a workload, a cap', async () => {
    const growing = tiny.replace('  - scenario:', '  - growth_percent_per_month: 400\n    scenario:')
    await expect(plannedText(growing, 'tiny.yaml')).rejects.toThrow('tiny.yaml:5:31: growth_percent_per_month: 400 %')
    const lines = tiny.split('\n').length
    await expect(plannedText(`${tiny}price_trend_percent_per_month: 400\n`, 'tiny.yaml')).rejects.toThrow(
      `tiny.yaml:${lines}:32: price_trend_percent_per_month: 400 %`,
    )
    const node = 'inventory: [{ gpu: l4, nodes: 1, owned: { capex: 4380, years: 4, watts: 1, usd_per_kwh: 0.01 } }]\n'
    await expect(plannedText(`${tiny}${node}monthly_cap: 91\n`, 'tiny.yaml')).rejects.toThrow(
      `tiny.yaml:${lines + 1}:14: monthly_cap: $91.00 a month is below`,
    )
  })

  it('a cap that owned nodes just leave is none below it', async () => {
    // 4,380 over four years of twelve months of 730 hours: $0.125 an hour, $91.25 a month.
    const node = `inventory:
  - { gpu: l4, nodes: 1, owned: { capex: 4380, years: 4, watts: 1, usd_per_kwh: 0.01, pue: 1 } }
`
    const cap = (usd: number) => [`monthly_cap=${usd}`, 'commitments=[owned, on-demand]']
    expect(await tinyRefused(cap(91.24), node)).toContain(
      '$91.24 a month is below the $91.25 that the owned nodes cost',
    )
    expect((await plannedText(tiny + node, 'tiny.yaml', cap(91.25))).status).toBe('infeasible')
  })

  it('stands at its place in the file', async () => {
    const file = new URL('forecast-2027.yaml', folder).pathname
    const text = readFileSync(file, 'utf8').replace('[on-demand, reserved-1y]', '[reserved-3y]')
    const line = text.split('\n').findIndex((each) => each.startsWith('commitments:')) + 1
    await expect(plannedText(text, file)).rejects.toThrow(`forecast-2027.yaml:${line}:15: no way to pay is left`)
  })
})
