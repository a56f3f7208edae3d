import { describe, expect, it } from 'vitest'
import { totalBytes } from '../../src/memory/ledger.ts'
import {
  awq,
  bf16,
  fp8,
  GIB,
  ggufQ4,
  ggufQ4KM,
  int8,
  kv8,
  llamaCpp,
  releaseFrom,
  serving,
  sglang,
  tensorrtLlm,
  vllm,
} from './fixtures.ts'

const load = { maxSequences: 256, maxBatchedTokens: 8192, context: 8192, sequences: 16, sequenceTokens: 2048 }
const termsOf = (memory: ReturnType<typeof serving>, at = load) =>
  Object.fromEntries(memory.ledger(at).map((term) => [term.name, term.bytes]))

describe('what must fit', () => {
  it('is the larger of the sequences together and the longest alone', () => {
    const memory = serving({ model: 'llama-3.1-8b' })
    // 131,072 B a token: 16 x 2048 tokens are 4 GiB, one of 8192 is 1 GiB
    expect(memory.evaluate(load).kvBytes).toBe(4 * GIB)
    expect(memory.evaluate({ ...load, sequences: 2 }).kvBytes).toBe(1 * GIB)
  })

  it('is limited by the engine and by the headroom, whichever is tighter', () => {
    const atLimit = { ...load, sequences: 128 }
    const engine = serving({ model: 'llama-3.1-8b', utilization: 0.6 }).evaluate({ ...load, sequences: 127 })
    expect(engine.fits).toBe(false)
    expect(engine.shortfallBytes).toBe(Math.ceil(engine.kvBytes - engine.poolBytes))
    const room = { ...serving({ model: 'llama-3.1-8b', utilization: 0.95 }).evaluate(atLimit) }
    expect(room.fits).toBe(true)
    const headroom = room.freeBytes / room.capacityBytes + 0.001
    const tight = serving({ model: 'llama-3.1-8b', utilization: 0.95, headroomFraction: headroom }).evaluate(atLimit)
    expect(tight.fits).toBe(false)
    expect(tight.shortfallBytes / tight.capacityBytes).toBeCloseTo(0.001, 6)
  })

  it('counts graphs inside the budget from vLLM 0.21', () => {
    const before = serving({ model: 'llama-3.1-8b', from: '0.18' })
    const after = serving({ model: 'llama-3.1-8b', from: '0.21' })
    const graphs = termsOf(after).graphs ?? 0
    expect(graphs).toBeGreaterThan(0)
    expect(before.evaluate(load).poolBytes - after.evaluate(load).poolBytes).toBeCloseTo(graphs, 0)
    expect(after.evaluate(load).totalBytes).toBe(before.evaluate(load).totalBytes)
  })

  it('writes into the object given and leaves the shared one alone', () => {
    const memory = serving({ model: 'llama-3.1-8b' })
    const shared = memory.evaluate(load)
    const total = shared.totalBytes
    const own = { ...shared }
    expect(memory.evaluate({ ...load, sequences: 32 }, own)).toBe(own)
    expect(shared.totalBytes).toBe(total)
    expect(own.totalBytes - total).toBe(4 * GIB)
    expect(memory.evaluate(load)).toBe(shared)
  })
})

describe('pipeline stages', () => {
  it('report the fullest stage and fit only where every stage fits', () => {
    const memory = serving({ model: 'llama-3-70b', pipelineParallel: 4 })
    const wide = { ...load, maxSequences: 1024 }
    const ledgers = memory.ledgers(wide)
    // first (embedding), middle (two alike), last (head and sampler)
    expect(ledgers.map((ledger) => ledger.gpu)).toEqual(['stage 1 of 4', 'stage 2 of 4', 'stage 4 of 4'])
    expect(memory.evaluate(wide).totalBytes).toBe(Math.max(...ledgers.map((ledger) => ledger.totalBytes)))
    expect(memory.weightsBytes).toBe(Math.max(...ledgers.map((ledger) => ledger.bytesOf('weights'))))
    expect(ledgers[1]?.bytesOf('activations')).toBeLessThan(ledgers[2]?.bytesOf('activations') ?? 0)
  })
})

