import { beforeAll, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { knownKeys } from '../../../src/scenario/located.ts'
import { scenarioSchema } from '../../../src/scenario/schema.ts'
import { draws, SEED } from '../draws.ts'
import { type Random, randomOf } from '../random.ts'
import { drawValid, shownDocument, type Written } from '../scenarios/document.ts'
import { at, JUNK, pathsOf } from '../scenarios/mutate.ts'
import { flawOf, outcomeOf } from '../scenarios/outcome.ts'
import { flawsOf } from '../sound.ts'

/** What tells these draws from those of other tests. */
const SEED_OF_SETS = 5

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
}, 60_000)

/** What people type after the equals sign. */
const VALUES = [
  '10',
  '1M',
  '5%',
  '0',
  '-0',
  '[1, 2]',
  '[l4, h100-sxm-80gb]',
  '{a: 1}',
  '.inf',
  '&a [*a]',
  '"',
  'null',
  '',
]
/** Paths that lead nowhere, or where none may lead. */
const ODD_PATHS = [
  '',
  '.',
  'a..b',
  '__proto__.x',
  'search.constructor',
  'traffic.0',
  'search.gpus.9',
  '"',
  'kind',
  'name.x',
]

function assignment({ value }: Written, random: Random): string {
  const paths = pathsOf(value)
  const path = random.pick(paths)
  const parent = path.slice(0, -1)
  const known = knownKeys(scenarioSchema, parent, value)
  const texts = [
    path.join('.'),
    [...parent, ...(known.length === 0 ? path.slice(-1) : [random.pick(known)])].join('.'),
    random.pick(ODD_PATHS),
  ]
  const junk = random.pick(JUNK)
  const odd = random.chance(0.6) ? random.pick(VALUES) : typeof junk === 'string' ? junk : JSON.stringify(junk)
  // What stands there leads to a result more often than not, wherever it is put.
  const given = random.chance(0.3) ? JSON.stringify(at(value, path)) : odd
  const sign = random.pick(['=', '=', '=', '?=', ''])
  return `${random.chance(0.8) ? random.pick(texts.slice(0, 2)) : random.pick(texts)}${sign}${given}`
}

test('--set of any path to any value: a sound result, or a refusal that names the flag or a line', async () => {
  const ended = { result: 0, refused: 0 }
  for (let index = 0; index < draws(80, 2000); index += 1) {
    const random = randomOf(SEED, SEED_OF_SETS, index)
    const written = drawValid(random.pick(['serve', 'train']), random, catalog)
    const set = random.some([0, 1], 1, 2).map(() => assignment(written, random))
    const shown = `--set ${set.join(' --set ')} (document ${index}, GPU_PLAN_SEED=${SEED})\n${shownDocument(written)}`
    try {
      const outcome = await outcomeOf(written, catalog, false, set)
      const flaws = outcome.is === 'refused' ? [flawOf(outcome.diagnostics, written)] : flawsOf(outcome.result)
      const found = flaws.filter((flaw) => flaw !== null)
      if (found.length > 0) throw new Error(found.join('\n'))
      ended[outcome.is === 'refused' ? 'refused' : 'result'] += 1
    } catch (error) {
      throw new Error(`${shown}\n${error instanceof Error ? error.stack : error}`)
    }
  }
  expect(ended.result).toBeGreaterThan(0.1 * (ended.result + ended.refused))
  expect(ended.refused).toBeGreaterThan(0.1 * (ended.result + ended.refused))
})
