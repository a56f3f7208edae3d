import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readResults } from '../../src/diff/read-result.ts'
import { readLock } from '../../src/lock/text.ts'
import { htmlOf, jsonOf, markdownOf, textOf } from '../../src/report/all.ts'
import { resultVersion } from '../../src/result/version.ts'
import { call, type Printed } from '../cli/in-process.ts'

/* Files that earlier programs saved (test/fixtures/saved/README.md) are read as they were, or refused in plain words. */

const saved = fileURLToPath(new URL('../fixtures/saved/v1', import.meta.url))
const files = readdirSync(saved, { recursive: true, encoding: 'utf8' }).sort()
const results = files.filter((name) => /\/(serve|no-plan|train|fleet|forecast|several)\.json$/.test(name))
const locks = files.filter((name) => /plan\.lock\.(yaml|json)$/.test(name))
const at = (name: string): string => join(saved, name)
const contentOf = (name: string): Record<string, unknown> => JSON.parse(readFileSync(at(name), 'utf8'))

const schema: unknown = JSON.parse(
  readFileSync(new URL(`../../schema/results/v${resultVersion}.json`, import.meta.url), 'utf8'),
)
const ajv = new Ajv({ strict: false, logger: false })
ajv.addSchema(schema as object, 'results')

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plan-saved-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A file of this run, from which something is changed. */
function changed(name: string, change: Record<string, unknown>): string {
  const file = join(folder, 'changed.json')
  const { version: _, ...rest } = contentOf(name)
  writeFileSync(file, JSON.stringify({ ...rest, ...change }))
  return file
}

test('there are results of every kind, and locks', () => {
  expect(results.length).toBe(13)
  expect(locks).toEqual(['complete/plan.lock.json', 'complete/plan.lock.yaml', 'lock-first/plan.lock.yaml'])
})

describe.each(results)('%s', (name) => {
  const value = contentOf(name)

  test('satisfies the JSON Schema of today', () => {
    const kind = 'results' in value ? 'several' : String(value.kind)
    const validate = ajv.getSchema(`results#/definitions/${kind}`)
    expect(validate?.(value) === true ? [] : validate?.errors).toEqual([])
  })

  test('is read as it stands, and reported in every form', async () => {
    const read = readResults(value, name)
    expect(read).toEqual('results' in value ? value.results : [value])
    expect(JSON.parse(jsonOf(read))).toEqual(value)
    const page = await htmlOf(read, { explain: false })
    const texts = [
      textOf(read, { color: false }),
      markdownOf(read, { explain: false }),
      page.replace(/<script>.*?<\/script>/gs, ''),
    ]
    for (const text of texts) {
      expect(text.length).toBeGreaterThan(200)
      expect(/undefined|NaN|\[object/.exec(text)?.[0]).toBeUndefined()
    }
  })

  test('is held against what the same scenario gives today', async () => {
    const scenario = 'results' in value ? null : at(`${String(name.split('/')[1]).replace('.json', '')}.yaml`)
    const { code, stdout, stderr } = await call(['diff', at(name), scenario ?? at(name), '--format', 'json', '--quiet'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).diffs.length).toBe('results' in value ? 2 : 1)
  })
})

describe('a fleet is placed again from', () => {
  test.each(results.filter((name) => name.endsWith('/fleet.json')))('%s', async (name) => {
    const { code, stdout, stderr } = await call([at('fleet.yaml'), '--from', at(name), '--format', 'json', '--quiet'])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout).moves).toEqual(expect.any(Array))
  })
})

test.each(['diff-first', 'complete'])('the plans of %s are exported', async (name) => {
  const exported = await call(['export', at(`${name}/serve.json`), '--to', 'vllm'])
  expect([exported.code, exported.stdout.includes('vllm serve')]).toEqual([0, true])
  const trained = await call(['export', at(`${name}/train.json`), '--to', 'axolotl'])
  expect([trained.code, trained.stdout.includes('base_model')]).toEqual([0, true])
})

describe.each(locks)('%s', (name) => {
  test('is read, and priced again', async () => {
    expect(readLock(readFileSync(at(name), 'utf8'), name).scenarios.map(({ kind }) => kind)).toEqual(['serve', 'train'])
    const { code, stdout } = await call(['lock', '--check', at(name), '--format', 'json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).locked).toHaveLength(2)
  })

  test('gives its plan, or says that this program makes another one of it', async () => {
    const { code, stderr } = await call([at('serve.yaml'), '--locked', '--lock-file', at(name), '--quiet'])
    if (code !== 0) expect(stderr).toMatch(/serve: with this version and catalog the locked plan comes out different: /)
    expect([0, 2]).toContain(code)
  })
})

describe('a file of another version is refused by its number, wherever results are read', () => {
  const fleet = 'complete/fleet.json'
  const NEWER = `the result is of version 2; this program reads version 1 (a newer gpu-plan wrote it)`
  test.each<[string, Record<string, unknown>, string]>([
    ['a newer one', { version: 2 }, NEWER],
    ['none', {}, '"version" is null, not 1 (save a result with --format json)'],
    ['text', { version: '1' }, '"version" is "1", not 1 (save a result with --format json)'],
  ])('%s', async (_name, version, message) => {
    const file = changed(fleet, version)
    const refused = async (args: string[]): Promise<Printed> => call([...args, '--quiet'])
    for (const args of [
      ['diff', file, at(fleet)],
      ['diff', at(fleet), file],
      ['export', file, '--to', 'vllm'],
      [at('fleet.yaml'), '--from', file],
    ]) {
      const { code, stdout, stderr } = await refused(args)
      expect([code, stdout], args.join(' ')).toEqual([2, ''])
      expect(stderr, args.join(' ')).toContain(`${file}: ${message}`)
    }
  })

  test('results that a later program of the version added keys to are read without them', async () => {
    const file = changed(fleet, { version: 1, later: { key: 1 } })
    expect((await call(['diff', file, at(fleet), '--quiet'])).code).toBe(0)
    expect((await call([at('fleet.yaml'), '--from', file, '--quiet'])).code).toBe(0)
  })

  test('a fleet is not placed again from the result of something else', async () => {
    const wrong = async (name: string) => (await call([at('fleet.yaml'), '--from', at(name)])).stderr
    expect(await wrong('complete/serve.json')).toContain('the file holds a result of kind serve, not that of a fleet')
    expect(await wrong('complete/several.json')).toContain('the file holds several results, not that of a fleet')
    expect(await wrong('complete/estimate.json')).toContain('the document is an estimate, not the result of a plan')
  })

  test('locks too', async () => {
    const text = readFileSync(at('complete/plan.lock.yaml'), 'utf8')
    const file = join(folder, 'plan.lock.yaml')
    writeFileSync(file, text.replace('version: 1', 'version: 2'))
    for (const args of [
      ['lock', '--check', file],
      [at('serve.yaml'), '--locked', '--lock-file', file],
    ]) {
      const { code, stderr } = await call(args)
      expect(code).toBe(2)
      expect(stderr).toContain(`${file}:4:10: the lock file is of version 2; this program reads version 1`)
    }
    writeFileSync(file, text.replace('version: 1\n', ''))
    expect((await call(['lock', '--check', file])).stderr).toContain('the file is no lock file: it has no version')
  })
})
