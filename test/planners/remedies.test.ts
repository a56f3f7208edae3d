import { beforeAll, describe, expect, test } from 'vitest'
import { remediesFor, untriedWarning } from '../../planners/serve/fixes.ts'
import { relaxationsOf } from '../../planners/serve/relaxations.ts'
import { resolveServe } from '../../planners/serve/resolve.ts'
import { runServe } from '../../planners/serve/run.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { applyDefaults } from '../../src/scenario/defaults.ts'
import { parseScenario } from '../../src/scenario/schema.ts'

const OPTIONS = { asOf: '2026-11-21', alternatives: 0, utilizationGiven: false }

/** No GPU gives a token in a tenth of a millisecond. */
const TEXT = `kind: serve
model: llama-3.1-8b
traffic: { requests_per_second: 1, input_tokens: 500, output_tokens: 100 }
latency: { tpot_ms: 0.1 }
search: { gpus: [l4, l40s], tensor_parallel: [1, 2] }
`

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
}, 60_000)

/** The remedies of the scenario, at so many evaluated configurations. */
function remedies(mostEvaluated?: number) {
  const parsed = parseScenario(TEXT, 's.yaml', catalog, [], OPTIONS.asOf)
  if (parsed.scenario.kind !== 'serve') throw new Error('no serving scenario')
  const { scenario } = applyDefaults(parsed.scenario)
  const run = runServe(resolveServe(scenario, catalog, OPTIONS).request, catalog, false)
  const [miss] = run.nearMisses.list(run.constraints, { below: Number.POSITIVE_INFINITY, most: 1 })
  expect(miss?.violations.map(({ constraint }) => constraint)).toEqual(['tpot'])
  return remediesFor(catalog, relaxationsOf(scenario, catalog, OPTIONS), miss, mostEvaluated)
}

describe('changes that make a plan possible', () => {
  test('are all tried where the space is of a usual size', () => {
    const { remedies: found, untried } = remedies()
    expect(found[0]?.setting).toBe('tpot_ms')
    expect(untried).toEqual([])
    expect(untriedWarning({ remedies: found, untried })).toEqual([])
  })

  test('in a huge one those come first that the closest configuration asks for, and the others are named', () => {
    const { remedies: found, untried } = remedies(1)
    expect(found.map(({ setting }) => setting)).toEqual(['tpot_ms'])
    expect(untried).toEqual([
      'gpus',
      'tensor_parallel',
      'max_gpus',
      'max_loss_percent',
      'min_confidence',
      'max_age_days',
    ])
    expect(untriedWarning({ remedies: found, untried: ['gpus', 'max_gpus'] })).toEqual([
      'The search is so large that other values were not tried for gpus, max_gpus: a narrower one has them tried.',
    ])
  })
})
