import { beforeAll, describe, expect, it } from 'vitest'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { quantile } from '../../src/measurements/quantile.ts'
import { validateRecords } from '../../src/measurements/validate.ts'
import type { ValidatedRecord } from '../../src/measurements/validation.ts'
import { recordsOf } from './serving-records.ts'

/* Predicted against published memory of servers: the figures that README.md prints. */

let all: readonly ValidatedRecord[]
beforeAll(async () => {
  all = validateRecords(recordsOf('serving-memory.yaml'), await loadCatalog()).records
})

describe('absolute error of vLLM and llama.cpp, median and 90th percentile', () => {
  it.each([
    ['weights_gib', 51, 0.0006, 0.0055],
    ['kv_tokens', 55, 0.0001, 0.0002],
    ['kv_cache_of_gpu', 56, 0.0006, 0.0235],
  ] as const)('%s', (quantity, starts, median, high) => {
    const errors = all.flatMap(({ error }) => error[quantity] ?? [])
    expect(errors).toHaveLength(starts)
    expect(quantile(errors, 0.5)).toBeLessThan(median)
    expect(quantile(errors, 0.9)).toBeLessThan(high)
  })
})

it('calls 108 of 109 rightly to start or not to start', () => {
  expect(all).toHaveLength(109)
  expect(all.filter(({ error }) => error.fits !== 0).map(({ id }) => id)).toEqual(['vllm51590-gptoss120b-8xpro4500'])
})

it('compares the tokens of hybrid caches with those of the room that the log printed', () => {
  // 5.98 GiB held 567,978 tokens (noonghunna/club-3090 issue 612).
  const hybrid = all.find(({ id }) => id === 'club612-qwen36-35b-a3b-5090')
  expect(hybrid?.predicted.kv_tokens).toBe(567_978)
})
