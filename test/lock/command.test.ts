import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { call } from '../cli/in-process.ts'

let folder: string
const at = (name: string): string => join(folder, name)

/** Two sellers of the same machine. */
function market(name: string, alpha: number, beta: number, asOf: string): string[] {
  mkdirSync(at(`${name}/offers`), { recursive: true })
  for (const [provider, usd] of Object.entries({ alpha, beta })) {
    const machine = `{ instance: one, gpu: l40s, gpu_count: 1, region: eu, usd_per_hour: { on-demand: ${usd} }, confidence: high, source: test }`
    writeFileSync(
      at(`${name}/offers/${provider}.yaml`),
      `provider: ${provider}\nas_of: ${asOf}\noffers:\n  - ${machine}\n`,
    )
  }
  return ['--catalog', at(name)]
}

const SCENARIO = `kind: serve
model: llama-3.1-8b
context: 4096
traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 }
search: { providers: [alpha, beta], quantization: [fp8], kv_cache: [bf16] }
`

let then: string[]
let now: string[]
let lockFile: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plan-lock-'))
  then = market('then', 1, 1.1, '2026-11-01')
  now = market('now', 1.3, 1.05, '2026-12-01')
  writeFileSync(at('a.yaml'), SCENARIO)
  writeFileSync(at('b.yaml'), `${SCENARIO}redundancy: 1\n`)
  lockFile = at('plan.lock.yaml')
  const { code } = await call(['lock', at('a.yaml'), at('b.yaml'), '--output', lockFile, ...then])
  expect(code).toBe(0)
})

describe('plan lock and --locked', () => {
  test('the same run has the same bytes, scenarios beside the file by their own names', async () => {
    const { stdout } = await call(['lock', at('b.yaml'), at('a.yaml'), ...then])
    const text = readFileSync(lockFile, 'utf8')
    expect(text).toContain('file: a.yaml')
    expect(stdout.replaceAll(/file: .*\//g, 'file: ')).toBe(text)
  })

  test('plans at the locked price and seller when another one has become cheaper', async () => {
    const open = JSON.parse((await call([at('a.yaml'), '--format', 'json', ...now], '2026-12-02')).stdout)
    expect(open.best.placement.provider).toBe('beta')
    const args = [at('a.yaml'), '--lock-file', lockFile, '--format', 'json', ...now]
    const { code, stdout, stderr } = await call(args, '2026-12-02')
    expect(code).toBe(0)
    const { best } = JSON.parse(stdout)
    expect([best.placement.provider, best.cost.usd_per_hour, best.cost.price_as_of]).toEqual(['alpha', 1, '2026-11-01'])
    expect(stderr).toContain('the catalog has changed since it was locked: offers')
    expect((await call(args, '2027-03-01')).stdout).toBe(stdout)
  })

  test('a changed scenario ends with 2 and its key; a scenario that is not in the file, too', async () => {
    const changed = await call([at('a.yaml'), '--lock-file', lockFile, '--set', 'context=8192', ...now])
    expect(changed.code).toBe(2)
    expect(changed.stderr).toContain('context is 8192')
    writeFileSync(at('c.yaml'), SCENARIO)
    const absent = await call([at('c.yaml'), '--lock-file', lockFile, ...now])
    expect(absent.code).toBe(2)
    expect(absent.stderr).toContain('it holds a.yaml, b.yaml')
    expect((await call([at('a.yaml'), '--lock-file', at('nowhere.yaml')])).code).toBe(2)
  })
})

describe('plan lock --check', () => {
  test('where nothing moved says so', async () => {
    const { code, stdout } = await call(['lock', '--check', lockFile, ...then])
    expect(code).toBe(0)
    expect(stdout).toBe(
      'a: $1.00/h, as it was locked\nIt is still the best plan.\n\nb: $2.00/h, as it was locked\nIt is still the best plan.\n',
    )
  })

  test('says the price then and now, what is cheaper, and what moved: +30%, beta saves $0.25', async () => {
    const check = ['lock', '--check', lockFile, ...now]
    const { code, stdout } = await call([...check, '--format', 'json'], '2026-12-02')
    expect(code).toBe(0)
    const [a] = JSON.parse(stdout).locked
    expect(a).toMatchObject({
      locked_usd: 1,
      now_usd: 1.3,
      price: { old_as_of: '2026-11-01', new_as_of: '2026-12-01' },
    })
    expect(a.share).toBeCloseTo(0.3, 9)
    expect(a.saving_usd).toBeCloseTo(0.25, 9)
    expect(a.best).toMatchObject({ same: false, usd: 1.05, plan: { placement: { provider: 'beta' } } })
    expect(a.moved).toEqual({ catalog: ['offers'], model: [], scenario: [], tool: null })
    const text = (await call(check, '2026-12-02')).stdout
    expect(text).toMatch(/^a: locked at \$1\.00\/h, now \$1\.30\/h \(\+\$0\.30, \+30%\)\n~ alpha\/one\/eu, on-demand/)
    expect(text).toContain('$0.25/h less')
    const markdown = (await call([...check, '--format', 'markdown'], '2026-12-02')).stdout
    expect(markdown).toContain('<details><summary>What moved')
  })

  test('--fail-on ends with 4', async () => {
    const check = ['lock', '--check', lockFile, ...now]
    expect((await call([...check, '--fail-on', 'cost>+20%'], '2026-12-02')).code).toBe(4)
    expect((await call([...check, '--fail-on', 'cost>+40%'], '2026-12-02')).code).toBe(0)
    expect((await call([...check, '--fail-on', 'gpus>+1'], '2026-12-02')).code).toBe(2)
  })

  test('a scenario file that moved on is said, and the locked one priced; a file that is gone as well', async () => {
    writeFileSync(at('d.yaml'), SCENARIO)
    const own = at('own.lock.json')
    await call(['lock', at('d.yaml'), '--output', own, ...then])
    expect(JSON.parse(readFileSync(own, 'utf8')).version).toBe(1)
    writeFileSync(at('d.yaml'), SCENARIO.replace('4096', '8192'))
    expect((await call(['lock', '--check', own, ...then])).stdout).toContain("the scenario's file: context;")
    rmSync(at('d.yaml'))
    expect((await call(['lock', '--check', own, ...then])).stdout).toContain("the scenario's file is gone")
  })

  test('an offer that is sold no more, and a scenario that has no plan', async () => {
    const gone = market('gone', 1, 1, '2026-12-01')
    rmSync(at('gone/offers/alpha.yaml'))
    const narrow = at('narrow.lock.yaml')
    await call(['lock', at('a.yaml'), '--output', narrow, ...then])
    const { stdout, code } = await call(['lock', '--check', narrow, ...gone])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    writeFileSync(at('hopeless.yaml'), `${SCENARIO}latency: { tpot_ms: 0.001 }\n`)
    const none = await call(['lock', at('hopeless.yaml'), ...then])
    expect([none.code, none.stdout]).toEqual([2, ''])
  })
})
