import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { jsonDocuments, resultJsonSchema, savedDocuments } from '../../src/report/json-documents.ts'
import { resultVersion } from '../../src/result/version.ts'
import { breaksOf, type DocumentsSchema } from '../../tools/result-schema/compatible.ts'
import { call } from '../cli/in-process.ts'

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const file = `schema/results/v${resultVersion}.json`
const committed = read(`../../${file}`)
const generated: unknown = JSON.parse(JSON.stringify(resultJsonSchema()))

describe('the JSON Schema of results', () => {
  test('is the committed one', () => {
    const changed = JSON.stringify(generated) !== JSON.stringify(committed)
    expect(
      changed,
      `${file} is not the schema of the code: npm run build && node dist/tools/result-schema/main.js writes it, ` +
        'and says what the change takes from those who read results, where it needs another version',
    ).toBe(false)
  })

  // The file is as it was when the first results of the version were saved: regenerating the committed schema does not move it.
  test('takes nothing away from what its version began with', () => {
    const first = read(`../fixtures/saved/v${resultVersion}/schema.json`) as DocumentsSchema
    expect(breaksOf(first, generated as DocumentsSchema, savedDocuments)).toEqual([])
  })

  test('is printed by plan schema results, with a definition for each document and a title that names its command', async () => {
    const { code, stdout } = await call(['schema', 'results'], null)
    expect(code).toBe(0)
    const schema = JSON.parse(stdout) as { version: number; definitions: Record<string, { title?: string }> }
    expect(schema).toEqual(committed)
    expect(schema.version).toBe(resultVersion)
    for (const name of Object.keys(jsonDocuments)) expect(schema.definitions[name]?.title, name).toMatch(/^plan /)
  })

  test('says what money, bytes and times are', () => {
    const silent: string[] = []
    const { definitions } = committed as { definitions: Record<string, { properties?: Record<string, object> }> }
    for (const name of ['cost', 'serve_performance', 'train_performance', 'serve_plan', 'train_plan']) {
      const { properties = {} } = definitions[name] ?? {}
      for (const [key, value] of Object.entries(properties)) {
        if (/usd|bytes|_ms$|hours|seconds|tokens/.test(key) && !('description' in value)) silent.push(`${name}.${key}`)
      }
    }
    expect(silent).toEqual([])
  })

  test('there is none of anything else', async () => {
    const { code, stderr } = await call(['schema', 'plans'], null)
    expect(code).toBe(2)
    expect(stderr).toContain('there is no schema of "plans" (one of scenario, results)')
  })
})
