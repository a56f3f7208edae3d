import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { planScenario } from '../../../planners/index.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { readScenario } from '../../../src/io/read-scenario.ts'
import { markdownOf } from '../../../src/report/all.ts'
import { htmlReport } from '../../../src/report/html/report.ts'
import type { FleetResult } from '../../../src/result/fleet.ts'
import type { ForecastResult } from '../../../src/result/forecast.ts'
import { body, tags, unbalanced, visible } from './pages.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

async function planned(name: string, set: string[] = []) {
  const file = `scenarios/${name}.yaml`
  return planScenario(readFileSync(file, 'utf8'), file, catalog, { asOf: '2026-11-21', set }, readScenario)
}

function sound(page: string): void {
  expect(unbalanced(page)).toEqual([])
  expect(/NaN|undefined|Infinity|\[object|zr\d|ecmeta/.exec(body(page))?.[0]).toBeUndefined()
  expect(tags(page).filter((tag) => / (?:style|on[a-z]+|src)=/.test(tag))).toEqual([])
  expect(page.length).toBeLessThan(400_000)
}

describe('a fleet', () => {
  let result: FleetResult
  let page: string
  beforeAll(async () => {
    const fleet = await planned('fleet-onprem')
    result = fleet.kind === 'fleet' ? fleet : expect.fail('no fleet')
    page = htmlReport([result])
  })

  test('is told whole', () => {
    sound(page)
    const shown = visible(page)
    expect(shown).toContain('✔ Everything is placed')
    expect(shown).toContain('capital of owned nodes')
    for (const { workload } of result.placements) expect(shown).toContain(workload)
    for (const { id } of result.kinds) expect(shown).toContain(id)
    expect(htmlReport([result]) === page).toBe(true)
  })

  test('has a square for each GPU of the nodes drawn, empty where it is idle', () => {
    const drawing = /<ul class="nodes">[\s\S]*?<\/ul>/.exec(page)?.[0] ?? ''
    const nodes = [
      ...drawing.matchAll(/<strong>([^<]*)<\/strong>(<svg[\s\S]*?<\/svg>)<span class="muted">(\d+) of (\d+)/g),
    ]
    expect(nodes.length).toBeGreaterThan(1)
    for (const [, , squares = '', used, all] of nodes) {
      expect(squares.match(/<rect/g)).toHaveLength(Number(all))
      expect(squares.match(/class="idle"/g) ?? []).toHaveLength(Number(all) - Number(used))
      expect(squares.match(/<text/g) ?? []).toHaveLength(Number(used))
    }
  })

  test('that cannot be placed says on what it fails and what would help', async () => {
    const missing = {
      ...result,
      status: 'infeasible' as const,
      unplaced: [{ workload: '<b>big</b>', reason: 'nothing holds it', conflict: null }],
      conflict: { requirements: ['<b>big</b>', 'nodes of dgx: 2'], minimal: true },
      remedies: [{ text: '1 more dgx', usd_per_hour: 30.5 }],
    }
    const page = htmlReport([missing])
    sound(page)
    expect(page).not.toContain('<b>big')
    const shown = visible(page)
    expect(shown).toContain('✘ Not everything can be placed')
    expect(shown).toContain('<b>big</b>: nothing holds it')
    expect(shown).toContain('1 more dgx: $30.50/h in all')
  })
})

describe('a forecast', () => {
  let result: ForecastResult
  let page: string
  beforeAll(async () => {
    const forecast = await planned('forecast-2027')
    result = forecast.kind === 'forecast' ? forecast : expect.fail('no forecast')
    page = htmlReport([result])
  })

  test('is told whole', () => {
    sound(page)
    const shown = visible(page)
    expect(shown).toContain('Dollars a month by way to pay')
    expect(shown).toContain('P10 to P90')
    expect(shown).toContain('cap $20000'.replace('20000', '20,000'))
    for (const { workload } of result.by_workload) expect(shown).toContain(workload)
    expect(shown).toContain('Solver: ')
    expect(htmlReport([result]) === page).toBe(true)
  })

  test('bars are as high as the dollars of their month', () => {
    const chart = /<div class="chart wide"[^>]*>([\s\S]*?)<\/div>/.exec(page)?.[1] ?? ''
    const parts = [
      ...chart.matchAll(
        /<path d="M[\d.]+ [\d.]+l[\d.]+ 0l0 -([\d.]+)[^>]*><title>(\d{4}-\d\d): [^$]*\$([\d,.]+) of \$([\d,.]+)</g,
      ),
    ].map(([, height, month, usd = '']) => ({ height: Number(height), month, usd: Number(usd.replaceAll(',', '')) }))
    expect(new Set(parts.map(({ month }) => month)).size).toBe(12)
    const largest = parts.reduce((a, b) => (b.usd > a.usd ? b : a))
    for (const { height, usd } of parts)
      expect(Math.abs(height - (usd * largest.height) / largest.usd)).toBeLessThan(1.5)
  })

  test('without a plan says what cannot be met', async () => {
    const none = await planned('forecast-2027', ['monthly_cap=5000'])
    expect(none.status).toBe('infeasible')
    const page = htmlReport([none])
    sound(page)
    expect(visible(page)).toMatch(/✘ No plan/)
    expect(visible(page)).toMatch(/No plan for forecast-2027: .*monthly_cap/)
  })
})

test('several kinds on one page, each reached by a link', async () => {
  const results = [await planned('serve-8b'), await planned('train-8b-lora'), await planned('fleet-onprem')]
  const page = htmlReport(results)
  sound(page)
  expect([...page.matchAll(/href="#(result-\d)"/g)].map(([, id]) => id)).toEqual(['result-1', 'result-2', 'result-3'])
  expect(visible(page)).toMatch(/fleet-onprem : \$[\d.]+\/h/)
})

test('long parts of a forecast are folded away in markdown, short ones are open', async () => {
  const long = markdownOf([await planned('forecast-36-months')], { explain: false })
  expect(long).toContain('<details><summary>Month by month</summary>')
  expect(long).toContain('<details><summary>By workload</summary>')
  const short = markdownOf([await planned('forecast-2027')], { explain: false })
  expect(short).not.toContain('<details><summary>Month by month</summary>')
})
