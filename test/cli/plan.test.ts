import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { resultSchema } from '../../src/result/plan.ts'
import { AS_OF, plan, ROOT, scenario, start } from './binary.ts'

let folder: string
let file: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-cli-'))
  file = join(folder, 'small.yaml')
  writeFileSync(file, scenario())
})

describe('plan SCENARIO', () => {
  test('prints the plan on standard output and the elapsed time on standard error, exit 0', () => {
    const { code, stdout, stderr } = plan([file, ...AS_OF])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^small: \d+ x \S+ on /)
    expect(stdout).toContain('Launch one replica\nvllm serve')
    expect(stderr).toMatch(/^small: planned in .* m?s\n$/)
  })

  test('the shipped scenario fits 80 columns but for the launch command', () => {
    const { code, stdout } = plan(['scenarios/serve-70b.yaml', ...AS_OF])
    expect(code).toBe(0)
    const [report = ''] = stdout.split('Launch one replica')
    expect(report.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })

  test('--quiet leaves standard error empty', () => {
    expect(plan([file, '--quiet', ...AS_OF]).stderr).toBe('')
  })

  test('--format json is one valid document, the same bytes twice', () => {
    const once = plan([file, '--format', 'json', ...AS_OF])
    const again = plan([file, '--format', 'json', ...AS_OF])
    expect(once.stdout).toBe(again.stdout)
    expect(resultSchema.parse(JSON.parse(once.stdout)).status).toBe('optimal')
  })

  test('--explain puts the formulas in, and only then', () => {
    const json = (more: string[]) => JSON.parse(plan([file, '--format', 'json', ...more, ...AS_OF]).stdout)
    expect(json(['--explain']).best.memory.terms[0].formula).toMatch(/ x /)
    expect(json([]).best.memory.terms[0]).not.toHaveProperty('formula')
  })

  test('--top limits the alternatives, --exhaustive changes none of them', () => {
    const json = (more: string[]) => JSON.parse(plan([file, '--format', 'json', ...more, ...AS_OF]).stdout)
    const two = json(['--top', '2'])
    expect(two.alternatives).toHaveLength(2)
    expect(json(['--top', '0']).alternatives).toEqual([])
    const exhaustive = json(['--top', '2', '--exhaustive'])
    expect(exhaustive.best).toEqual(two.best)
    expect(exhaustive.alternatives).toEqual(two.alternatives)
  })

  test('reads standard input for "-"', () => {
    const { code, stdout } = plan(['-', ...AS_OF], { input: scenario('name: piped\n') })
    expect(code).toBe(0)
    expect(stdout.startsWith('piped: ')).toBe(true)
  })

  test('--set changes the scenario: ten times the traffic costs more', () => {
    const cost = (more: string[]) =>
      JSON.parse(plan([file, '--format', 'json', ...more, ...AS_OF]).stdout).best.cost.usd_per_hour
    expect(cost(['--set', 'traffic.requests_per_second=100'])).toBeGreaterThan(cost([]))
  })

  test('--output writes the file whole and nothing else, standard output stays empty', () => {
    const output = join(folder, 'result.csv')
    const { code, stdout } = plan([file, '--format', 'csv', '--output', output, ...AS_OF])
    expect(code).toBe(0)
    expect(stdout).toBe('')
    expect(readFileSync(output, 'utf8')).toMatch(/^scenario,status,role,rank,/)
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([])
    expect(plan([file, '--output', '/dev/null', ...AS_OF]).code).toBe(0)
  })

  test('colours neither in a pipe nor under --no-color and NO_COLOR', () => {
    const colored = (args: string[], env: Record<string, string>) =>
      plan([file, ...args, ...AS_OF], { env }).stdout.includes('\u001b[')
    expect(colored([], {})).toBe(false)
    expect(colored([], { FORCE_COLOR: '1' })).toBe(true)
    expect(colored(['--no-color'], { FORCE_COLOR: '1' })).toBe(false)
    expect(colored([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
  })
})

describe('exit codes', () => {
  const impossible = [
    '--set',
    'search.max_gpus=1',
    '--set',
    'search.gpus=[l4]',
    '--set',
    'context=131072',
    '--set',
    'traffic.concurrency=100000',
  ]

  test('3 where nothing fits, with the report of what binds', () => {
    const { code, stdout } = plan([file, ...impossible, ...AS_OF])
    expect(code).toBe(3)
    expect(stdout).toMatch(/^No plan for small: /)
  })

  test('4 over --max-cost, still with the plan; 0 at the limit', () => {
    const { usd_per_hour } = JSON.parse(plan([file, '--format', 'json', ...AS_OF]).stdout).best.cost
    const over = plan([file, '--max-cost', String(usd_per_hour * 0.99), ...AS_OF])
    expect(over.code).toBe(4)
    expect(over.stdout).toMatch(/^small: /)
    expect(over.stderr).toContain('is over --max-cost')
    expect(plan([file, '--max-cost', String(usd_per_hour), ...AS_OF]).code).toBe(0)
  })

  test('of several scenarios the worst: 2 over 3 over 4 over 0, all reported', () => {
    const hopeless = join(folder, 'hopeless.yaml')
    writeFileSync(hopeless, scenario().replace('context: 4096', 'context: 4096\nlatency: { tpot_ms: 0.001 }'))
    const both = plan([file, hopeless, '--max-cost', '0.01', ...AS_OF])
    expect(both.code).toBe(3)
    expect(both.stdout).toContain('Comparison\n')
    const broken = plan([file, hopeless, join(folder, 'absent.yaml'), ...AS_OF])
    expect(broken.code).toBe(2)
    expect(broken.stdout).toBe('')
    expect(broken.stderr).toContain('absent.yaml: the file does not exist')
  })

  test('a reader that goes away ends the program quietly', async () => {
    const child = start(['catalog', 'list', 'offers'])
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk)
    })
    child.stdout.destroy()
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })

  test('an interrupt ends it at once, as the shell reports with 130', async () => {
    const child = start(['-'])
    await new Promise((resolve) => setTimeout(resolve, 500))
    child.kill('SIGINT')
    const signal = await new Promise((resolve) => child.on('close', (_code, name) => resolve(name)))
    expect(signal).toBe('SIGINT')
  })
})

