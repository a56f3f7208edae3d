import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { scenarioJsonSchema } from '../../src/scenario/schema.ts'

// Editors read the committed file; `node dist/bundle/cli/main.js schema > schema/scenario.schema.json` renews it.
test('the committed JSON Schema is the one of the code', () => {
  const file = readFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())))
})
