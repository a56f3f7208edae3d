import { describe, expect, it } from 'vitest'
import type { Term, TermName } from '../../src/memory/ledger.ts'
import { lazily } from '../lazily.ts'
import { bf16, GIB, int8, mxfp4, serving } from './fixtures.ts'

/*
 * Figures worked by hand from the accounting (H100 SXM, 79.18 GiB as the driver reports it) and held against
 * start-up logs: llm-d-incubation/llm-d-planner docs/empirical-vllm-memory-results.md (0.11.0) and PR 205 (0.19.0).
 */

const bytesOf = (terms: readonly Term[], name: TermName) =>
  terms.find((term) => term.name === name)?.bytes ?? Number.NaN
const gibOf = (terms: readonly Term[], name: TermName) => bytesOf(terms, name) / GIB
const h100 = { maxSequences: 1024, maxBatchedTokens: 8192 }

describe('Llama 3 70B, int8, one H100, utilization 0.95, context 2048', () => {
  const memory = lazily(() => serving({ model: 'llama-3-70b', quantization: int8, utilization: 0.95 }))
  const load = { ...h100, context: 2048, sequences: 8, sequenceTokens: 2048 }
  const terms = lazily(() => memory.ledger(load))

  it('weighs 72,658,468,864 bytes', () => {
    // blocks 68,451,041,280 x 1 + embedding and head 2 x 1,050,673,152 x 2 + norms 1,318,912 x 2 + rope 8,192 x 128 x 2
    expect(bytesOf(terms, 'weights')).toBe(72_658_468_864)
    expect(gibOf(terms, 'weights')).toBeCloseTo(67.668, 3)
  })

  it('peaks at 1.952 GiB of activations, set by the sampler', () => {
    // sampler 14 x 1024 x 128,256 + 134,217,728 = 1,972,895,744; forward 1,912,602,624; base 0.115
    expect(bytesOf(terms, 'activations')).toBe(1_972_895_744 + Math.round(0.115 * GIB))
  })

  it('has a pool of 5.350 GiB: 1,095 blocks, 17,520 tokens, 8 requests of 2048', () => {
    const result = memory.evaluate(load)
    expect(result.poolBytes / GIB).toBeCloseTo(5.35, 3)
    expect(memory.printedTokens(load)).toBe(17_520)
    expect(bytesOf(terms, 'kv_cache')).toBe(8 * 2048 * 327_680)
    expect(result.fits).toBe(true)
    // 8.55 requests of 2048
    expect(memory.evaluate({ ...load, sequences: 9 }).fits).toBe(false)
    expect(memory.largestSequences(load)).toBe(8)
  })

  it('keeps graphs and the CUDA context outside the budget', () => {
    expect(gibOf(terms, 'graphs')).toBeCloseTo(1.56, 2)
    expect(gibOf(terms, 'runtime')).toBeCloseTo(0.25 + 0.51, 6)
    expect(bytesOf(terms, 'communication')).toBe(0)
  })

  it('holds about 4,550 tokens at utilization 0.90', () => {
    const smaller = serving({ model: 'llama-3-70b', quantization: int8, utilization: 0.9 })
    expect(smaller.evaluate(load).poolBytes / GIB).toBeCloseTo(1.39, 2)
    expect(Math.abs(smaller.printedTokens(load) - 4550)).toBeLessThan(16)
  })
})

