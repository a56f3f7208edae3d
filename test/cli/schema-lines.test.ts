import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ROOT } from './binary.ts'

const folder = join(ROOT, 'scenarios')
const schemaFile = join(ROOT, 'schema', 'scenario.schema.json')
const schema = z.fromJSONSchema(JSON.parse(readFileSync(schemaFile, 'utf8')))

// How yaml-language-server finds a schema in comments: redhat-developer/yaml-language-server,
// src/languageservice/services/modelineUtil.ts.
const MODELINE = /^#\s+yaml-language-server\s*:.*\$schema(?:=|:\s*)(\S+)/m

const scenarios = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

test('there are scenarios', () => {
  expect(scenarios.length).toBeGreaterThan(30)
})

test.each(scenarios)('%s names the schema that editors are to use, and satisfies it', (name) => {
  const text = readFileSync(join(folder, name), 'utf8')
  const named = MODELINE.exec(text)?.[1] ?? ''
  expect(join(folder, named)).toBe(schemaFile)
  expect(existsSync(join(folder, named))).toBe(true)
  // Comments behind the first key are not read for it.
  expect(text.indexOf(named)).toBeLessThan(text.search(/^\w/m))
  expect(schema.safeParse(parse(text)).error?.issues ?? []).toEqual([])
})
