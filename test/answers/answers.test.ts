import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { planScenario } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { readScenario } from '../../src/io/read-scenario.ts'
import { brief } from './brief.ts'
import { folded } from './folded.ts'
import { shop } from './shop.ts'

/*
 * Whole answers to small questions, kept in files that people read, the long ones in parts: sentences, units, counts, reasons, margins, bands.
 * What changes one of them shows there, and `vitest run test/answers --update` writes them again for the next reader. Whether the figures
 * are right is for the tests that work them by hand and for the oracles.
 */

const folder = new URL('./', import.meta.url)
let market: Catalog
beforeAll(async () => {
  market = shop(await loadCatalog())
})

/** Options of answers that are asked for in other ways than the usual. */
const OPTIONS: Readonly<Record<string, object>> = {
  'out-of-time': { timeLimitSeconds: 1e-6, solver: 'highs' },
  explained: { explain: true },
}

function answer(kind: string, name: string, more: object = {}) {
  const file = new URL(`${kind}/${name}.yaml`, folder).pathname
  const options = { asOf: '2026-11-21', top: 1, ...OPTIONS[name], ...more }
  return planScenario(readFileSync(file, 'utf8'), file, market, options, readScenario)
}

describe.each(['serve', 'train', 'fleet', 'forecast'])('%s', (kind) => {
  const names = readdirSync(new URL(`${kind}/`, folder)).filter((name) => name.endsWith('.yaml'))
  test.each(names.map((name) => name.replace('.yaml', '')))('%s', async (name) => {
    // What is asked again starts from the answer to the question without that word.
    const before = /^(.*)-again$/.exec(name)?.[1]
    const from = before === undefined ? {} : { from: { file: before, value: await answer(kind, before) } }
    const result = await answer(kind, name, from)
    await expect(`${folded(brief(result))}\n`).toMatchFileSnapshot(`${kind}/${name}.golden.txt`)
  })
})
