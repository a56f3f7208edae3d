import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { planScenario } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readScenario } from '../../src/io/read-scenario.ts'
import { jsonOf, markdownOf, textOf } from '../../src/report/all.ts'
import { forecastColumns, forecastRows } from '../../src/report/forecast/csv.ts'
import { SCREEN_COLUMNS, width } from '../../src/report/wrap.ts'
import { type ForecastResult, forecastResultSchema } from '../../src/result/forecast.ts'

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const folder = new URL('../../scenarios/', import.meta.url)

async function planned(name: string, set: string[] = [], gap?: number): Promise<ForecastResult> {
  const file = new URL(`${name}.yaml`, folder).pathname
  return plannedText(readFileSync(file, 'utf8'), file, set, gap)
}

async function plannedText(text: string, file: string, set: string[] = [], gap?: number): Promise<ForecastResult> {
  const result = await planScenario(text, file, catalog, { asOf: AS_OF, set, gap }, readScenario)
  return result.kind === 'forecast' ? result : expect.fail('no forecast')
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

describe.each(['forecast-2027', 'forecast-rent-or-buy', 'article-monthly-cost'])('%s', (name) => {
  let result: ForecastResult
  beforeAll(async () => {
    result = await planned(name)
  })

  it('has a plan of the form that is documented', () => {
    expect(result.status).toBe('optimal')
    expect(forecastResultSchema.parse(JSON.parse(jsonOf([result])))).toEqual(result)
    expect(result.solver.verified).toBe(true)
    expect(result.solver.gap).toBeLessThanOrEqual(0.001)
  })

  it('adds up: machines and workloads to the month, months to the total', () => {
    const total = result.total ?? expect.fail('no total')
    for (const { usd, instances, workloads, idle_usd } of result.months) {
      expect(sum(instances.map((each) => each.usd))).toBeCloseTo(usd, 4)
      expect(sum(workloads.map((each) => each.usd)) + idle_usd).toBeCloseTo(usd, 4)
    }
    expect(sum(result.months.map(({ usd }) => usd)) + total.committed_beyond_usd).toBeCloseTo(total.usd, 3)
    expect(sum(result.by_workload.map(({ usd }) => usd)) + total.idle_usd).toBeCloseTo(total.months_usd, 3)
    expect(sum(result.by_provider.map(({ usd }) => usd))).toBeCloseTo(total.months_usd, 3)
    const baseline = total.on_demand ?? expect.fail('no baseline')
    expect(baseline.usd - total.usd).toBeCloseTo(baseline.saved_usd, 3)
  })

  it('is told in 80 columns, in Markdown and in rows of one width', () => {
    const text = textOf([result], { color: false })
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(SCREEN_COLUMNS)
    expect(text).toContain(result.months[0]!.month)
    expect(markdownOf([result], { explain: false })).toContain(`## ${name}`)
    const rows = forecastRows(result)
    for (const row of rows) expect(row).toHaveLength(forecastColumns.length)
    const [item, usd] = [forecastColumns.indexOf('item'), forecastColumns.indexOf('usd')]
    const dollars = (wanted: string) => sum(rows.filter((row) => row[item] === wanted).map((row) => Number(row[usd])))
    expect(dollars('instances')).toBeCloseTo(dollars('total'), 3)
    expect(dollars('workload') + dollars('idle')).toBeCloseTo(dollars('total'), 3)
  })
})

it('gives the same bytes twice', async () => {
  const [one, two] = [await planned('forecast-2027'), await planned('forecast-2027')]
  expect(jsonOf([one])).toBe(jsonOf([two]))
})

it('proves three years of twenty workloads within one percent', async () => {
  const result = await planned('forecast-36-months', [], 0.01)
  expect(result.status).toBe('optimal')
  expect(result.solver.gap).toBeLessThanOrEqual(0.01)
  expect(result.months).toHaveLength(36)
  expect(result.by_workload).toHaveLength(20)
  expect(forecastResultSchema.parse(result)).toEqual(result)
}, 120_000)

it('adds machines with uncertain growth: percentiles lie in order and the plan between them', async () => {
  const { months, total } = await planned('forecast-2027')
  for (const { usd_p10, usd_p50, usd_p90 } of months) {
    expect(usd_p10 ?? Number.NaN).toBeLessThanOrEqual(usd_p50 ?? Number.NaN)
    expect(usd_p50 ?? Number.NaN).toBeLessThanOrEqual(usd_p90 ?? Number.NaN)
  }
  expect(total?.usd_p10).toBeLessThan(total?.usd ?? Number.NaN)
  expect(total?.usd_p90).toBeGreaterThan(total?.usd ?? Number.NaN)
})

describe('caps and quotas', () => {
  it('name the month in which they break, what conflicts, and changes that give a plan', async () => {
    const result = await planned('forecast-2027', ['monthly_cap=9000'])
    expect(result.status).toBe('infeasible')
    expect(result.total).toBeNull()
    expect(result.months).toEqual([])
    expect(result.conflict?.requirements.some((each) => each.startsWith('monthly_cap in '))).toBe(true)
    const free = await planned('forecast-2027')
    expect(result.breaks).toMatchObject([{ requirement: 'monthly_cap', month: '2027-01', limit: 9000, kept: false }])
    expect(result.breaks[0]?.needed).toBeCloseTo(free.months[0]!.usd, 3)
    expect(result.remedies.length).toBeGreaterThan(0)
    const [dearer] = result.remedies.filter(({ set }) => set?.startsWith('monthly_cap='))
    const again = await planned('forecast-2027', [dearer?.set ?? ''])
    expect(again.status).toBe('optimal')
    expect(Math.abs((again.total?.usd ?? 0) / (dearer?.usd ?? 1) - 1)).toBeLessThan(0.002)
    expect(forecastResultSchema.parse(result)).toEqual(result)
    const text = textOf([result], { color: false })
    expect(text).toContain('No plan for forecast-2027')
    for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(SCREEN_COLUMNS)
  })

  it('bind at a price that is said', async () => {
    const free = await planned('forecast-2027')
    // Of serving alone there are seven machines of one GPU in December, and a full fine-tuning takes two GPUs for the memory of their machine.
    const result = await planned('forecast-2027', ['limits=[{ provider: gcp, gpus: 10 }]'])
    expect(result.status).toBe('optimal')
    for (const { instances } of result.months) {
      // Runs count with the machines that they take at once.
      const machines = instances.map((each) => Math.ceil(each.instances - 1e-9) * each.gpus_per_instance)
      expect(sum(machines)).toBeLessThanOrEqual(10)
    }
    expect(result.total?.usd ?? Number.NaN).toBeGreaterThanOrEqual((free.total?.usd ?? Number.NaN) * 0.999)
    if (result.breaks.length > 0) expect(result.kept_for_usd).not.toBeNull()
  })
})

it('charges the article what it charges, and counts the tokens alike', async () => {
  const { by_workload } = await planned('article-monthly-cost')
  // 2 x 1.99 x 730 x 30 % and 3.49 x 730 x 50 %, for 1M tokens a day over 730 hours.
  expect(by_workload.map(({ usd }) => usd)).toEqual([871.62, 1273.85])
  const tokens = (1e6 * 730) / 24
  expect(by_workload[0]?.usd_per_million_tokens).toBeCloseTo((871.62 / tokens) * 1e6, 6)
  expect(by_workload[1]?.usd_per_million_tokens).toBeCloseTo((1273.85 / tokens) * 1e6, 6)
})

it('a cap below what owned nodes cost anyway is refused with that sum', async () => {
  // 280,000 over 48 months.
  await expect(planned('forecast-rent-or-buy', ['monthly_cap=5000'])).rejects.toThrow(
    '$5,000.00 a month is below the $5,833.33 that the owned nodes cost a month',
  )
})
