import { describe, test } from 'vitest'
import { planScenario, type ScenarioResult } from '../../../planners/index.ts'
import { modelOf } from '../../../planners/model.ts'
import { diffOf } from '../../../src/diff/diff.ts'
import { pairsOf } from '../../../src/diff/pairs.ts'
import { resultBook } from '../../../src/diff/price-book.ts'
import { readResults } from '../../../src/diff/read-result.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { LOCK_BYTES, RESULT_BYTES } from '../../../src/limits.ts'
import { lockVersion } from '../../../src/lock/lock.ts'
import { entryOf } from '../../../src/lock/make-entry.ts'
import { lockText, readLock } from '../../../src/lock/text.ts'
import { diffCsv, diffJson } from '../../../src/report/diff/data.ts'
import { diffMarkdown } from '../../../src/report/diff/markdown.ts'
import { diffText } from '../../../src/report/diff/text.ts'
import { inputError } from '../../../src/scenario/diagnostic.ts'
import { readJsonIfAny } from '../../../src/scenario/json.ts'
import { parseSingle } from '../../../src/scenario/single.ts'
import { scenario, trainScenario } from '../../cli/binary.ts'
import { endsWell } from './ends-well.ts'
import { expectBoth, original, textReader } from './files.ts'

const AS_OF = '2026-11-21'
/** Each plans a fleet. */
const FLEET_DRAWS = 8

const SCENARIOS: Readonly<Record<string, string>> = {
  'serve.yaml': scenario(),
  'train.yaml': trainScenario(),
  'fleet.yaml': `kind: fleet
inventory:
  - { name: own, gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 1, owned: { capex: 300000, years: 4, watts: 10200, usd_per_kwh: 0.12, pue: 1.3 } }
workloads: [serve.yaml]
`,
  'forecast.yaml': `kind: forecast
start: 2027-01
months: 2
workloads:
  - { scenario: serve.yaml, growth_percent_per_month: 8 }
commitments: [on-demand]
`,
}

const textOf = textReader()
const catalog = await loadCatalog()

function planned(name: string, from?: { file: string; value: unknown }): Promise<ScenarioResult> {
  const read = (file: string) => ({ text: SCENARIOS[file] ?? '', file })
  return planScenario(SCENARIOS[name] ?? '', name, catalog, { asOf: AS_OF, top: 2, from }, read)
}

const names = Object.keys(SCENARIOS)
const results: Readonly<Record<string, ScenarioResult>> = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await planned(name)] as const)),
)

describe('saved results with mishaps are read or refused', () => {
  test.each(names)('diff: %s', async (name) => {
    const whole = results[name]
    if (whole === undefined) throw new Error(`${name} was not planned`)
    const old = { file: 'old.json', result: whole, prices: resultBook(whole) }
    const read = (bytes: Buffer) => {
      const value = readJsonIfAny(textOf(bytes, RESULT_BYTES), 'new.json')
      if (value === undefined) throw inputError('read as a scenario')
      const sides = readResults(value, 'new.json').map((result) => ({
        file: 'new.json',
        result,
        prices: resultBook(result),
      }))
      const diffs = pairsOf([old], sides).map((pair) => diffOf(pair.old, pair.new))
      return [
        diffs,
        diffText(diffs, [[]], { color: false }),
        diffJson(diffs, [[]]),
        diffMarkdown(diffs, [[]]),
        diffCsv(diffs),
      ]
    }
    expectBoth(await endsWell(`diff ${name}`, [original(name, `${JSON.stringify(whole, null, 2)}\n`)], read))
  })

  test('--from of a fleet', async () => {
    const text = `${JSON.stringify(results['fleet.yaml'], null, 2)}\n`
    const read = (bytes: Buffer) => {
      const value = readJsonIfAny(textOf(bytes, RESULT_BYTES), 'earlier.json')
      if (value === undefined) throw inputError('no JSON')
      return planned('fleet.yaml', { file: 'earlier.json', value })
    }
    expectBoth(await endsWell('from', [original('fleet', text)], read, FLEET_DRAWS))
  })

  test.each(['yaml', 'json'] as const)('locks as %s', async (form) => {
    const entries = ['serve.yaml', 'train.yaml'].map((name) => {
      const result = results[name]
      if (result?.kind !== 'serve' && result?.kind !== 'train') throw new Error(`${name} was not planned`)
      const located = parseSingle(SCENARIOS[name] ?? '', name, catalog, [], AS_OF)
      return entryOf(name, located, modelOf(located.scenario.model, catalog), result, catalog)
    })
    const head = {
      version: lockVersion,
      tool: '0.1.0',
      as_of: AS_OF,
      catalog: { hash: catalog.hash, parts: catalog.hashes },
    } as const
    const text = lockText({ ...head, scenarios: entries }, form)
    const read = (bytes: Buffer) => readLock(textOf(bytes, LOCK_BYTES), 'plan.lock.yaml')
    expectBoth(await endsWell(`lock ${form}`, [original(form, text)], read))
  })
})
