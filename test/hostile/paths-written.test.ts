import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { idOf } from '../../src/importing/models/imported.ts'
import { providerId } from '../../src/importing/offers/providers.ts'
import { Cache } from '../../src/io/hub/cache.ts'
import { repositoryName } from '../../src/io/hub.ts'
import { call } from '../cli/in-process.ts'
import { HOSTILE_NAMES } from './names.ts'
import { at, everything, put, useScratchFolder } from './scratch-folder.ts'

const CONFIG = fileURLToPath(new URL('../fixtures/configs/Qwen--Qwen3-0.6B.json', import.meta.url))

useScratchFolder()

describe('what is written stays below the place that was named', () => {
  /** Names that would lead out of a folder if they were taken for paths. */
  const OUT = [
    '../../evil',
    '/etc/evil',
    '..\\..\\evil',
    'C:\\evil',
    '..%2f..%2fevil',
    '..',
    '.',
    'con',
    'NUL.yaml',
    'a/b',
    '.hidden',
    ...Object.values(HOSTILE_NAMES),
  ]

  test('ids and providers made from names are plain words', () => {
    for (const name of OUT) {
      expect(idOf(name)).toMatch(/^[a-z0-9][a-z0-9._+-]{0,79}$/)
      expect(providerId(name)).toMatch(/^([a-z0-9][a-z0-9._+-]*)?$/)
    }
  })

  test('an id that is given is refused where it is not plain', async () => {
    mkdirSync(at('model'))
    cpSync(CONFIG, at('model/config.json'))
    for (const id of ['../../evil', '/evil', '..', 'a\\b', '..%2fx', 'A', 'a b']) {
      const { code } = await call(['catalog', 'import', 'model', at('model'), '--id', id, '--output', at('mine')], null)
      expect([id, code, existsSync(at('mine'))]).toEqual([id, 2, false])
    }
  })

  test('price lists of any provider stay in their folder', async () => {
    for (const [index, name] of OUT.slice(0, 18).entries()) {
      const cell = `"${name.replaceAll('"', '""')}"`
      const list = put(
        `lists/${index}.csv`,
        `provider,instance,gpu,gpu_count,usd_per_hour\n${cell},x,h100-sxm-80gb,8,20\n`,
      )
      await call(['catalog', 'import', 'offers', list, '--output', at('mine'), '--quiet'])
    }
    const written = everything().filter((each) => !each.startsWith('lists'))
    expect(written.length).toBeGreaterThan(10)
    for (const each of written) expect(each).toMatch(/^mine(\/offers(\/[a-z0-9][a-z0-9._+-]*\.yaml)?)?$/)
  })

  test('files of an export carry names that every system takes, each of its own', async () => {
    const names = [...new Set(OUT.map((each) => each.trim()))].filter((each) => each !== '').slice(0, 24)
    const workloads = names.map((name) => ({
      name,
      scenario: {
        kind: 'serve',
        model: 'llama-3.2-1b',
        context: 512,
        traffic: { concurrency: 1, input_tokens: 256, output_tokens: 64 },
        search: { quantization: ['bf16'], kv_cache: ['bf16'], tensor_parallel: [1] },
      },
    }))
    const fleet = {
      kind: 'fleet',
      inventory: [
        { gpu: 'l40s', gpus_per_node: 8, nodes: 8, owned: { capex: 1e5, years: 4, watts: 1000, usd_per_kwh: 0.1 } },
      ],
      workloads,
      co_locate: false,
    }
    const { code, stderr } = await call([
      'export',
      put('fleet.yaml', JSON.stringify(fleet)),
      '--to',
      'vllm',
      '--output',
      at('out/'),
    ])
    expect([code, stderr.includes('internal')]).toEqual([0, false])
    const written = everything().filter((each) => each !== 'fleet.yaml' && each !== 'out')
    expect(written).toHaveLength(2 * names.length)
    for (const each of written) expect(each).toMatch(/^out\/[A-Za-z0-9_][A-Za-z0-9._-]{0,250}$/)
    expect(new Set(written.map((each) => each.toLowerCase())).size).toBe(written.length)
  })

  test('nothing that the cache keeps has a name of its own choice', () => {
    const cache = new Cache(at('cache'), (value): value is unknown => value !== undefined)
    for (const name of OUT) {
      const path = cache.path(`https://hub.test/${name}@main`)
      expect(dirname(path)).toBe(at('cache'))
      expect(path.slice(at('cache').length + 1)).toMatch(/^[A-Za-z0-9._-]+\.[0-9a-f]{16}\.json$/)
    }
  })

  test('names of repositories lead nowhere else on the hub', () => {
    for (const name of [
      '../x',
      'a/..',
      'a/../b',
      '/a/b',
      'a/b/c',
      'a//b',
      'a/b@..',
      'a/b@../../x',
      'a/b@x/../y',
      'a/b@/x',
      'a/b@.',
      'a/b@',
      'a\\b',
      'a/b?x',
      'a/b#x',
      'a/%2e%2e',
    ])
      expect([name, repositoryName(name)]).toEqual([name, undefined])
    expect(repositoryName('org/name@refs/pr/1')).toEqual({ name: 'org/name', revision: 'refs/pr/1' })
    expect(repositoryName('org/name@v1.0')).toEqual({ name: 'org/name', revision: 'v1.0' })
  })
})

