import { beforeAll, describe, expect, it, test } from 'vitest'
import { dimensionValues } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { shop } from '../answers/shop.ts'

/* The values by which `plan compare --by` splits a scenario: those that it lists, else all that its search tries. */

let market: Catalog
beforeAll(async () => {
  market = shop(await loadCatalog())
})

const valuesOf = (scenario: object, dimension: string, set: readonly string[] = []): string[] =>
  dimensionValues(JSON.stringify(scenario), 'split.yaml', market, dimension, '2026-11-21', set)

const serve = (search: object = {}, more: object = {}) => ({
  kind: 'serve',
  model: 'llama-3.1-8b',
  traffic: { concurrency: 1, input_tokens: 100, output_tokens: 20 },
  search,
  ...more,
})
const train = (search: object = {}) => ({ kind: 'train', model: 'llama-3.1-8b', data: { tokens: 1e6 }, search })

describe('of serving', () => {
  test.each<[string, object, string[]]>([
    ['gpu', {}, ['a10', 'a100-sxm-80gb', 'h100-sxm-80gb', 'l4', 'l40s', 'mi300x', 'rtx-4090']],
    ['gpu', { gpus: ['l40s', 'b200-sxm', 'l4'] }, ['l4', 'l40s']],
    ['provider', {}, ['annex', 'corner', 'hall', 'island']],
    ['provider', { exclude_providers: ['hall'] }, ['annex', 'corner', 'island']],
    ['quantization', { quantization: ['fp8', 'bf16'] }, ['fp8', 'bf16']],
    ['kv_cache', { kv_cache: ['fp8', 'bf16'] }, ['fp8', 'bf16']],
    ['tensor_parallel', {}, ['1', '2', '4', '8']],
    ['tensor_parallel', { tensor_parallel: [4, 2, 2] }, ['2', '4']],
    ['pipeline_parallel', { pipeline_parallel: [3] }, ['3']],
    ['expert_parallel', {}, ['1']],
    ['pricing', {}, ['on-demand']],
    ['pricing', { pricing: ['spot', 'on-demand'] }, ['spot', 'on-demand']],
  ])('%s with %o', (dimension, search, values) => {
    expect(valuesOf(serve(search), dimension)).toEqual(values)
  })
  it('experts are spread over as many ranks as the search tries', () => {
    expect(valuesOf(serve({}, { model: 'mixtral-8x7b' }), 'expert_parallel')).toEqual(['1', '2', '4', '8'])
  })
  it('as the flags change it', () => {
    expect(valuesOf(serve(), 'gpu', ['search.gpus=[l4]'])).toEqual(['l4'])
  })
})

describe('of training', () => {
  test.each<[string, object, string[]]>([
    ['method', { method: ['qlora', 'full'] }, ['qlora', 'full']],
    ['gpu', { gpus: ['l40s', 'l4', 'b200-sxm'] }, ['l4', 'l40s']],
    ['provider', { gpus: ['l40s', 'h100-sxm-80gb'] }, ['corner', 'hall']],
    ['optimizer', { optimizer: ['lion', 'adamw'] }, ['lion', 'adamw']],
    ['zero_stage', { zero_stage: [3, 0] }, ['0', '3']],
    ['offload', { offload: ['none', 'optimizer'] }, ['none', 'optimizer']],
    ['activation_checkpointing', { activation_checkpointing: ['full', 'none'] }, ['none', 'full']],
    ['micro_batch', { micro_batch: [8, 1] }, ['1', '8']],
    ['tensor_parallel', { tensor_parallel: [2, 1] }, ['1', '2']],
    ['pipeline_parallel', { pipeline_parallel: [1] }, ['1']],
    ['virtual_pipeline', { virtual_pipeline: [1] }, ['1']],
    ['context_parallel', { context_parallel: [2, 1] }, ['1', '2']],
    ['expert_parallel', {}, ['1']],
    ['lora_rank', { method: ['lora'], lora: { rank: [64, 8] } }, ['8', '64']],
    ['pricing', { pricing: ['reserved-1y', 'spot'] }, ['reserved-1y', 'spot']],
  ])('%s with %o', (dimension, search, values) => {
    expect(valuesOf(train(search), dimension)).toEqual(values)
  })
})

describe('a dimension that there is not', () => {
  test.each([
    [serve(), 'method', 'a serve scenario has no such dimension', 'gpu, provider, quantization, kv_cache'],
    [train(), 'kv_cache', 'a train scenario has no such dimension', 'method, gpu, provider, optimizer'],
    [serve(), 'toString', 'a serve scenario has no such dimension', 'one of gpu'],
  ])('%o by %s', (scenario, dimension, message, hint) => {
    expect(() => valuesOf(scenario, dimension)).toThrow(`--by ${dimension}: ${message}`)
    expect(() => valuesOf(scenario, dimension)).toThrow(hint)
  })
})
