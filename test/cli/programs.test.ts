import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fleetResultSchema } from '../../src/result/fleet.ts'
import { forecastResultSchema } from '../../src/result/forecast.ts'
import { AS_OF, plan, ROOT } from './binary.ts'

/* Fleets and forecasts from the command line: exit codes, limits and what a person who mistypes is told. */

const folder = mkdtempSync(join(tmpdir(), 'plan-programs-'))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const SERVICE = `  kind: serve
      name: chat
      model: llama-3.1-8b
      context: 4096
      traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 }`
const NODES = '{ name: dgx, gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 2, owned: '
const OWNED = '{ capex: 300000, years: 4, watts: 10200, usd_per_kwh: 0.12, pue: 1.3 } }'

const fleet = (nodes = 2, more = '') => `kind: fleet
inventory:
  - ${NODES.replace('nodes: 2', `nodes: ${nodes}`)}${OWNED}
workloads:
  - { kind: serve, name: chat, model: llama-3.1-8b, context: 4096, traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 } }
${more}`

const forecast = (head: string, more = '') => `kind: forecast
${head}
workloads:
  - scenario:
    ${SERVICE}
      search: { gpus: [l40s], providers: [aws] }
${more}`

const YEAR = 'start: 2027-01\nmonths: 12'

describe('plan FLEET', () => {
  test('exit 0 with a result of the documented form, the same bytes twice', () => {
    const args = ['scenarios/fleet-onprem.yaml', '--format', 'json', ...AS_OF]
    const once = plan(args)
    expect(once.code).toBe(0)
    expect(fleetResultSchema.parse(JSON.parse(once.stdout)).status).toBe('optimal')
    expect(plan(args).stdout).toBe(once.stdout)
  })

  test('exit 4 over --max-cost, by the hour', () => {
    // 2 nodes: 300000 / (4 x 8760 h) = 8.56 an hour of capital each, and the electricity of the one in use.
    expect(plan([file('dear.yaml', fleet()), '--max-cost', '17', ...AS_OF]).code).toBe(4)
    expect(plan([file('cheap.yaml', fleet()), '--max-cost', '19', ...AS_OF]).code).toBe(0)
  })

  test('exit 3 where it does not fit, with what conflicts and what would help', () => {
    const large = fleet(1).replace('requests_per_second: 1,', 'requests_per_second: 10000,')
    const { code, stdout } = plan([file('small.yaml', large), ...AS_OF])
    expect(code).toBe(3)
    expect(stdout).toContain('These cannot all hold: dgx has 1 node; chat carries its load.')
    const [, nodes] = /(\d+) in all\)/.exec(stdout) ?? []
    const enough = large.replace('nodes: 1,', `nodes: ${nodes},`)
    expect(plan([file('enough.yaml', enough), ...AS_OF]).code).toBe(0)
  })

  test('a time limit too short for a proof still gives a placement, with a warning and its gap', () => {
    const { code, stdout } = plan(['scenarios/fleet-large.yaml', '--time-limit', '0.01', ...AS_OF])
    expect(code).toBe(0)
    expect(stdout).toMatch(/The best placement found within 0.01 s: one may be cheaper by [\d.]+%/)
  })

  test('is not compared as if it were one workload', () => {
    const { code, stderr } = plan(['compare', 'scenarios/fleet-onprem.yaml', 'scenarios/serve-8b.yaml', ...AS_OF])
    expect([code, stderr]).toEqual([2, expect.stringContaining('fleet')])
  })
})

describe('plan FORECAST', () => {
  test('exit 0 with a result of the documented form, the same bytes twice', () => {
    const args = ['scenarios/forecast-2027.yaml', '--format', 'json', ...AS_OF]
    const once = plan(args)
    expect(once.code).toBe(0)
    expect(forecastResultSchema.parse(JSON.parse(once.stdout)).months).toHaveLength(12)
    expect(plan(args).stdout).toBe(once.stdout)
  })

  test('exit 4 over --max-cost, by all months together', () => {
    const path = file('year.yaml', forecast(YEAR))
    const { usd } = JSON.parse(plan([path, '--format', 'json', ...AS_OF]).stdout).total
    expect(plan([path, '--max-cost', `${Math.floor(usd)}`, ...AS_OF]).code).toBe(4)
    expect(plan([path, '--max-cost', `${Math.ceil(usd)}`, ...AS_OF]).code).toBe(0)
  })

  test('exit 3 over the cap, with the month and what would help', () => {
    const { code, stdout } = plan([file('cap.yaml', forecast(YEAR, 'monthly_cap: 100')), ...AS_OF])
    expect(code).toBe(3)
    expect(stdout).toContain('2027-01')
    expect(stdout).toMatch(/cap/)
  })
})

describe('bad input ends with exit 2, the place and the reason', () => {
  const cases: readonly [name: string, text: string, place: string, reason: string][] = [
    ['no-months', forecast('start: 2027-01\nmonths: 0'), ':3:9', 'months must be at least 1, got 0'],
    ['many-months', forecast('start: 2027-01\nmonths: 10000'), ':3:9', 'months must be at most'],
    ['no-such-month', forecast('start: 2027-13\nmonths: 12'), ':2:8', '2027-13'],
    ['too-long', forecast(YEAR, 'commitments: [reserved-3y]'), ':', 'binds for 36 months, longer than the 12'],
    [
      'under-fixed',
      forecast(YEAR, `monthly_cap: 5000\ncommitments: [on-demand, owned]\ninventory:\n  - ${NODES}${OWNED}`),
      ':12:14',
      // 2 x 300000 / 48 months
      '$5,000.00 a month is below the $12,500.00 that the owned nodes cost a month',
    ],
    ['negative', fleet(-2), ':3:', 'nodes must be at least 0, got -2'],
    ['unknown', fleet(2, '  - nosuch.yaml'), ':6:5', 'the workload "nosuch.yaml": the file does not exist'],
    ['circle', fleet(2, '  - circle.yaml'), ':6:5', 'the workloads go round in a circle'],
    [
      'absurd',
      forecast(YEAR.replace('12', '36'), '').replace(
        '  - scenario:',
        '  - growth_percent_per_month: 500\n    scenario:',
      ),
      ':5:31',
      '500 % a month',
    ],
  ]
  test.each(cases)('%s', (name, text, place, reason) => {
    const { code, stdout, stderr } = plan([file(`${name}.yaml`, text), ...AS_OF])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`${name}.yaml${place}`)
    expect(stderr).toContain(reason)
    expect(stderr).not.toMatch(/NaN|Infinity| at .*\.js/)
  })

  test('the shipped scenarios name the files that they refer to', () => {
    const text = readFileSync(join(ROOT, 'scenarios/forecast-2027.yaml'), 'utf8')
    const { code, stderr } = plan([file('moved.yaml', text), ...AS_OF])
    expect(code).toBe(2)
    expect(stderr).toMatch(/moved\.yaml:\d+:\d+: .*the file does not exist/)
  })
})