describe('Llama 3 70B, bf16, tensor parallel 4 over NVLink, utilization 0.90, context 8192', () => {
  const memory = lazily(() => serving({ model: 'llama-3-70b', tensorParallel: 4 }))
  const load = { ...h100, context: 8192, sequences: 32, sequenceTokens: 8192 }
  const terms = lazily(() => memory.ledger(load))

  it('weighs 35,280,928,768 bytes a GPU', () => {
    // 68,451,041,280 x 2/4 + 4,202,692,608/4 + norms 2,637,824 + rope 2,097,152
    expect(memory.weightsBytes).toBe(35_280_928_768)
  })

  it('takes 20 GiB of cache a GPU for 32 sequences of 8192', () => {
    // 2 x 80 layers x 2 heads of the rank x 128 x 2 B = 81,920 B a token
    expect(bytesOf(terms, 'kv_cache')).toBe(32 * 8192 * 81_920)
    expect(gibOf(terms, 'kv_cache')).toBe(20)
  })

  it('spends 2.178 GiB outside the allocator, 1.928 of it on communicators', () => {
    // 1.97 + 0.104 x log2(4)
    expect(gibOf(terms, 'communication') + gibOf(terms, 'runtime')).toBeCloseTo(2.178 + 0.51, 6)
    expect(gibOf(terms, 'communication')).toBeCloseTo(1.928, 6)
  })

  it('has a pool of 34.274 GiB: 28,076 blocks, 449,216 tokens, 54 requests', () => {
    // 71.262 - 32.858 - 1.952 - 2.178; a block of 16 tokens takes 1,310,720 B
    expect(memory.evaluate(load).poolBytes / GIB).toBeCloseTo(34.274, 3)
    expect(memory.printedTokens(load)).toBe(449_216)
    expect(memory.largestSequences(load)).toBe(54)
  })
})

describe('gpt-oss-120b, MXFP4, one H100, utilization 0.95', () => {
  const options = { model: 'gpt-oss-120b', quantization: mxfp4, utilization: 0.95 }
  const load = { ...h100, context: 16_384, sequences: 8, sequenceTokens: 16_384 }

  it('weighs 64.417 GiB with padded experts', () => {
    // 114,661,785,600 x 4.25/8 x 1.06275 + biases 39,813,120 x 4 + attention, router, norms, tables and rope
    expect(serving(options).weightsBytes / GIB).toBeCloseTo(64.417, 2)
  })

  it('needs 3.195 GiB of activations and leaves 7.359 GiB: 13,395 blocks, 107,152 tokens, 8 requests', () => {
    const memory = serving(options)
    const terms = memory.ledger(load)
    expect(gibOf(terms, 'activations')).toBeCloseTo(3.195, 3)
    expect(memory.evaluate(load).poolBytes / GIB).toBeCloseTo(7.359, 2)
    expect(memory.printedTokens(load)).toBe(107_152)
    expect(memory.largestSequences(load)).toBe(8)
  })

  it('holds 1 request of 131,072', () => {
    const long = { ...load, context: 131_072, sequenceTokens: 131_072 }
    expect(serving(options).largestSequences(long)).toBe(1)
  })

  it('matches the 0.11 log: activations 7.38, outside the allocator 0.13, pool 3.33', () => {
    const memory = serving({ ...options, from: '0.10' })
    const terms = memory.ledger(load)
    expect(gibOf(terms, 'activations')).toBeCloseTo(7.38, 2)
    expect(gibOf(terms, 'runtime')).toBeCloseTo(0.13 + 0.51, 6)
    expect(Math.abs(memory.evaluate(load).poolBytes / GIB - 3.33)).toBeLessThan(0.05)
  })

  it('is refused in 0.11 at utilization 0.90: the pool is negative', () => {
    const result = serving({ ...options, from: '0.10', utilization: 0.9 }).evaluate({ ...load, sequences: 1 })
    expect(result.poolBytes).toBeLessThan(0)
    expect(result.fits).toBe(false)
    expect(result.shortfallBytes).toBe(Math.ceil(result.kvBytes - result.poolBytes))
  })
})

describe('Llama 3.1 8B, bf16, one H100', () => {
  it('has room for 51 sequences of 8192 under vLLM 0.11 at utilization 0.9', () => {
    // 71.262 - 14.99 - (38 x 1024 x 128,256 + 8192 x 8192 + 0.05 GiB) - 0.13 = 51.4 GiB; one sequence takes exactly 1 GiB
    const memory = serving({ model: 'llama-3.1-8b', quantization: bf16, from: '0.10' })
    const load = { ...h100, context: 8192, sequenceTokens: 8192 }
    expect(memory.largestSequences(load)).toBe(51)
  })
})
