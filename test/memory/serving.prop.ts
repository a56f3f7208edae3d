import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { totalBytes } from '../../src/memory/ledger.ts'
import type { ServingLoad, ServingMemory } from '../../src/memory/serving.ts'
import { stageWeights } from '../../src/memory/weights.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { wrongBytes } from '../derivation.ts'
import {
  architecture,
  awq,
  bf16,
  ggufQ4KM,
  int8,
  kv8,
  kv16,
  llamaCpp,
  mxfp4,
  serving,
  sglang,
  tensorrtLlm,
  vllm,
} from './fixtures.ts'

/** Kinds of architecture that differ in what they cache and how they split. */
const MODELS = [
  'llama-3-70b',
  'gpt-oss-120b',
  'gemma-3-27b',
  'deepseek-v3',
  'qwen3.6-27b',
  'llama-4-scout',
  'mixtral-8x7b',
  'deepseek-v4-flash',
]
const prepared = new Map<string, ServingMemory>()

const memories = fc
  .record({
    model: fc.constantFrom(...MODELS),
    engine: fc.constantFrom(vllm, sglang, tensorrtLlm, llamaCpp),
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    pipelineParallel: fc.constantFrom(1, 2, 3),
    kv: fc.constantFrom(kv16, kv8),
    gpu: fc.constantFrom('h100-sxm-80gb', 'rtx-4090', 'b200-sxm'),
    newest: fc.boolean(),
  })
  .map(({ engine, newest, model, tensorParallel, ...rest }) => {
    const releases = engine.releases
    const from = (newest ? releases.at(-1) : releases[0])?.from ?? '0'
    const gguf = engine === llamaCpp
    const tp = gguf ? 1 : tensorParallel
    const key = JSON.stringify([engine.id, from, model, tp, rest.pipelineParallel, rest.kv.id, rest.gpu])
    const known = prepared.get(key)
    if (known !== undefined) return known
    const quantization = gguf ? ggufQ4KM : bf16
    const memory = serving({ ...rest, model, engine, from, tensorParallel: tp, quantization, headroomFraction: 0.05 })
    prepared.set(key, memory)
    return memory
  })

const loads: fc.Arbitrary<ServingLoad> = fc.record({
  maxSequences: fc.integer({ min: 1, max: 1024 }),
  maxBatchedTokens: fc.integer({ min: 1, max: 16_384 }),
  context: fc.integer({ min: 1, max: 200_000 }),
  sequences: fc.integer({ min: 1, max: 1024 }),
  sequenceTokens: fc.integer({ min: 1, max: 50_000 }),
})

describe('serving memory', () => {
  it('the ledger adds up to the total', () => {
    fc.assert(
      fc.property(memories, loads, (memory, load) => {
        const result = memory.evaluate(load)
        const terms = memory.ledger(load)
        expect(totalBytes(terms)).toBe(result.totalBytes)
        expect(result.freeBytes).toBe(result.capacityBytes - result.totalBytes)
        expect(terms.map((term) => term.name)).toEqual([
          'weights',
          'kv_cache',
          'activations',
          'graphs',
          'communication',
          'runtime',
        ])
        for (const term of terms) {
          expect(Number.isInteger(term.bytes) && term.bytes >= 0).toBe(true)
          expect(wrongBytes(term.formula(), term.bytes)).toBe(null)
        }
      }),
    )
  })

  it.each(['context', 'sequences', 'sequenceTokens', 'maxSequences', 'maxBatchedTokens'] as const)(
    'more %s never needs less memory, and never makes a load fit',
    (key) => {
      fc.assert(
        fc.property(memories, loads, fc.integer({ min: 1, max: 5000 }), (memory, load, more) => {
          const before = { ...memory.evaluate(load) }
          const after = memory.evaluate({ ...load, [key]: load[key] + more })
          expect(after.totalBytes).toBeGreaterThanOrEqual(before.totalBytes)
          expect(after.shortfallBytes).toBeGreaterThanOrEqual(before.shortfallBytes)
          expect(after.fits && !before.fits).toBe(false)
        }),
      )
    },
  )

  it('no load needs less than the minimum', () => {
    fc.assert(
      fc.property(memories, loads, (memory, load) => {
        expect(memory.evaluate(load).totalBytes).toBeGreaterThanOrEqual(memory.minimumBytes)
        expect(memory.minimumBytes).toBeGreaterThan(memory.weightsBytes)
      }),
    )
  })

  it('a load fits exactly when nothing is missing', () => {
    fc.assert(
      fc.property(memories, loads, (memory, load) => {
        const result = memory.evaluate(load)
        expect(result.fits).toBe(result.shortfallBytes === 0)
        expect(Number.isFinite(result.kvUtilization)).toBe(true)
      }),
    )
  })

  it('the largest load that fits is the largest', () => {
    fc.assert(
      fc.property(memories, loads, (memory, load) => {
        const most = memory.largestSequences(load)
        if (most > 0) expect(memory.evaluate({ ...load, sequences: most }).fits).toBe(true)
        if (most < load.maxSequences) expect(memory.evaluate({ ...load, sequences: most + 1 }).fits).toBe(false)
        const longest = memory.largestContext(load, 1_000_000)
        const at = (tokens: number) => memory.evaluate({ ...load, context: tokens, sequenceTokens: tokens }).fits
        if (longest > 0) expect(at(longest)).toBe(true)
        if (longest < 1_000_000) expect(at(longest + 1)).toBe(false)
      }),
    )
  })
})

describe('weights', () => {
  const weightsOf = (
    model: string,
    format: typeof bf16,
    tensorParallel: number,
    pipelineParallel: number,
    spread: boolean,
  ) =>
    Math.max(
      ...stageWeights({
        tensors: describeModel(architecture(model)),
        quantization: format,
        engine: vllm,
        generation: 'hopper',
        tensorParallel,
        pipelineParallel,
        expertParallel: spread ? tensorParallel : 1,
      }).map((stage) => stage.bytes),
    )
  const given = [fc.constantFrom(...MODELS), fc.constantFrom(bf16, int8, awq, mxfp4), fc.boolean()] as const

  it('more tensor parallelism never needs more of them a GPU', () => {
    fc.assert(
      fc.property(...given, fc.constantFrom(1, 2, 4, 8), fc.constantFrom(1, 2, 4), (model, format, spread, tp, pp) => {
        const wider = weightsOf(model, format, tp * 2, pp, spread)
        expect(wider).toBeLessThanOrEqual(weightsOf(model, format, tp, pp, spread))
      }),
      { numRuns: 40 },
    )
  })

  it('more pipeline stages never need more of them a GPU, beyond the second copy of a tied table', () => {
    const untied = MODELS.filter((id) => !architecture(id).tied_embeddings)
    fc.assert(
      fc.property(fc.constantFrom(...untied), fc.constantFrom(1, 2, 4), fc.constantFrom(1, 2, 4), (model, tp, pp) => {
        expect(weightsOf(model, bf16, tp, pp * 2, false)).toBeLessThanOrEqual(weightsOf(model, bf16, tp, pp, false))
      }),
      { numRuns: 40 },
    )
  })
})
