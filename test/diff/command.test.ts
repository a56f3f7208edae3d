import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { scenario, trainScenario } from '../cli/binary.ts'
import { call } from '../cli/in-process.ts'

let folder: string
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-diff-'))
})

/** A provider with one kind of machine: an L40S at the given price. */
function overlay(name: string, usd: number, asOf: string): string {
  const directory = join(folder, name)
  mkdirSync(join(directory, 'offers'), { recursive: true })
  writeFileSync(
    join(directory, 'offers', 'cellar.yaml'),
    `provider: cellar
as_of: ${asOf}
offers:
  - { instance: one-l40s, gpu: l40s, gpu_count: 1, region: eu, usd_per_hour: { on-demand: ${usd} }, confidence: high, source: test }
`,
  )
  return directory
}

const CELLAR = 'search: { providers: [cellar], quantization: [fp8], kv_cache: [bf16] }'
const cellar = (requestsPerSecond: number): string =>
  scenario()
    .replace(/^search:.*$/m, CELLAR)
    .replace('requests_per_second: 1', `requests_per_second: ${requestsPerSecond}`)

describe('plan diff OLD NEW', () => {
  test('of a scenario and its own saved result: no changes, exit 0', async () => {
    const path = file('same.yaml', scenario())
    const saved = join(folder, 'same.json')
    expect((await call([path, '--format', 'json', '--output', saved])).code).toBe(0)
    const { code, stdout } = await call(['diff', saved, path])
    expect(code).toBe(0)
    expect(stdout).toBe('same: no changes\n')
  })

  test('a price list that moved by a quarter is all price; a busier service at one list is all configuration', async () => {
    const path = file('cellar.yaml', cellar(1))
    const saved = join(folder, 'cellar.json')
    await call([path, '--format', 'json', '--output', saved, '--catalog', overlay('then', 1, '2026-10-01')])
    const now = overlay('now', 1.25, '2026-11-20')
    const { code, stdout } = await call(['diff', saved, path, '--catalog', now, '--format', 'json'])
    expect(code).toBe(0)
    const [diff] = JSON.parse(stdout).diffs
    expect(diff.money[0]).toMatchObject({ figure: 'usd_per_hour', share: 0.25 })
    expect(diff.effects).toMatchObject({ price_usd: diff.money[0].delta, configuration_usd: 0 })
    expect(diff.changes).toContainEqual(
      expect.objectContaining({ section: 'prices', key: 'price_as_of', old: '2026-10-01', new: '2026-11-20' }),
    )
    const busy = file('cellar-busy.yaml', cellar(40))
    const other = JSON.parse((await call(['diff', path, busy, '--catalog', now, '--format', 'json'])).stdout).diffs[0]
    expect(other.money[0].delta).toBeGreaterThan(0)
    expect(other.effects).toMatchObject({ price_usd: 0, configuration_usd: other.money[0].delta })
    // Both at once: the parts are the old machines' dearer hour, and the machines that were added at the new price.
    const both = JSON.parse((await call(['diff', saved, busy, '--catalog', now, '--format', 'json'])).stdout).diffs[0]
    const { old, new: next } = both.money[0]
    expect(both.effects.price_usd).toBeCloseTo(old * 0.25, 9)
    expect(both.effects.configuration_usd).toBeCloseTo(next - old * 1.25, 9)
  })

  test('--fail-on ends with 4 and says so on standard error, the comparison printed all the same', async () => {
    const path = file('cheap.yaml', cellar(1))
    const busy = file('dear.yaml', cellar(40))
    const catalog = ['--catalog', overlay('gate', 1, '2026-11-20')]
    const failed = await call(['diff', path, busy, '--fail-on', 'cost>+5%', '--fail-on', 'gpus>1000', ...catalog])
    expect(failed.code).toBe(4)
    expect(failed.stderr).toMatch(/dear: --fail-on cost>\+5%: the cost an hour is up by \d/)
    expect(failed.stdout).toContain('✔ gpus>1000')
    expect((await call(['diff', busy, path, '--fail-on', 'cost>+5%', ...catalog])).code).toBe(0)
    expect((await call(['diff', path, busy, '--fail-on', 'cots>1', ...catalog])).code).toBe(2)
  })

  test('exit 3 where the new one has no plan and the old one had; kinds that differ and unreadable files exit 2', async () => {
    const path = file('fine.yaml', scenario())
    const hopeless = file('hopeless.yaml', scenario('latency: { tpot_ms: 0.001 }\n'))
    expect((await call(['diff', path, hopeless])).code).toBe(3)
    expect((await call(['diff', hopeless, path])).code).toBe(0)
    const kinds = await call(['diff', path, file('train.yaml', trainScenario())])
    expect(kinds.code).toBe(2)
    expect(kinds.stderr).toContain('train.yaml: a train cannot be compared with a serve')
    const unread = await call(['diff', join(folder, 'nowhere.yaml'), join(folder, 'nothing.json')])
    expect(unread.code).toBe(2)
    expect(unread.stderr).toContain('nowhere.yaml')
    expect(unread.stderr).toContain('nothing.json')
    expect((await call(['diff', path])).code).toBe(2)
  })

  test('prints the same bytes twice', async () => {
    const path = file('twice.yaml', scenario())
    const other = file('other.yaml', scenario('redundancy: 1\n'))
    const [first, second] = [await call(['diff', path, other]), await call(['diff', path, other])]
    expect(first.stdout).toBe(second.stdout)
    expect(first.stdout).toContain('Configuration')
  })
})