describe('bad input: exit 2, one line a problem, nothing on standard output', () => {
  test.each<[string, string[], RegExp]>([
    ['no scenario', [], /^plan: which scenario\?/],
    ['a flag of one letter', ['x.yaml', '-v'], /^plan: unknown flag -v \(plan --help lists the flags\)\n$/],
    ['a misspelt flag', ['x.yaml', '--topp', '3'], /^plan: unknown flag --topp \(did you mean "--top"\?\)\n$/],
    ['not a number', ['x.yaml', '--top', 'abc'], /^plan: --top takes a whole number of at least 0, got "abc"\n$/],
    ['a hexadecimal number', ['x.yaml', '--top', '0x10'], /got "0x10"/],
    [
      'a negative number',
      ['x.yaml', '--max-cost', '-5'],
      /^plan: --max-cost takes an amount of US dollars above 0, got "-5"\n$/,
    ],
    ['a price that is not one', ['x.yaml', '--max-cost', 'NaN'], /got "NaN"/],
    ['a repeated flag', ['x.yaml', '--top', '1', '--top', '2'], /^plan: --top is given 2 times; it takes one value\n$/],
    ['a flag without value', ['x.yaml', '--top'], /^plan: --top needs a value\n$/],
    ['no such day', ['x.yaml', '--as-of', '2026-02-30'], /YYYY-MM-DD, got "2026-02-30"/],
    ['no such form', ['x.yaml', '--format', 'jsn'], /did you mean "json"\?/],
    ['a misspelt command', ['estimat', 'llama-3-70b'], /did you mean "estimate"\?/],
    [
      'a missing file',
      ['scenarios/serve-70b.yml'],
      /^scenarios\/serve-70b\.yml: the file does not exist \(did you mean "scenarios\/serve-70b\.yaml"\?\)\n$/,
    ],
    ['no such objective', ['scenarios/serve-8b.yaml', '--objective', 'cots'], /did you mean "cost"\?/],
    ['no such key to set', ['scenarios/serve-8b.yaml', '--set', 'modle=x'], /unknown key "modle"/],
    [
      'no such catalog',
      ['scenarios/serve-8b.yaml', '--catalog', '/nowhere'],
      /\/nowhere: the directory does not exist/,
    ],
  ])('%s', (_name, args, message) => {
    const { code, stdout, stderr } = plan(args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  test('a mistake in the scenario is placed at file:line:column', () => {
    const wrong = join(folder, 'wrong.yaml')
    writeFileSync(wrong, scenario().replace('h100-sxm-80gb', 'h100-sxm-80bg'))
    const { code, stdout, stderr } = plan([wrong, '--format', 'json', ...AS_OF])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/wrong\.yaml:5:\d+: .*h100-sxm-80bg.*did you mean "h100-sxm-80gb"/)
  })
})

describe('help', () => {
  test('begins with three examples and ends with the exit codes, within 80 columns', () => {
    const { code, stdout } = plan(['--help'])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('Examples:')
    expect(lines.slice(1, 4).every((line) => line.startsWith('  plan '))).toBe(true)
    expect(lines.at(-1)).toBe('  4  feasible, but over --max-cost')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  test.each(['compare', 'estimate', 'fit', 'catalog', 'schema', 'completion'])(
    'plan %s --help has an example',
    (command) => {
      expect(plan([command, '--help']).stdout).toMatch(new RegExp(`^Examples?:\\n  .*plan ${command}`))
    },
  )

  test('--version is that of the package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(plan(['--version']).stdout).toBe(`${version}\n`)
  })
})
