import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { ENVIRONMENT } from '../../tools/man/environment.ts'
import { AS_OF, plan, ROOT, scenario, trainScenario } from '../cli/binary.ts'
import { call, type Printed } from '../cli/in-process.ts'
import { draws } from '../fuzz/draws.ts'
import { type Observed, observe } from './surroundings.ts'

const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-surroundings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})
const at = (name: string): string => join(folder, name)

const FLEET = `kind: fleet
inventory: [{ name: own, gpu: l40s, gpus_per_node: 4, nodes: 1, owned: { capex: 40000, years: 4, watts: 3000, usd_per_kwh: 0.12, pue: 1.3 } }]
workloads: [serve.yaml]
`
const FORECAST = `kind: forecast
start: 2027-01
months: 2
workloads: [{ scenario: serve.yaml, growth_percent_per_month: 8 }]
commitments: [on-demand, reserved-1y]
`
const OWN = 'provider,instance,gpu,gpu_count,usd_per_hour\nacme,x,h100-sxm-80gb,1,2.00\n'

beforeAll(() => {
  writeFileSync(at('serve.yaml'), scenario())
  writeFileSync(at('train.yaml'), trainScenario())
  writeFileSync(at('fleet.yaml'), FLEET)
  writeFileSync(at('forecast.yaml'), FORECAST)
  writeFileSync(at('prices.csv'), OWN)
})

const someLog = join(ROOT, 'test', 'logs', 'vllm', '0.7.1-qwen2.5-32b-l40s-tp2.log')

/** Every command that needs no network, in every form. */
const COMMANDS: readonly (readonly string[])[] = [
  ['serve.yaml'],
  ['train.yaml', '--format', 'csv'],
  ['fleet.yaml', '--format', 'markdown'],
  ['fleet.yaml', '--solver', 'highs', '--format', 'json'],
  ['forecast.yaml'],
  ['compare', 'serve.yaml', '--by', 'gpu'],
  ['diff', 'serve.yaml', 'serve.yaml', '--format', 'json'],
  ['whatif', 'serve.yaml', '--vary', 'price=-10%..+10%'],
  ['lock', 'serve.yaml'],
  ['estimate', 'llama-3.1-8b', '--gpu', 'l40s', '--context', '4096', '--concurrency', '4'],
  ['fit', 'llama-3.1-8b', '--gpu', 'l40s'],
  ['export', 'serve.yaml', '--to', 'kubernetes'],
  ['export', 'train.yaml', '--to', 'deepspeed'],
  ['init', 'serve', '--yes'],
  ['catalog', 'list', 'models'],
  ['catalog', 'show', 'h100-sxm-80gb'],
  ['catalog', 'check'],
  ['catalog', 'import', 'offers', 'prices.csv'],
  ['catalog', 'export', 'model', 'llama-3.1-8b'],
  ['check-log', someLog, '--gpu', 'l40s'],
  ['config'],
  ['schema'],
  ['completion', 'bash'],
  ['--help'],
]
/** Commands whose answer has no day. */
const TIMELESS = ['check-log', 'config', 'schema', 'completion', '--help']
const TIMELESS_OF_CATALOG = ['list', 'show', 'export']

async function run(args: readonly string[]): Promise<Printed> {
  const files = args.map((word) => (existsSync(at(word)) ? at(word) : word))
  const [first = '', second = ''] = args
  const takesDay = !TIMELESS.includes(first) && !(first === 'catalog' && TIMELESS_OF_CATALOG.includes(second))
  return call(files, takesDay ? '2026-11-21' : null)
}

/** Variables that others ask for on the way, none of which changes an answer. */
const OF_OTHERS = [
  // The parser of the command line: for the name in its own help and for its own completion, which are not used.
  ...['_', 'SHELL', 'ZSH_NAME', 'YARGS_DISABLE_WRAP', 'YARGS_MIN_NODE_VERSION'],
  // The YAML parser, for its authors.
  ...['LOG_STREAM', 'LOG_TOKENS'],
  // Colours and charts: whether a terminal is one, which the program decides itself, and whether to warn.
  ...['CI', 'NODE_ENV'],
  // Node, where it loads a module.
  ...['WATCH_REPORT_DEPENDENCIES', 'NODE_V8_COVERAGE'],
]
const DOCUMENTED = new Set([...ENVIRONMENT.flatMap(([names]) => names), ...OF_OTHERS])

