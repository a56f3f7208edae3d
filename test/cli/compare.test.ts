import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { planAll } from '../../src/cli/batch/plan-all.ts'
import { Progress } from '../../src/cli/progress.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { AS_OF, plan, scenario, trainScenario } from './binary.ts'

let folder: string
const write = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

interface Row {
  option: string
  status: string
  cheapest: boolean
  gpu: string
  usd_per_run: number
  usd_per_hour: number
  versus_cheapest_share: number
  lost_on: string[]
  errors: string[]
}

/** The comparison as JSON with the exit code. */
function compared(args: string[]): { code: number | null; by: string | null; cheapest: string[]; rows: Row[] } {
  const { code, stdout } = plan(['compare', ...args, '--format', 'json', ...AS_OF])
  const { by, cheapest, comparison } = JSON.parse(stdout)
  return { code, by, cheapest, rows: comparison }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-compare-'))
})

describe('plan compare SCENARIO ...', () => {
  test('keeps the order, marks the cheapest, and says what the others cost beside it', () => {
    const busy = write('busy.yaml', scenario().replace('requests_per_second: 1', 'requests_per_second: 100'))
    const small = write('small.yaml', scenario())
    const { code, cheapest, rows } = compared([busy, small])
    expect(code).toBe(0)
    expect(cheapest).toEqual(['small'])
    expect(rows.map((row) => [row.option, row.cheapest, row.lost_on])).toEqual([
      ['busy', false, ['cost']],
      ['small', true, []],
    ])
    const [dear, cheap] = rows
    expect(dear!.versus_cheapest_share).toBeCloseTo(dear!.usd_per_hour / cheap!.usd_per_hour - 1, 9)
  })

  test('as text fits 80 columns and ticks the cheapest', () => {
    const { code, stdout } = plan(['compare', write('a.yaml', trainScenario()), write('b.yaml', scenario()), ...AS_OF])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Comparison\n {2}option +GPUs/)
    expect(stdout).toMatch(/^✔ a .*cheapest$/m)
    expect(stdout).toMatch(/^✔ b .*cheapest$/m)
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })

  test('one without a plan loses and is no failure; where none has one, exit 3', () => {
    const hopeless = write('hopeless.yaml', scenario('latency: { tpot_ms: 0.001 }\n'))
    const some = compared([hopeless, write('small.yaml', scenario())])
    expect(some.code).toBe(0)
    expect(some.rows[0]).toMatchObject({ status: 'infeasible', cheapest: false })
    expect(some.rows[0]!.lost_on.length).toBeGreaterThan(0)
    expect(plan(['compare', hopeless, ...AS_OF]).code).toBe(3)
  })

  test('60 files: a bad one is reported in place, the others planned in order, progress every 25, exit 2', () => {
    const files = Array.from({ length: 60 }, (_, index) => {
      const bad = index === 30
      return write(`s${String(index).padStart(2, '0')}.yaml`, bad ? 'kind: serve\nmodle: x\n' : scenario())
    })
    const { code, stdout, stderr } = plan(['compare', ...files, '--format', 'csv', ...AS_OF])
    expect(code).toBe(2)
    const rows = stdout.trimEnd().split('\r\n').slice(1)
    expect(rows).toHaveLength(60)
    expect(rows.map((row) => row.split(',')[0])).toEqual(
      files.map((file, index) => (index === 30 ? file : `s${String(index).padStart(2, '0')}`)),
    )
    expect(rows[30]).toMatch(/,failed,/)
    // Whichever thread planned it, one scenario has one plan.
    const alone = plan(['compare', files[0]!, '--format', 'csv', ...AS_OF]).stdout.split('\r\n')[1]
    const plans = rows.filter((_, index) => index !== 30).map((row) => row.replace(/^s\d+/, 's00'))
    expect(new Set(plans)).toEqual(new Set([alone]))
    expect(stderr).toMatch(/s30\.yaml:2:1: unknown key "modle"/)
    expect(stderr.split('\n').filter((line) => /scenarios planned$/.test(line))).toEqual([
      '25 of 60 scenarios planned',
      '50 of 60 scenarios planned',
    ])
    expect(stderr).toMatch(/\n59 of 60 scenarios planned in .*s\n$/)
    expect(stderr).not.toContain('\r')
  })

  test('--quiet leaves only the errors; where every file is bad nothing is printed', () => {
    expect(plan(['compare', write('small.yaml', scenario()), '--quiet', ...AS_OF]).stderr).toBe('')
    const { code, stdout, stderr } = plan(['compare', 'absent.yaml', '--quiet', '--format', 'json', ...AS_OF])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toBe('absent.yaml: the file does not exist\n')
  })

  test('--max-cost judges the cheapest: exit 4', () => {
    const small = write('small.yaml', scenario())
    expect(plan(['compare', small, '--max-cost', '0.01', ...AS_OF]).code).toBe(4)
    expect(plan(['compare', small, '--max-cost', '1000', ...AS_OF]).code).toBe(0)
  })
})

