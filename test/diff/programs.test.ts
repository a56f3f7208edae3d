import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../cli/in-process.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-diff-programs-'))
})
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const serving = (name: string): string =>
  `{ kind: serve, name: ${name}, model: llama-3.1-8b, context: 4096, traffic: { requests_per_second: 2, input_tokens: 512, output_tokens: 128 }, search: { quantization: [fp8], kv_cache: [bf16] } }`

const fleet = (usdPerKwh: number, ...names: string[]): string => `kind: fleet
name: cellar
inventory:
  - { name: dgx, gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 1, owned: { capex: 300000, years: 4, watts: 10200, usd_per_kwh: ${usdPerKwh}, pue: 1.3 } }
workloads:
${names.map((name) => `  - ${serving(name)}`).join('\n')}
`

interface Diff {
  money: { figure: string; old: number; new: number; delta: number }[]
  effects: { price_usd: number; configuration_usd: number } | null
  changes: { change: string; section: string; key: string; old: unknown; new: unknown }[]
}

async function diffOf(old: string, next: string): Promise<Diff> {
  const { code, stdout } = await call(['diff', old, next, '--format', 'json'])
  expect(code).toBe(0)
  return JSON.parse(stdout).diffs[0]
}

describe('fleets', () => {
  test('dearer electricity is a price: 10.2 kW x 1.3 x $0.12 more = $1.5912 an hour', async () => {
    const { money, effects, changes } = await diffOf(
      file('cheap.yaml', fleet(0.12, 'chat')),
      file('dear.yaml', fleet(0.24, 'chat')),
    )
    expect(money.find(({ figure }) => figure === 'usd_per_hour')!.delta).toBeCloseTo(1.5912, 9)
    expect(effects!.price_usd).toBeCloseTo(1.5912, 9)
    expect(effects!.configuration_usd).toBe(0)
    expect(changes).toContainEqual(expect.objectContaining({ section: 'prices', key: 'dgx node', old: 1.5912 }))
  })

  test('a workload that comes is one line, and its settings are not listed beside it', async () => {
    const { changes } = await diffOf(
      file('one.yaml', fleet(0.12, 'chat')),
      file('two.yaml', fleet(0.12, 'chat', 'code')),
    )
    expect(changes.filter(({ key }) => key === 'code')).toEqual([
      expect.objectContaining({ change: 'added', section: 'workloads', old: null }),
    ])
    expect(changes.some(({ section }) => section === 'workload code')).toBe(false)
  })
})

describe('forecasts', () => {
  const forecast = (growth: number): string => `kind: forecast
name: year
start: 2027-01
months: 3
workloads:
  - { scenario: ${serving('chat').replace('search: {', 'search: { providers: [runpod],')}, growth_percent_per_month: ${growth} }
commitments: [on-demand]
`

  test('are compared in all, by month and by workload, which add up alike', async () => {
    const { money, changes } = await diffOf(file('slow.yaml', forecast(0)), file('fast.yaml', forecast(900)))
    const [all] = money
    expect(all!.figure).toBe('usd')
    expect(all!.delta).toBeGreaterThan(0)
    const sum = (section: string): number =>
      changes
        .filter((change) => change.section === section)
        .reduce((total, change) => total + Number(change.new) - Number(change.old), 0)
    expect(sum('months')).toBeCloseTo(all!.delta, 2)
    expect(sum('workloads')).toBeCloseTo(all!.delta, 2)
  })

  test('--fail-on knows the dearest month and not the latency', async () => {
    const [old, next] = [file('slow.yaml', forecast(0)), file('fast.yaml', forecast(900))]
    expect((await call(['diff', old, next, '--fail-on', 'dearest_month>+0'])).code).toBe(4)
    expect((await call(['diff', old, next, '--fail-on', 'ttft>+0'])).code).toBe(2)
  })
})
