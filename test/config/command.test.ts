import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AS_OF, plan, scenario } from '../cli/binary.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-config-'))
  mkdirSync(join(folder, '.git'))
  mkdirSync(join(folder, 'mine'))
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'serve.yaml'), scenario())
  writeFileSync(
    join(folder, 'mine', 'acme.yaml'),
    'provider: acme\nas_of: 2026-11-20\noffers:\n  - { instance: cheap, gpu: l40s, gpu_count: 1, region: r, usd_per_hour: { on-demand: 0.2 }, confidence: high, source: s }\n',
  )
  writeFileSync(
    join(folder, 'plan.config.yaml'),
    'catalogs: [mine]\ntop: 1\nprices: { discount_percent: 50 }\nsearch: { exclude_providers: [vast] }\n',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = (args: readonly string[], cwd = 'sub', env: Record<string, string> = {}) =>
  plan([...args, ...AS_OF], { cwd: join(folder, cwd), env })
const planned = (args: readonly string[], env: Record<string, string> = {}) => {
  const { stdout, stderr, code } = run(['../serve.yaml', '--format', 'json', ...args], 'sub', env)
  return { result: JSON.parse(stdout), stderr, code }
}

describe('settings in a plan', () => {
  test('the overlay, the number of alternatives and the discount count, and standard error says so', () => {
    const { result, stderr } = planned([])
    expect(result.best.placement).toMatchObject({ provider: 'acme', instance: 'cheap' })
    // Half of $0.20.
    expect(result.best.cost.usd_per_hour).toBeCloseTo(0.1 * result.best.placement.instances, 12)
    expect(result.alternatives).toHaveLength(1)
    expect(stderr).toContain(
      'settings: catalogs ../mine (../plan.config.yaml:1:1); top 1 (../plan.config.yaml:2:1); prices.discount_percent 50 (../plan.config.yaml:3:11) where the scenario says nothing',
    )
  })

  test('what the plan follows from stands among its assumptions, what only changes the report does not', () => {
    const settings = (result: { assumptions: string[] }) =>
      result.assumptions.filter((each) => each.startsWith('setting: '))
    expect(settings(planned([]).result)).toEqual([
      'setting: catalogs ../mine (../plan.config.yaml:1:1)',
      'setting: prices.discount_percent 50 (../plan.config.yaml:3:11) where the scenario says nothing',
      'setting: search.exclude_providers vast (../plan.config.yaml:4:11) where the scenario says nothing',
    ])
    expect(settings(planned(['--quiet']).result)).toHaveLength(3)
    expect(settings(planned(['--no-config']).result)).toEqual([])
  })

  test('the catalog hash is that of the overlay given as a flag', () => {
    const flagged = planned(['--no-config', '--catalog', '../mine'])
    expect(planned([]).result.catalog.hash).toBe(flagged.result.catalog.hash)
    expect(planned(['--no-config']).result.catalog.hash).not.toBe(flagged.result.catalog.hash)
  })

  test('--no-config uses none and says none', () => {
    const { result, stderr } = planned(['--no-config'])
    expect(result.best.placement.provider).not.toBe('acme')
    expect(result.alternatives.length).toBeGreaterThan(1)
    expect(stderr).not.toContain('settings:')
  })

  test('flag over environment over file; a scenario that states a price setting keeps it', () => {
    expect(planned([], { PLAN_TOP: '2' }).result.alternatives).toHaveLength(2)
    expect(planned(['--top', '3'], { PLAN_TOP: '2' }).result.alternatives).toHaveLength(3)
    const own = planned(['--set', 'prices.discount_percent=0']).result
    expect(own.best.cost.usd_per_hour).toBeCloseTo(0.2 * own.best.placement.instances, 12)
  })

  test('--quiet says nothing, a wrong file ends with 2 and its place, help works all the same', () => {
    expect(run(['../serve.yaml', '--quiet', '--format', 'json']).stderr).toBe('')
    mkdirSync(join(folder, 'wrong'))
    writeFileSync(join(folder, 'wrong', 'plan.config.yaml'), 'topp: 1\n')
    const { code, stdout, stderr } = run(['../serve.yaml'], 'wrong')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe('plan.config.yaml:1:1: unknown key "topp" (did you mean "top"?)\n')
    expect(plan(['--help'], { cwd: join(folder, 'wrong') }).code).toBe(0)
  })

  test('a provider that does not exist is refused with the setting', () => {
    const { code, stderr } = run(['../serve.yaml'], 'sub', { PLAN_EXCLUDE_PROVIDERS: 'vats' })
    expect(code).toBe(2)
    expect(stderr).toMatch(/setting search\.exclude_providers: .*did you mean "vast"\?/)
  })

  test('a fleet takes the settings that it knows', () => {
    const fleet = join(process.cwd(), 'scenarios', 'fleet-onprem.yaml')
    const { code, stderr } = plan([fleet, '--quiet', ...AS_OF], { cwd: join(folder, 'sub') })
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('plan config', () => {
  test('each setting with its value and origin', () => {
    const { code, stdout } = plan(['config'], { cwd: join(folder, 'sub') })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^top +1 +\.\.\/plan\.config\.yaml:2:1$/m)
    expect(stdout).toMatch(/^prices\.max_age_days +365 +built in$/m)
    expect(stdout).toMatch(/^project file: \.\.\/plan\.config\.yaml$/m)
    expect(stdout).toMatch(/^user file: .*no-settings\/gpu-plan\/config\.yaml \(none\)$/m)
  })

  test('as data', () => {
    const { stdout } = plan(['config', '--format', 'json'], { cwd: join(folder, 'sub'), env: { PLAN_TOP: '4' } })
    const { settings } = JSON.parse(stdout)
    const top = settings.find(({ key }: { key: string }) => key === 'top')
    expect(top).toEqual({
      key: 'top',
      value: 4,
      built_in: '5',
      environment: 'PLAN_TOP',
      origins: [{ layer: 'environment', origin: '$PLAN_TOP' }],
      overridden: [{ layer: 'project file', origin: '../plan.config.yaml:2:1', value: 1 }],
    })
  })

  test('--no-config reads nothing, not even a wrong file; --schema is the JSON Schema', () => {
    const { code, stdout } = plan(['config', '--no-config'], { cwd: join(folder, 'wrong') })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^top +5 +built in$/m)
    expect(JSON.parse(plan(['config', '--schema']).stdout)).toMatchObject({
      type: 'object',
      additionalProperties: false,
    })
  })
})
