import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { draws } from '../draws.ts'
import type { Kind } from './document.ts'
import { fuzz, type Tally } from './fuzz.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

/** What a long run is for: how many ended how. */
function say(kind: Kind, { slowest, ...counts }: Tally): void {
  if (process.env.GPU_PLAN_FUZZ === 'many')
    console.info(JSON.stringify({ kind, ...counts, slowestSeconds: slowest.seconds }), `\n${slowest.document}`)
}

/** Documents of a kind: how many, and the least share of the valid ones that must be accepted, and that must get a plan. */
const KINDS: readonly (readonly [Kind, usual: number, many: number, accepted: number, planned: number])[] = [
  ['serve', 130, 4400, 0.5, 0.25],
  ['train', 130, 4400, 0.5, 0.25],
  ['fleet', 20, 600, 0.5, 0.25],
  ['forecast', 20, 600, 0.5, 0.25],
]

describe.each(KINDS)('%s scenarios drawn from their schema', (kind, usual, many, accepted, planned) => {
  const count = draws(usual, many) / 2

  test('valid ones: a plan, no plan or a refusal, and every result sound', async () => {
    const tally = await fuzz(kind, count, false, catalog)
    say(kind, tally)
    expect((tally.plan + tally['no plan']) / tally.documents).toBeGreaterThanOrEqual(accepted)
    expect(tally.plan / tally.documents).toBeGreaterThanOrEqual(planned)
  })

  test('nearly valid ones: the same', async () => {
    const tally = await fuzz(kind, count, true, catalog)
    say(kind, tally)
    expect(tally.refused / tally.documents).toBeGreaterThanOrEqual(0.5)
  })
})
