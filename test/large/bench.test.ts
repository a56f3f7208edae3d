import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { INPUTS } from '../../bench/large/cases.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { call } from '../cli/in-process.ts'

/* What the benchmark makes up is what the program takes: each of its commands runs, on very little. */

const SMALL = 4
/** Reading the catalogs from their sources takes seconds on a busy machine. */
const HOOK_MILLISECONDS = 60_000

let catalog: Catalog
const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-large-'))
beforeAll(async () => {
  catalog = await loadCatalog()
}, HOOK_MILLISECONDS)
afterAll(() => rmSync(folder, { recursive: true }))

test.each(INPUTS.map((input) => [input.kind, input] as const))('%s', async (kind, input) => {
  const sizes = input.single ? [1, SMALL] : [SMALL]
  for (const size of sizes) {
    const directory = join(folder, `${kind}-${size}`)
    mkdirSync(directory)
    input.write(directory, size, catalog)
    // Listings and plans of a shipped scenario are tested elsewhere: the last command reads what was made up too.
    const command = input.commands.at(-1)
    const args = command?.args(directory) ?? []
    const { code, stderr } = await call([...args, '--quiet'])
    expect(code, `${args.join(' ')}\n${stderr}`).toBe(0)
  }
})