describe('plan compare --by', () => {
  test('gpu: an option for each GPU of the search, the best of them the plan of the whole', () => {
    const file = write('small.yaml', scenario())
    const { by, cheapest, rows } = compared([file, '--by', 'gpu'])
    const whole = JSON.parse(plan([file, '--format', 'json', ...AS_OF]).stdout).best
    expect(by).toBe('gpu')
    expect(new Set(rows.map((row) => row.option))).toEqual(new Set(['l4', 'l40s', 'h100-sxm-80gb']))
    for (const row of rows) expect(row.gpu).toBe(row.option)
    expect(cheapest).toEqual([whole.placement.gpu])
    expect(rows.find((row) => row.cheapest)?.usd_per_hour).toBe(whole.cost.usd_per_hour)
  })

  test('method and zero_stage of training, in the order of the search', () => {
    const file = write('train.yaml', trainScenario())
    const whole = JSON.parse(plan([file, '--format', 'json', ...AS_OF]).stdout).best
    const methods = compared([file, '--by', 'method'])
    expect(methods.rows.map((row) => row.option)).toEqual(['lora', 'qlora'])
    expect(Math.min(...methods.rows.map((row) => row.usd_per_run))).toBe(whole.cost.usd_per_run)
    expect(compared([file, '--by', 'zero_stage']).rows.map((row) => row.option)).toEqual(['0', '3'])
  })

  test('adapter settings do not keep full training out', () => {
    const text = trainScenario().replace('method: [lora, qlora]', 'method: [full, lora]\n  lora: { rank: [8] }')
    const { code, rows } = compared([write('full.yaml', text), '--by', 'method'])
    expect(code).toBe(0)
    expect(rows.map((row) => [row.option, row.errors])).toEqual([
      ['full', []],
      ['lora', []],
    ])
  })

  test('the title names scenario and dimension', () => {
    const { stdout } = plan(['compare', write('train.yaml', trainScenario()), '--by', 'method', ...AS_OF])
    expect(stdout.split('\n')[0]).toBe('train by method')
  })
})

describe('bad input of compare: exit 2, nothing on standard output', () => {
  test.each<[string, () => string[], RegExp]>([
    ['no scenario', () => [], /^plan: compare takes scenarios/],
    ['two scenarios to split', () => ['a.yaml', 'b.yaml', '--by', 'gpu'], /^plan: --by splits one scenario, got 2/],
    ['no such dimension', () => [write('small.yaml', scenario()), '--by', 'colour'], /colour/],
    ['a dimension without value', () => ['a.yaml', '--by'], /^plan: --by needs a value/],
    ['alternatives', () => ['a.yaml', '--top', '3'], /^plan: unknown flag --top/],
    ['a misspelt objective', () => ['a.yaml', '--objective', 'cots'], /did you mean "cost"\?/],
  ])('%s', (_name, args, message) => {
    const { code, stdout, stderr } = plan(['compare', ...args(), ...AS_OF])
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})

describe('planning many', () => {
  test('without threads: outcomes in order, known errors in their place', async () => {
    const catalog = await loadCatalog()
    const options = { asOf: '2026-11-21', top: 0 }
    const job = (name: string) => ({ name, file: `${name}.yaml`, text: scenario(), options })
    const wrong = { name: 'absent', wrong: [{ severity: 'error' as const, path: [], message: 'absent' }] }
    const seen: number[] = []
    const outcomes = await planAll([job('a'), wrong, job('b')], catalog, { entry: null, live: false }, (done) =>
      seen.push(done),
    )
    expect(outcomes.map((each) => ('result' in each ? each.result.scenario : 'wrong'))).toEqual(['a', 'wrong', 'b'])
    expect(seen).toEqual([1, 2, 3])
  })
})

describe('progress', () => {
  const recorder = (live: boolean): { terminal: Terminal; seen: string[] } => {
    const seen: string[] = []
    const terminal: Terminal = {
      result: () => {},
      note: (text) => seen.push(`note ${text}`),
      rewrite: (line) => seen.push(`line ${line}`),
      live,
      color: false,
    }
    return { terminal, seen }
  }

  test('on a terminal is one line, written over and wiped at the end', () => {
    const { terminal, seen } = recorder(true)
    const progress = new Progress(terminal, 2, 'scenarios')
    progress.at(1, 'a')
    progress.at(2, 'b')
    progress.end('done')
    expect(seen).toEqual(['line 1 of 2 scenarios planned: a', 'line 2 of 2 scenarios planned: b', 'line ', 'note done'])
  })

  test('elsewhere is a line every 25 and the last word', () => {
    const { terminal, seen } = recorder(false)
    const progress = new Progress(terminal, 50, 'scenarios')
    for (let done = 1; done <= 50; done++) progress.at(done, 'x')
    progress.clear()
    progress.end('done')
    expect(seen).toEqual(['note 25 of 50 scenarios planned', 'note done'])
  })
})
