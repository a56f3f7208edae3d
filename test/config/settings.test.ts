import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config/read.ts'
import { configJsonSchema } from '../../src/config/schema.ts'
import { listOf, SETTINGS } from '../../src/config/settings.ts'
import { loadSettings } from '../../src/io/config.ts'

let root = ''
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'plan-settings-')))
  // A repository of its own, so that what stands above the temporary folder is not looked at.
  mkdirSync(join(root, '.git'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

async function settings(at = '.', env: Record<string, string> = {}) {
  const { resolved, files } = await loadSettings({
    env: { HOME: join(root, 'home'), ...env },
    workingDirectory: join(root, at),
  })
  const held = Object.fromEntries(
    resolved.flatMap((each) => {
      const last = each.values.at(-1)
      return last === undefined ? [] : [[each.setting.key, each.setting.adds === true ? listOf(each) : last.value]]
    }),
  )
  const origins = Object.fromEntries(
    resolved
      .filter(({ values }) => values.length > 0)
      .map((each) => [each.setting.key, each.values.map(({ origin }) => origin)]),
  )
  return { held, origins, resolved, files }
}

describe('where settings are looked for', () => {
  test('nothing anywhere: nothing holds', async () => {
    const { held, files } = await settings()
    expect(held).toEqual({})
    expect(files.map(({ exists }) => exists)).toEqual([false, false])
  })

  test('the nearest project file counts, from the working directory upwards', async () => {
    write('plan.config.yaml', 'top: 1\n')
    write('a/plan.config.yaml', 'top: 2\n')
    mkdirSync(join(root, 'a/b/c'), { recursive: true })
    expect((await settings('a/b/c')).held).toEqual({ top: 2 })
    expect((await settings('a/b/c')).origins).toEqual({ top: ['../../plan.config.yaml:1:1'] })
    mkdirSync(join(root, 'x'))
    expect((await settings('x')).held).toEqual({ top: 1 })
  })

  test('above the top of the repository nothing is looked for; its top itself is', async () => {
    write('plan.config.yaml', 'top: 1\n')
    mkdirSync(join(root, 'repo/.git'), { recursive: true })
    mkdirSync(join(root, 'repo/src'))
    expect((await settings('repo/src')).held).toEqual({})
    write('repo/plan.config.yaml', 'top: 3\n')
    expect((await settings('repo/src')).held).toEqual({ top: 3 })
  })

  test('the user file: XDG_CONFIG_HOME, else ~/.config; a relative XDG_CONFIG_HOME is ignored', async () => {
    write('home/.config/gpu-plan/config.yaml', 'top: 1\n')
    write('xdg/gpu-plan/config.yaml', 'top: 2\n')
    expect((await settings()).held).toEqual({ top: 1 })
    expect((await settings('.', { XDG_CONFIG_HOME: join(root, 'xdg') })).held).toEqual({ top: 2 })
    expect((await settings('.', { XDG_CONFIG_HOME: 'xdg' })).held).toEqual({ top: 1 })
    expect((await settings('.', { XDG_CONFIG_HOME: join(root, 'none') })).held).toEqual({})
  })
})

describe('which value holds', () => {
  test('environment over project over user, and what is overridden is known', async () => {
    write('home/.config/gpu-plan/config.yaml', 'top: 1\nmax_cost: 9\nprices: { discount_percent: 5 }\n')
    write('plan.config.yaml', 'top: 2\nprices: { discount_percent: 10, max_age_days: 30 }\n')
    const { held, origins, resolved } = await settings('.', { PLAN_TOP: '3', PLAN_MIN_CONFIDENCE: '' })
    expect(held).toEqual({
      top: 3,
      max_cost: 9,
      'prices.discount_percent': 10,
      'prices.max_age_days': 30,
    })
    expect(origins.top).toEqual(['$PLAN_TOP'])
    expect(origins['prices.max_age_days']).toEqual(['plan.config.yaml:2:33'])
    const top = resolved.find(({ setting }) => setting.key === 'top')
    expect(top?.overridden.map(({ value, layer }) => [value, layer])).toEqual([
      [1, 'user file'],
      [2, 'project file'],
    ])
  })

  test('catalogs of all layers add up, relative to their file, the strongest on top', async () => {
    for (const name of ['home/.config/gpu-plan/mine', 'a/ours', 'a/b/env', 'abs', 'home/tilde'])
      mkdirSync(join(root, name), { recursive: true })
    write('home/.config/gpu-plan/config.yaml', 'catalogs: [mine]\n')
    write('a/plan.config.yaml', `catalogs: [./ours, ${JSON.stringify(join(root, 'abs'))}]\n`)
    const { held } = await settings('a/b', { PLAN_CATALOGS: 'env' })
    expect(held.catalogs).toEqual(['../../home/.config/gpu-plan/mine', '../ours', '../../abs', 'env'])
  })

  test('lists in the environment stand with commas', async () => {
    const { held } = await settings('.', { PLAN_EXCLUDE_PROVIDERS: 'vast, runpod' })
    expect(held).toEqual({ 'search.exclude_providers': ['vast', 'runpod'] })
  })

  test('a file of comments states nothing', async () => {
    write('plan.config.yaml', '# nothing yet\n\n---\n')
    expect((await settings()).held).toEqual({})
  })
})

describe('what is wrong is said with its place', () => {
  test.each<[string, string, RegExp]>([
    ['an unknown key', 'top: 2\ncatalog: [x]\n', /^plan\.config\.yaml:2:1: .*"catalog".*did you mean "catalogs"/],
    ['a nested one', 'prices: { discount: 5 }\n', /^plan\.config\.yaml:1:11: .*"discount"/],
    ['a value out of range', 'top: -1\n', /^plan\.config\.yaml:1:6: .*at least 0/],
    ['too many', 'top: 5000\n', /at most 1,000/],
    ['a discount of everything', 'prices: { discount_percent: 100 }\n', /^plan\.config\.yaml:1:29: /],
    ['no amount', 'max_cost: cheap\n', /^plan\.config\.yaml:1:11: max_cost: expected an amount of US dollars above 0/],
    ['no time', 'time_limit: soon\n', /expected seconds above 0, or a time as 30s or 2m/],
    ['no map', '- top: 1\n', /^plan\.config\.yaml:1:1: a configuration is a map of keys/],
    ['no YAML', 'top: [1\n', /^plan\.config\.yaml:\d+:\d+: not valid YAML/],
    [
      'a catalog that is not there',
      'top: 1\ncatalogs:\n  - ./nowhere\n',
      /^plan\.config\.yaml:2:1: the catalog "\.\/nowhere" is not a directory/,
    ],
  ])('%s', async (_, text, message) => {
    write('plan.config.yaml', text)
    await expect(settings()).rejects.toThrow(message)
  })

  test('a directory, a link to itself, a link that leads nowhere', async () => {
    mkdirSync(join(root, 'a/plan.config.yaml'), { recursive: true })
    await expect(settings('a')).rejects.toThrow(/plan\.config\.yaml: the file is a directory, not a file/)
    mkdirSync(join(root, 'b'))
    symlinkSync('plan.config.yaml', join(root, 'b/plan.config.yaml'))
    await expect(settings('b')).rejects.toThrow(/plan\.config\.yaml: the file has no usable name/)
    mkdirSync(join(root, 'c'))
    symlinkSync('gone.yaml', join(root, 'c/plan.config.yaml'))
    await expect(settings('c')).rejects.toThrow(/plan\.config\.yaml: the file does not exist/)
  })

  test('a variable is named', async () => {
    await expect(settings('.', { PLAN_TOP: 'many' })).rejects.toThrow(/^\$PLAN_TOP: top: expected a number/)
    await expect(settings('.', { PLAN_MIN_CONFIDENCE: 'hihg' })).rejects.toThrow(
      /\$PLAN_MIN_CONFIDENCE: .*did you mean "high"/,
    )
  })
})

test('every setting is a key of the schema, and every key of the schema is a setting', () => {
  const { properties } = configJsonSchema() as { properties: Record<string, { properties?: Record<string, unknown> }> }
  const keys = Object.entries(properties).flatMap(([key, { properties: inner }]) =>
    inner === undefined ? [key] : Object.keys(inner).map((name) => `${key}.${name}`),
  )
  expect(keys.sort()).toEqual(SETTINGS.map(({ key }) => key).sort())
})

test('the settings in the documentation are read, every one of them', () => {
  const text = readFileSync(new URL('../../docs/prices.md', import.meta.url), 'utf8')
  const example = /```yaml\n(catalogs:[\s\S]*?)```/.exec(text)?.[1] ?? ''
  const keys = readConfig(example, 'plan.config.yaml', 'project file').map(({ key }) => key)
  expect(keys.sort()).toEqual(SETTINGS.map(({ key }) => key).sort())
})