describe('engines', () => {
  it('SGLang: DeepSeek-R1 fp8 on eight H200 holds 509,000 tokens within 2 %', () => {
    // github.com/ai-dynamo/aisimulate pull 263: mem-fraction-static 0.82
    const options = { model: 'deepseek-r1', gpu: 'h200-sxm-141gb', engine: sglang, from: '0.4' }
    const memory = serving({ ...options, quantization: fp8, tensorParallel: 8, utilization: 0.82 })
    const tokens = memory.printedTokens({ ...load, maxBatchedTokens: 32_768 })
    expect(Math.abs(tokens / 509_000 - 1)).toBeLessThan(0.02)
  })

  it('TensorRT-LLM: the pool is a share of what weights and workspace leave', () => {
    const memory = serving({ model: 'llama-3.1-8b', engine: tensorrtLlm, from: '1.2' })
    const { weights = 0, activations = 0 } = termsOf(memory)
    const result = memory.evaluate(load)
    expect(result.poolBytes).toBeCloseTo(0.9 * (result.capacityBytes - weights - activations), 0)
  })

  it('llama.cpp: Llama 3 8B Q4_K_M at context 8192 adds up to 4.3 + 1 + 0.547 GiB and the CUDA context', () => {
    // XiongjieDai/GPU-Benchmarks-on-LLM-Inference LLaMA 3/Professional GPUs/H100_PCIe_v3.ipynb
    const memory = serving({
      model: 'llama-3-8b',
      engine: llamaCpp,
      from: '0',
      quantization: ggufQ4KM,
      utilization: null,
    })
    const at = { maxSequences: 1, maxBatchedTokens: 512, context: 8192, sequences: 1, sequenceTokens: 8192 }
    const terms = termsOf(memory, at)
    expect((terms.weights ?? 0) / GIB).toBeCloseTo(4.3, 3)
    expect(terms.kv_cache).toBe(GIB)
    expect(terms.activations).toBe(560 * 2 ** 20)
    expect((terms.runtime ?? 0) / GIB).toBeCloseTo(0.4, 6)
    expect(memory.printedTokens(at)).toBe(8192)
  })

  it('llama.cpp: Llama 2 70B Q4_0 at context 512 allocates 36.362 GiB', () => {
    // XiongjieDai/GPU-Benchmarks-on-LLM-Inference LLaMA 2/Professional GPUs/A100_v2.ipynb, engine buffers without CUDA context
    const ggufQ4 = { ...ggufQ4KM, gguf: { head_bits: 6.5625, raised_tensors: [] } }
    const memory = serving({
      model: 'llama-2-70b',
      gpu: 'a100-pcie-80gb',
      engine: llamaCpp,
      from: '0',
      quantization: ggufQ4,
      utilization: null,
    })
    const at = { maxSequences: 1, maxBatchedTokens: 512, context: 512, sequences: 1, sequenceTokens: 512 }
    expect(memory.evaluate(at).totalBytes / GIB - 0.4).toBeCloseTo(36.362, 2)
  })
})

describe('formats', () => {
  it('expanded formats take the bytes they expand to', () => {
    const expanded = serving({
      model: 'llama-3.1-8b',
      quantization: awq,
      support: { level: 'expanded', expandsTo: bf16 },
    })
    expect(expanded.weightsBytes).toBe(serving({ model: 'llama-3.1-8b' }).weightsBytes)
  })

  it('weight-only kernels keep 16-bit activations', () => {
    const one = { ...load, maxSequences: 1 }
    const own = serving({ model: 'llama-3-70b', quantization: int8 })
    const weightOnly = serving({
      model: 'llama-3-70b',
      quantization: int8,
      support: { level: 'full', kernel: 'int8-weight-only' },
    })
    // one byte for each of 8192 x 28,672 activations
    expect((termsOf(own, one).activations ?? 0) - (termsOf(weightOnly, one).activations ?? 0)).toBe(8192 * 28_672)
  })

  it('an fp8 cache takes half', () => {
    const half = serving({ model: 'llama-3.1-8b', kv: kv8 })
    expect(half.evaluate(load).kvBytes).toBe(2 * GIB)
  })
})

