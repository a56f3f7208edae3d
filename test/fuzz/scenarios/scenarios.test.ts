import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { draws } from '../draws.ts'
import type { Kind } from './document.ts'
import { fuzz, type Tally } from './fuzz.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
}, 60_000)

/** What a long run is for: how many ended how. */
function say(kind: Kind, { slowest, ...counts }: Tally): void {
  if (process.env.GPU_PLAN_FUZZ === 'many')
    console.info(JSON.stringify({ kind, ...counts, slowestSeconds: slowest.seconds }), `\n${slowest.document}`)
}

/** How many documents of a kind are drawn: valid ones, nearly valid ones, and of each in a long run. */
const KINDS: readonly (readonly [Kind, valid: number, broken: number, many: number])[] = [
  ['serve', 20, 113, 2200],
  ['train', 20, 113, 2200],
  ['fleet', 9, 8, 300],
  ['forecast', 9, 8, 300],
]

/** Least shares of the valid documents that the schema accepts, and that get a plan: so that the checks of plans are not empty. */
const ACCEPTED = 0.5
const PLANNED = 0.2
/** Least share of the nearly valid ones that are refused. */
const REFUSED = 0.5

describe.each(KINDS)('%s scenarios drawn from their schema', (kind, valid, broken, many) => {
  test('valid ones: a plan, no plan or a refusal, and every result sound', async () => {
    const tally = await fuzz(kind, draws(valid, many), false, catalog)
    say(kind, tally)
    expect((tally.plan + tally['no plan']) / tally.documents).toBeGreaterThanOrEqual(ACCEPTED)
    // Of few documents one plan is all that can be asked for.
    expect(tally.plan).toBeGreaterThanOrEqual(tally.documents < 20 ? 1 : PLANNED * tally.documents)
  })

  test('nearly valid ones: the same', async () => {
    const tally = await fuzz(kind, draws(broken, many), true, catalog)
    say(kind, tally)
    expect(tally.refused / tally.documents).toBeGreaterThanOrEqual(REFUSED)
  })
})