describe('files that are there are kept', () => {
  let model: string
  beforeEach(() => {
    model = at('model')
    mkdirSync(model)
    cpSync(CONFIG, at('model/config.json'))
  })

  test('an import writes over what an import wrote, and over nothing else', async () => {
    const line = ['catalog', 'import', 'model', model, '--id', 'ours', '--output', at('mine'), '--quiet']
    expect((await call(line, null)).code).toBe(0)
    expect((await call(line, null)).code).toBe(0)
    const own = put('mine/models/ours.yaml', '# by hand\n')
    const kept = await call(line, null)
    expect(kept.code).toBe(2)
    expect(kept.stderr).toContain('ours.yaml: the file exists and was not written by an import')
    expect(readFileSync(own, 'utf8')).toBe('# by hand\n')
    expect((await call([...line.slice(0, -3), '--output', own, '--quiet'], null)).code).toBe(0)

    const list = put('list.csv', 'provider,instance,gpu,gpu_count,usd_per_hour\nacme,x,h100-sxm-80gb,8,20\n')
    const offers = ['catalog', 'import', 'offers', list, '--output', at('mine'), '--quiet']
    const prices = put('mine/offers/acme.yaml', '# by hand\n')
    expect((await call(offers)).code).toBe(2)
    expect(readFileSync(prices, 'utf8')).toBe('# by hand\n')
    rmSync(prices)
    // An absolute name of a file is that file, and nothing below the working directory.
    const file = at('elsewhere/prices.yaml')
    expect((await call(['catalog', 'import', 'offers', list, '--output', file, '--quiet'])).code).toBe(0)
    expect(existsSync(file)).toBe(true)
    expect((await call(offers)).code).toBe(0)
    expect((await call(offers)).code).toBe(0)
    expect((await call(['catalog', 'list', 'offers', '--catalog', at('mine')], null)).stdout).toContain('acme/x/')
  })

  test('init keeps a file, and a link to one, unless --force', async () => {
    const target = put('target.yaml', '# mine\n')
    symlinkSync(target, at('link.yaml'))
    for (const file of [target, at('link.yaml')]) {
      const { code } = await call(['init', 'serve', '--yes', '--output', file], null)
      expect([file, code, readFileSync(target, 'utf8')]).toEqual([file, 2, '# mine\n'])
    }
  })

  test('a calibration keeps catalogs of other origin', async () => {
    const own = put('calibrated/gpus/x.yaml', '# by hand\n')
    const { code } = await call(['calibrate', put('runs.yaml', 'records: []\n'), '--output', at('calibrated')])
    expect([code, readFileSync(own, 'utf8')]).toEqual([2, '# by hand\n'])
  })
})

beforeAll(() => {
  // The settings and the cache of whoever runs the tests must not reach them.
  process.env.XDG_CONFIG_HOME = join(tmpdir(), 'no-settings')
  process.env.XDG_CACHE_HOME = join(tmpdir(), 'no-cache')
})