describe('explanations', () => {
  it('carry the numbers of every term', () => {
    const terms = serving({ model: 'llama-3-70b', tensorParallel: 4 }).ledger(load)
    const text = Object.fromEntries(terms.map((term) => [term.name, term.formula()]))
    expect(text.weights).toContain('blocks 68,451,041,280 x 2 B / 4')
    expect(text.kv_cache).toContain('16 sequences x 128 blocks (for 2,048 tokens) x 1,310,720 B')
    expect(text.kv_cache).toMatch(/pool [\d,]+ B = 0\.9 x 85,018,877,624 B/)
    expect(text.activations).toContain('sampler 14 B x 256 sequences x 128,256')
    expect(text.graphs).toContain('0.0081 x 80 layers')
    expect(text.communication).toContain('over nvlink: 2.178 GiB outside the allocator - 0.250 GiB of a single GPU')
    expect(text.runtime).toContain('CUDA context 0.510 GiB')
    expect(totalBytes(terms)).toBe(serving({ model: 'llama-3-70b', tensorParallel: 4 }).evaluate(load).totalBytes)
  })

  it('the pool as each engine reckons it', () => {
    const pool = (given: Partial<Parameters<typeof serving>[0]>) =>
      serving({ model: 'llama-3-8b', ...given })
        .ledger(load)
        .find(({ name }) => name === 'kv_cache')
        ?.formula()
        .replace(/^.*pool [\d,]+ B = /, '')
    const device = '85,018,877,624 B'
    expect(pool({})).toBe(`0.9 x ${device} - weights - activations - 0.250 GiB outside the allocator`)
    expect(pool({ from: '0.21' })).toContain('outside the allocator, graphs')
    expect(pool({ engine: sglang, from: '0.4', utilization: 0.85 })).toBe(`0.85 x (${device} - 0.5 GiB) - weights`)
    expect(pool({ engine: sglang, from: '0.4', utilization: 0.85, tensorParallel: 2 })).toBe(
      `0.85 x (${device} - 1.5 GiB) - weights`,
    )
    const first = (engine: typeof vllm) => engine.releases[0]?.from ?? expect.fail('no release')
    expect(pool({ engine: tensorrtLlm, from: first(tensorrtLlm), utilization: 0.9 })).toBe(
      `0.9 x (${device} - weights - workspace)`,
    )
    expect(pool({ engine: llamaCpp, from: first(llamaCpp), quantization: ggufQ4, headroomFraction: 0.25 })).toBe(
      `0.75 x ${device} - everything else`,
    )
  })

  it('the longest sequence alone, where it needs more than all others', () => {
    const formula = (more: object) =>
      serving({ model: 'llama-3-8b' })
        .ledger({ ...load, ...more })
        .find(({ name }) => name === 'kv_cache')
        ?.formula()
    expect(formula({ context: 8192, sequences: 2, sequenceTokens: 1024 })).toMatch(
      /^the longest sequence alone: 1 sequence/,
    )
    expect(formula({ context: 2048, sequences: 2, sequenceTokens: 1024 })).toMatch(/^2 sequences x 64 blocks/)
  })

  it('weights and cache are counted, the rest is as its constants were found', () => {
    const terms = serving({ model: 'llama-3-8b' }).ledger(load)
    const source = Object.fromEntries(terms.map((term) => [term.name, term.source]))
    expect(source).toMatchObject({ weights: 'spec', kv_cache: 'spec' })
    const { memory } = releaseFrom(vllm, '0.18')
    const engine = (records: number) => ({
      ...vllm,
      releases: [
        {
          ...releaseFrom(vllm, '0.18'),
          memory: {
            ...memory,
            sampler_bytes: { value: 14, records },
            graphs_base_gib: { value: 0.42, records },
            runtime_single_gib: { value: 0.25, records },
          },
        },
      ],
    })
    const found = (records: number) =>
      serving({ model: 'llama-3-8b', engine: engine(records) })
        .ledger(load)
        .map(({ source: each }) => each)
    expect(found(0)).toEqual(['spec', 'spec', 'assumed', 'assumed', 'assumed', 'assumed'])
    expect(found(3)).toEqual(['spec', 'spec', 'fitted', 'fitted', 'fitted', 'fitted'])
  })
})
