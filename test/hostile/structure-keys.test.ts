import { describe, expect, test } from 'vitest'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario } from '../../src/scenario/schema.ts'
import { scenario } from '../cli/binary.ts'
import { call } from '../cli/in-process.ts'
import { expectUnharmed, READERS, type Reader, readBy } from './structure-readers.ts'

/** Keys that lead to what all objects share. */
const KEYS = ['__proto__', 'constructor', 'prototype'] as const
const JSON_READERS = READERS.filter(({ form }) => form === 'json')
const YAML_READERS = READERS.filter(({ form }) => form === 'yaml')
const both = <T>(readers: readonly Reader[], others: readonly T[]) =>
  readers.flatMap((reader) => others.map((other) => [reader.name, other, reader] as const))

/** The document with one more key at its top. */
function withKey(json: string, key: string, value: string): string {
  return json.replace('{', `{"${key}": ${value}, `)
}

describe('no key reaches what all objects share', () => {
  test.each(both(YAML_READERS, KEYS))('%s: %s as a key of YAML is refused', async (_, key, reader) => {
    const { code, stderr } = await readBy(reader, `${reader.good}${key}: { polluted: true }\n`)
    expect(stderr).toContain(`the key "${key}" is not allowed`)
    expect(code).toBe(2)
  })

  test.each(YAML_READERS.map((reader) => [reader.name, reader] as const))(
    '%s: the key written with escapes is the same key',
    async (_, reader) => {
      const { stderr } = await readBy(reader, `${reader.good}"\\x5f_proto__": { polluted: true }\n`)
      expect(stderr).toContain('the key "__proto__" is not allowed')
    },
  )

  test.each(both(JSON_READERS, ['__proto__', '\\u005f_proto__', '__pr\\u006fto__']))(
    '%s: %s as a key of JSON is refused, at any depth',
    async (_, key, reader) => {
      for (const value of ['{"polluted": true}', '1', '[{"polluted": true}]']) {
        const { code, stderr } = await readBy(reader, withKey(reader.good, key, value))
        expect(stderr).toContain('the key "__proto__" is not allowed')
        expect(code).toBe(2)
      }
      const below = await readBy(reader, withKey(reader.good, 'extra', `[{"a": {"${key}": {"polluted": true}}}]`))
      expect(below.stderr).toContain('the key "__proto__" is not allowed')
    },
  )

  test.each(both(JSON_READERS, ['constructor', 'prototype', 'toString', 'valueOf', 'toJSON', 'hasOwnProperty']))(
    '%s: %s as a key of JSON is a key like any other',
    async (_, key, reader) => {
      await readBy(reader, withKey(reader.good, key, '{"prototype": {"polluted": true}, "polluted": true}'))
      await readBy(reader, withKey(reader.good, key, '1'))
    },
  )

  test('a text that holds the word as a value is left alone', async () => {
    const reader = READERS.find(({ name }) => name === 'a saved result for diff')!
    const { code } = await readBy(reader, withKey(reader.good, 'note', '"__proto__ is \\u0022a word\\u0022"'))
    expect(code).toBe(0)
  })

  test.each([
    '__proto__.polluted=1',
    'constructor.prototype.polluted=1',
    'prices.__proto__.polluted=1',
    'prices.overrides.constructor.prototype.polluted=1',
    '"__proto__".polluted=1',
    'prices={ __proto__: { polluted: 1 } }',
    'search.gpus.__proto__=1',
    '__proto__=1',
  ])('--set %s', async (assignment) => {
    const catalog = await loadCatalog()
    expect(() => parseScenario(scenario(), 's.yaml', catalog, [assignment])).toThrow(InputError)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each(KEYS)('a price list whose columns, machines, regions and providers are called %s', async (word) => {
    const reader = READERS.find(({ form }) => form === 'csv')!
    const [header, row] = reader.good.split('\n')
    await readBy(reader, `${header},${word}\n${row},polluted\n`)
    const { stdout } = await readBy(reader, `${header}\nacme,${word},l4,1,${word},2\n`)
    expect(stdout).toContain(`instance: ${word}`)
    await readBy(reader, `${header}\n${word},${word},${word},1,${word},2\n`)
    await readBy(reader, `${header}\nacme,x,${word},1,r,2\n`)
  })
})

/** Names of what every object inherits. A table that is asked for one without care answers with a function. */
const INHERITED = ['constructor', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf']

describe('a name that every object inherits is an unknown name', () => {
  const commands: readonly (readonly [string, (name: string) => readonly string[]])[] = [
    ['model', (name) => ['estimate', name, '--gpu', 'h100-sxm-80gb']],
    ['--gpu', (name) => ['estimate', 'llama-3.1-8b', '--gpu', name]],
    ['--quantization', (name) => ['estimate', 'llama-3.1-8b', '--gpu', 'l4', '--quantization', name]],
    ['--kv-cache', (name) => ['estimate', 'llama-3.1-8b', '--gpu', 'l4', '--kv-cache', name]],
    ['--engine', (name) => ['estimate', 'llama-3.1-8b', '--gpu', 'l4', '--engine', name]],
    ['--engine-version', (name) => ['estimate', 'llama-3.1-8b', '--gpu', 'l4', '--engine-version', name]],
    ['--optimizer', (name) => ['estimate', 'llama-3.1-8b', '--gpu', 'l4', '--method', 'full', '--optimizer', name]],
    ['catalog show', (name) => ['catalog', 'show', name]],
    ['catalog list', (name) => ['catalog', 'list', name]],
    ['completion', (name) => ['completion', name]],
    ['export --to', (name) => ['export', 'scenarios/serve-8b.yaml', '--to', name]],
    ['compare --by', (name) => ['compare', 'scenarios/serve-8b.yaml', '--by', name]],
    ['--objective', (name) => ['scenarios/serve-8b.yaml', '--objective', name]],
    ['--format', (name) => ['scenarios/serve-8b.yaml', '--format', name]],
    ['--set kind', (name) => ['scenarios/serve-8b.yaml', '--set', `kind=${name}`]],
    ['--set engine', (name) => ['scenarios/serve-8b.yaml', '--set', `engine=${name}`]],
    ['--set search.gpus', (name) => ['scenarios/serve-8b.yaml', '--set', `search.gpus=[${name}]`]],
    ['--set search.providers', (name) => ['scenarios/serve-8b.yaml', '--set', `search.providers=[${name}]`]],
    ['--set search.pricing', (name) => ['scenarios/serve-8b.yaml', '--set', `search.pricing=[${name}]`]],
    ['init', (name) => ['init', name]],
  ]
  test.each(commands)('%s', async (_, args) => {
    for (const name of INHERITED) {
      const printed = await call(args(name), null)
      expectUnharmed(printed)
      expect(printed.code).toBe(2)
      expect(printed.stderr).not.toContain('[native code]')
    }
  })
})
