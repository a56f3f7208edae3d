import { beforeAll, describe, expect, test } from 'vitest'
import { estimatePlan, estimateTraining, fitModel, fitTraining } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

/* Degrees of parallelism that a model cannot be divided by are refused before anything is computed with them, however large. */

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const serve = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', asOf: '2026-11-21' }
const train = { ...serve, method: 'full', trainer: 'megatron-lm' }

// Llama 3.1 8B: 32 layers, 32 attention heads, 8 kv heads.
describe.each([33, 50, Number.MAX_SAFE_INTEGER])('%d stages for 32 layers', (pipelineParallel) => {
  const refused = `llama-3.1-8b: ${pipelineParallel} pipeline stages for 32 layers`
  test('of serving', () => {
    expect(() => estimatePlan({ ...serve, pipelineParallel }, catalog)).toThrow(refused)
    expect(() => fitModel({ ...serve, pipelineParallel }, catalog)).toThrow(refused)
  })
  test('of training', () => {
    expect(() => estimateTraining({ ...train, pipelineParallel }, catalog)).toThrow(refused)
    expect(() => fitTraining({ ...train, pipelineParallel }, catalog)).toThrow(refused)
  })
})

test('as many stages as layers are computed', () => {
  const { plan, fits } = estimatePlan({ ...serve, pipelineParallel: 32 }, catalog)
  expect([fits, plan.placement.gpus]).toEqual([true, 32])
  expect(estimateTraining({ ...train, pipelineParallel: 32 }, catalog).plan.placement.gpus).toBe(32)
})

test('heads, experts and what the program does not offer', () => {
  expect(() => estimatePlan({ ...serve, tensorParallel: 3 }, catalog)).toThrow(
    'llama-3.1-8b: tensor parallel 3 does not divide 32 attention heads',
  )
  expect(() => estimatePlan({ ...serve, expertParallel: 2 }, catalog)).toThrow('the model has no experts to spread')
  expect(() => estimateTraining({ ...train, tensorParallel: 64 }, catalog)).toThrow(
    'tensor parallel 64 does not divide',
  )
  expect(() => estimateTraining({ ...train, trainer: 'unsloth', tensorParallel: 2 }, catalog)).toThrow(
    'has no tensor parallelism',
  )
})

test('where only the parameter count is known, nothing is known to stand in the way', () => {
  const { plan } = estimatePlan({ ...serve, model: 'gpt-4-estimated', tensorParallel: 8, pipelineParallel: 4 }, catalog)
  expect(plan.placement.gpus).toBe(32)
})