function undocumented({ asked }: Observed): string[] {
  return [...asked].filter((name) => !DOCUMENTED.has(name) && !DOCUMENTED.has(name.toUpperCase()))
}

describe('no network, no process, no file and no variable of the environment but those documented', () => {
  test.each(COMMANDS.map((args) => ({ line: args.join(' ').replace(ROOT, '.'), args })))(
    'plan $line',
    async ({ line, args }) => {
      const printed: Printed[] = []
      const seen = await observe(async () => printed.push(await run(args)))
      expect([EXIT.ok, ...(line === 'catalog check' ? [EXIT.overCost] : [])], printed[0]?.stderr).toContain(
        printed[0]?.code,
      )
      expect(printed[0]?.stdout).not.toBe('')
      expect(seen.reached).toEqual([])
      expect(seen.written).toEqual([])
      expect(undocumented(seen)).toEqual([])
    },
  )

  test('of shipped scenarios too', async () => {
    const names = readdirSync(join(ROOT, 'scenarios')).filter((name) => name.endsWith('.yaml'))
    for (const name of names.slice(0, draws(2, names.length))) {
      const form = draws(0, 1) === 1 ? 'html' : 'text'
      const { reached, written } = await observe(() =>
        call([join(ROOT, 'scenarios', name), '--quiet', '--format', form]),
      )
      expect({ name, reached, written }).toEqual({ name, reached: [], written: [] })
    }
  })
})

describe('what is told to', () => {
  test('write, writes one file and says where by its flag', async () => {
    const { reached, written } = await observe(() => run(['serve.yaml', '--output', at('plan.txt')]))
    expect(reached).toEqual([])
    const calls = written.map((each) => each.split(' ')[0])
    expect(calls).toEqual(['openSync', 'writeFileSync', 'renameSync'])
    expect(readFileSync(at('plan.txt'), 'utf8')).toContain('serve')
  })

  test('read a model from a hub, tries to reach it, and ends with exit 2 where it cannot', async () => {
    const printed: Printed[] = []
    vi.stubEnv('XDG_CACHE_HOME', at('cache'))
    const seen = await observe(async () =>
      printed.push(await call(['catalog', 'import', 'model', 'some-organisation/some-model'], null)),
    )
    expect(printed[0]?.code).toBe(2)
    expect(seen.reached.length).toBeGreaterThan(0)
    expect(seen.written).toEqual([])
  })
})

describe('the clock', () => {
  test.each(['serve.yaml', 'train.yaml', 'forecast.yaml', 'lock serve.yaml', 'init forecast --yes'])(
    'plan %s: of two days decades apart the output is the same where --as-of says the day',
    async (line) => {
      const outputs: string[] = []
      for (const day of ['2001-02-03', '2099-12-31']) {
        vi.useFakeTimers({ toFake: ['Date'], now: new Date(`${day}T23:59:59Z`) })
        outputs.push((await run(line.split(' '))).stdout)
        vi.useRealTimers()
      }
      expect(outputs[0]).not.toBe('')
      expect(outputs[0]).toBe(outputs[1])
    },
  )
})

test('a home, a cache and a working directory that are empty stay so', () => {
  const [home, work] = [at('home'), at('work')]
  mkdirSync(home)
  mkdirSync(work)
  const env = {
    HOME: home,
    TMPDIR: work,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local'),
  }
  for (const args of [
    [at('serve.yaml'), '--quiet', ...AS_OF],
    ['catalog', 'list', 'gpus'],
  ]) {
    const { code, stderr } = plan(args, { cwd: work, env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }
  expect(readdirSync(home)).toEqual([])
  expect(readdirSync(work)).toEqual([])
})

test('every variable that the sources name is documented', () => {
  const sources = ['src', 'planners'].flatMap((each) =>
    readdirSync(join(ROOT, each), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, each, name), 'utf8')),
  )
  const named = sources.flatMap((text) => [...text.matchAll(/\benv\.([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name ?? ''))
  expect(named).toContain('NO_COLOR')
  expect([...new Set(named)].filter((name) => !DOCUMENTED.has(name))).toEqual([])
})
