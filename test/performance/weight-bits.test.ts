import { beforeAll, expect, test } from 'vitest'
import { type Catalog, get } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { weightBits } from '../../src/performance/weight-bits.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function bitsOf(model: string, format: string) {
  const { architecture } = get(catalog, 'models', model)
  if (architecture === undefined) throw new Error(`${model} has no architecture`)
  return weightBits(describeModel(architecture), get(catalog, 'quantizations', format))
}

test('a mix is read at the mean of its tensors', () => {
  // Llama 3 8B in Q4_K_M: of 32 layers 16 are raised (the first and last four, and every third of the 24 between), in which
  // attn_v (4096 x 1024) and ffn_down (14336 x 4096) have 6.5625 bits in place of 4.5. A layer has 218,103,808 linear parameters:
  // 4.5 + 2.0625 x (4,194,304 + 58,720,256) / 218,103,808 x 16 / 32 = 4.7975.
  const raised = 4_194_304 + 58_720_256
  expect(bitsOf('llama-3-8b', 'gguf-q4_k_m').linear).toBeCloseTo(4.5 + (2.0625 * raised * 16) / (218_103_808 * 32), 6)
  expect(bitsOf('llama-3-8b', 'gguf-q4_k_m').head).toBe(6.5625)
})

test('other formats store a class of tensors alike', () => {
  expect(bitsOf('llama-3-8b', 'fp8')).toEqual({ linear: 8, head: 16, expert: 8 })
  expect(bitsOf('gpt-oss-20b', 'mxfp4')).toMatchObject({ linear: 16, head: 16, expert: 4.25 })
  expect(weightBits(null, get(catalog, 'quantizations', 'gguf-q4_k_m')).linear).toBe(4.5)
})
