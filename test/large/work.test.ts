import { beforeAll, expect, test } from 'vitest'
import { planText } from '../../planners/index.ts'
import { boardsOf } from '../../planners/serve/boards.ts'
import type { ServeRequest } from '../../planners/serve/request.ts'
import { type Catalog, catalogFromData, catalogToData } from '../../src/catalog/catalog.ts'
import { emptyLayer } from '../../src/catalog/compile.ts'
import { crossCheck } from '../../src/catalog/cross-check.ts'
import { contentHash, listHash } from '../../src/catalog/hash.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { counted, type Reads, withOffers } from './made-up.ts'

/* Work is counted, not timed: it grows no faster than the input, on a busy machine as on a quiet one. */

const AS_OF = '2026-11-21'
const FEW = 700
const MANY = 2_800
/** Little room beside four times the input. */
const LINEAR = 4.4
/** Reading the catalogs from their sources takes seconds on a busy machine. */
const HOOK_MILLISECONDS = 60_000

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
}, HOOK_MILLISECONDS)

const SERVING =
  'kind: serve\nmodel: llama-3.1-8b\ntraffic: { requests_per_second: 5, input_tokens: 1024, output_tokens: 256 }\nsearch: { quantization: [bf16], kv_cache: [bf16], tensor_parallel: [1, 2], pipeline_parallel: [1] }\n'
/** The same on few GPUs, where offers play no part. */
const NARROW = SERVING.replace('search: {', 'search: { gpus: [h100-pcie-80gb],')
const TRAINING =
  'kind: train\nmodel: llama-3.1-8b\ndata: { tokens: 10M }\nsequence_length: 2048\nglobal_batch: 64\nsearch: { method: [lora], optimizer: [adamw], zero_stage: [0], activation_checkpointing: [full], tensor_parallel: [1], pipeline_parallel: [1] }\n'

/** How often planning reads what decides about an offer. */
function readsOf(text: string, offers: number): number {
  const reads: Reads = { count: 0 }
  const large = withOffers(catalog, offers, (offer) => counted(offer, ['gpu', 'gpu_count', 'price_as_of'], reads))
  expect(planText(text, 'large.yaml', large, { asOf: AS_OF }).best).not.toBeNull()
  return reads.count
}

test.each([
  ['serving', SERVING],
  ['training', TRAINING],
])('%s looks at an offer as often whether there are many or few', (_, text) => {
  expect(readsOf(text, MANY) / readsOf(text, FEW)).toBeLessThan(LINEAR)
})

test('offers are sorted to their GPUs in one go, whatever the number of GPUs', () => {
  const reads: Reads = { count: 0 }
  const offers = [...withOffers(catalog, FEW, (offer) => counted(offer, ['gpu'], reads)).offers.values()].map(
    (offer) => ({ offer, pricing: 'on-demand' as const, usdPerHour: 1, priceFrom: 'catalog' as const }),
  )
  const boards = boardsOf({ gpus: [...catalog.gpus.values()], offers } as unknown as ServeRequest, catalog)
  expect(boards.reduce((sum, board) => sum + board.offers.length, 0)).toBe(FEW)
  expect(reads.count).toBeLessThanOrEqual(3 * FEW)
  for (const { offers: own, largestInstance } of boards)
    expect(largestInstance).toBe(Math.max(...own.map(({ offer }) => offer.gpu_count)))
})

test('names are checked against each other without a look at all of them for each', () => {
  const readsFor = (entries: number): number => {
    const reads: Reads = { count: 0 }
    const [like] = catalog.gpus.values()
    const gpus = Array.from({ length: entries }, (_, index) =>
      counted({ ...like!, id: `gpu-${index}`, aliases: [`alias-${index}`] }, ['aliases'], reads),
    )
    const layer = emptyLayer()
    for (const entry of gpus) layer.entries.gpus.set(entry.id, { entry, locate: () => ({ file: 'gpus.yaml' }) })
    expect(crossCheck({ ...catalog, gpus: new Map(gpus.map((gpu) => [gpu.id, gpu])) }, layer)).toEqual([])
    return reads.count
  }
  expect(readsFor(400) / readsFor(100)).toBeLessThan(LINEAR)
})

test('a list has one hash, in one piece or entry by entry', () => {
  const lists = [[], [1], ['a', { b: [null, 'é', '\u{1f600}', '\ud800'] }, -0], [...catalog.offers.values()]]
  for (const list of lists) expect(listHash(list)).toBe(contentHash(list))
})

test('a thread plans with its copy of the catalog as the program does', () => {
  const copy = catalogFromData(structuredClone(catalogToData(catalog)))
  for (const text of [NARROW, TRAINING])
    expect(planText(text, 'a.yaml', copy, { asOf: AS_OF })).toEqual(planText(text, 'a.yaml', catalog, { asOf: AS_OF }))
})
