import { describe, expect, test } from 'vitest'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Kernel } from '../../src/catalog/performance.ts'
import { meanLookBack } from '../../src/performance/cache-reads.ts'
import { allReduceLatencySeconds } from '../../src/performance/collectives.ts'
import { figure } from '../../src/performance/figure.ts'
import { kernelRates, kvReadBytesPerSecond, peakFlopsPerSecond } from '../../src/performance/hardware.ts'
import { profileModel } from '../../src/performance/profile.ts'
import { softMaximum } from '../../src/performance/roofline.ts'
import { lazily } from '../lazily.ts'
import { workedSystem } from './fixtures.ts'
import { compressed, dense, mla, smallModel, softmax } from './small-model.ts'

const fitted = (value: number, records = 0) => ({ value, records })
const everywhere = (value: number) => ({ default: fitted(value), generations: {} })
const worked = lazily(() => workedSystem(1))

describe('peaks of a data sheet', () => {
  const board = (dense_tflops: Record<string, number>): Gpu => ({ ...worked.gpu, dense_tflops }) as Gpu
  test.each([
    ['bf16', { fp16: 3, fp32: 1 }, 3e12],
    ['fp16', { bf16: 4, fp32: 1 }, 4e12],
    ['fp16_fp16_accumulate', { fp16: 3, bf16: 4 }, 3e12],
    ['fp16_fp16_accumulate', { bf16: 4 }, 4e12],
    ['fp8', { bf16: 4, fp16: 3 }, 4e12],
    ['fp8', { fp16: 3 }, 3e12],
    ['int8', { bf16: 4, fp16: 3 }, 4e12],
    ['int8', { fp16: 3 }, 3e12],
    ['fp4', { fp8: 8, bf16: 4 }, 8e12],
    ['fp4', { bf16: 4, fp16: 3 }, 4e12],
  ] as const)('%s on a board with %o', (name, sheet, peak) => {
    expect(peakFlopsPerSecond(board(sheet), name)).toBe(peak)
  })
  test('a format comes before what stands in for it', () => {
    const all = board({ fp32: 1, fp16: 3, bf16: 4, int8: 7, fp8: 8, fp4: 16, fp16_fp16_accumulate: 6 })
    const names = ['fp32', 'fp16', 'bf16', 'int8', 'fp8', 'fp4', 'fp16_fp16_accumulate']
    expect(names.map((name) => peakFlopsPerSecond(all, name))).toEqual([1e12, 3e12, 4e12, 7e12, 8e12, 16e12, 6e12])
  })
  test('nothing stands in for single precision, nor for a name that is none', () => {
    expect(peakFlopsPerSecond(board({ fp16: 3 }), 'fp32')).toBeNull()
    expect(peakFlopsPerSecond(board({ fp32: 1 }), 'fp8')).toBeNull()
    expect(peakFlopsPerSecond(board({ fp16: 3 }), 'constructor')).toBeNull()
  })
})

describe('rates of a kernel: data sheet x share of the kernel x factor of the board', () => {
  const kernel: Kernel = {
    ...worked.kernel,
    peak: { default: 'fp8', generations: { 'ada-lovelace': 'fp16' } },
    bandwidth: { default: fitted(0.5), generations: { ampere: fitted(0.4) } },
    compute: { default: fitted(0.5), generations: { ampere: fitted(0.3) } },
    experts: { bandwidth: everywhere(0.5), compute: { default: fitted(0.25), generations: { ampere: fitted(0.125) } } },
    gpu_factors: 'general',
  }
  const gpu: Gpu = {
    ...worked.gpu,
    generation: 'hopper',
    memory_bandwidth_gb_per_second: 1000,
    dense_tflops: { fp32: 10, fp16: 100, fp8: 200 },
    efficiency: {
      bandwidth: fitted(1.2, 7),
      compute: fitted(1.5, 3),
      llama_cpp_bandwidth: fitted(0.8, 4),
      llama_cpp_compute: fitted(0.5, 9),
    },
  }
  test('the default of the kernel', () => {
    expect(kernelRates(gpu, kernel)).toEqual({ bytesPerSecond: 600e9, flopsPerSecond: 150e12, records: 3 })
  })
  test('routed experts reach a part of it', () => {
    const { bytesPerSecond, flopsPerSecond } = kernelRates(gpu, kernel, true)
    expect([bytesPerSecond, flopsPerSecond]).toEqual([300e9, 37.5e12])
    const { experts: _, ...plain } = kernel
    expect(kernelRates(gpu, plain as Kernel, true)).toEqual(kernelRates(gpu, kernel))
  })
  test('the figures of a generation', () => {
    const ampere = kernelRates({ ...gpu, generation: 'ampere' }, kernel, true)
    expect(ampere.bytesPerSecond).toBeCloseTo(1e12 * 0.4 * 1.2 * 0.5, 0)
    expect(ampere.flopsPerSecond).toBeCloseTo(200e12 * 0.3 * 1.5 * 0.125, 0)
    expect(kernelRates({ ...gpu, generation: 'ada-lovelace' }, kernel).flopsPerSecond).toBeCloseTo(100e12 * 0.75, 0)
  })
  test('llama.cpp has factors of its own', () => {
    const own = kernelRates(gpu, { ...kernel, gpu_factors: 'llama_cpp' })
    expect(own).toEqual({ bytesPerSecond: 400e9, flopsPerSecond: 50e12, records: 4 })
  })
  test('a board without factors counts for one, without a record', () => {
    expect(kernelRates({ ...gpu, efficiency: {} }, kernel)).toEqual({
      bytesPerSecond: 500e9,
      flopsPerSecond: 100e12,
      records: 0,
    })
    const half = kernelRates({ ...gpu, efficiency: { bandwidth: fitted(1.2, 7) } }, kernel)
    expect(half.records).toBe(0)
  })
  test('no more than the data sheet, nor than what the board copies', () => {
    const fast = { ...kernel, bandwidth: everywhere(0.95), compute: everywhere(0.9) }
    expect(kernelRates(gpu, fast)).toMatchObject({ bytesPerSecond: 1000e9, flopsPerSecond: 200e12 })
    const copying = { ...gpu, efficiency: { ...gpu.efficiency, copy_share: fitted(0.55) } }
    expect(kernelRates(copying, kernel).bytesPerSecond).toBeCloseTo(550e9, 0)
    expect(kernelRates(copying, { ...kernel, bandwidth: everywhere(0.4) }).bytesPerSecond).toBeCloseTo(480e9, 0)
  })
  test('without the peak that the kernel needs: 16 bit, then single precision, then nothing', () => {
    const int8: Kernel = { ...kernel, peak: { default: 'tf32', generations: {} } }
    const flops = (dense_tflops: Gpu['dense_tflops']) => kernelRates({ ...gpu, dense_tflops }, int8).flopsPerSecond
    expect(flops({ fp32: 10, fp16: 100 })).toBeCloseTo(75e12, 0)
    expect(flops({ fp32: 10 })).toBeCloseTo(7.5e12, 0)
    expect(flops({})).toBe(0)
  })
  test('the cache is read at the share of the generation, llama.cpp at another, neither faster than a copy', () => {
    const generation = { ...worked.generation, kv_read: fitted(0.9), llama_cpp_kv_read: fitted(0.3) }
    expect(kvReadBytesPerSecond(gpu, generation, false)).toBe(900e9)
    expect(kvReadBytesPerSecond(gpu, generation, true)).toBe(300e9)
    const copying = { ...gpu, efficiency: { copy_share: fitted(0.5) } }
    expect(kvReadBytesPerSecond(copying, generation, false)).toBe(500e9)
    expect(kvReadBytesPerSecond(copying, generation, true)).toBe(300e9)
  })
})

describe('the profile of a model', () => {
  const profileOf = (attention: object, mlp?: object) => profileModel(smallModel(attention, mlp))

  test('experts: 4 of 3 x 8 x 16, two of them a token; attention 8 x (8 + 4 + 4 + 8) and a router of 8 x 4 a layer', () => {
    const profile = profileOf(softmax, { kind: 'moe', experts: 4, experts_per_token: 2, intermediate_size: 16 })
    expect(profile).toMatchObject({
      layers: 3,
      moeLayers: 3,
      hiddenSize: 8,
      linearParameters: 3 * (8 * 24 + 32),
      headParameters: 800,
      expertParameters: 3 * 4 * 3 * 8 * 16,
      experts: 4,
      expertsPerToken: 2,
      expertWidth: 16,
    })
    const [attention] = profile.attention
    // QK and PV: 2 x 2 heads x (4 + 4) operations.
    expect(attention).toMatchObject({
      layers: 3,
      flopsPerTokenPair: 32,
      latentFlopsPerTokenPair: 0,
      window: Infinity,
      sparseTokens: Infinity,
    })
    // A key and a value of 4; half of a head cannot be had.
    expect([1, 2].map((ranks) => attention?.kv(ranks).elementsPerToken)).toEqual([8, 8])
  })

  test('a dense model has no experts, and a layer copied twice counts twice', () => {
    const once = profileOf(softmax)
    expect(once).toMatchObject({ moeLayers: 0, experts: 0, expertsPerToken: 0, expertWidth: 0, expertParameters: 0 })
    expect(once.linearParameters).toBe(3 * (8 * 24 + 3 * 8 * 16))
    const twice = profileOf(softmax, { ...dense, copies: 2 })
    expect(twice.linearParameters).toBe(3 * (8 * 24 + 2 * 3 * 8 * 16))
  })

  test('windows, values of another width, indexers', () => {
    const of = (changes: object) => profileOf({ ...softmax, ...changes }).attention[0]
    expect(of({ window: { size: 128, mode: 'sliding' } })?.window).toBe(128)
    expect(of({ v_head_dim: 6 })?.flopsPerTokenPair).toBe(2 * 2 * (4 + 6))
  })

  test('latent attention: prompts in the expanded form, decoding in the latent one', () => {
    const of = (changes: object) => profileOf({ ...mla, ...changes }).attention[0]
    expect(of({})).toMatchObject({
      flopsPerTokenPair: 2 * 2 * (4 + 3 + 6),
      latentFlopsPerTokenPair: 2 * 2 * (2 * 5 + 3),
      window: Infinity,
      sparseTokens: Infinity,
    })
    expect(of({ blocks: 2 })).toMatchObject({ flopsPerTokenPair: 104, latentFlopsPerTokenPair: 104 })
    expect(of({ indexer: { heads: 2, head_dim: 4, top_k: 2048 } })?.sparseTokens).toBe(2048)
  })

  test('compressed attention looks at the raw tokens of its window', () => {
    expect(profileOf(compressed).attention[0]).toMatchObject({ flopsPerTokenPair: 32, window: 128 })
  })

  test('recurrent layers score nothing against earlier tokens', () => {
    const attention = { kind: 'gated-deltanet', k_heads: 2, v_heads: 4, k_dim: 4, v_dim: 4, conv: 4 }
    expect(profileOf(attention).attention[0]).toMatchObject({
      layers: 3,
      flopsPerTokenPair: 0,
      latentFlopsPerTokenPair: 0,
      window: Infinity,
      sparseTokens: Infinity,
    })
  })
})

test('latency of an all-reduce: published for 2, 4 and 8, between them by doublings, beyond 8 as from 4 to 8', () => {
  const link = {
    ...worked.link,
    all_reduce_latency_seconds: { 2: fitted(10), 4: fitted(14), 8: fitted(20) },
  }
  expect([1, 2, 4, 8, 16, 64].map((ranks) => allReduceLatencySeconds(link, ranks))).toEqual([0, 10, 14, 20, 26, 38])
  expect(allReduceLatencySeconds(link, 3)).toBeCloseTo(10 + 4 * (Math.log2(3) - 1), 12)
  expect(allReduceLatencySeconds(link, 6)).toBeCloseTo(14 + 6 * (Math.log2(6) - 2), 12)
})

test('tokens that a prompt token looks back at', () => {
  // Half of 1,000; of a prompt of which 600 are cached, all those and half of the rest.
  expect(meanLookBack(1000, 1000, Infinity)).toBe(500)
  expect(meanLookBack(1000, 400, Infinity)).toBe(800)
  // A window of 200: 200 (1 - 200 / 2000).
  expect(meanLookBack(1000, 1000, 200)).toBe(180)
  expect(meanLookBack(1000, 1000, 1000)).toBe(500)
  // A window that leaves more than there is before a token.
  expect(meanLookBack(1000, 1000, 999)).toBeCloseTo(499.9995, 9)
})

test('soft maximum: of nothing the other one, of 5 and 12 by squares 13', () => {
  expect([softMaximum(0, 7, 2), softMaximum(7, 0, 2), softMaximum(0, 0, 3)]).toEqual([7, 7, 0])
  expect(softMaximum(5, 12, 2)).toBeCloseTo(13, 12)
  expect(softMaximum(12, 5, 2)).toBeCloseTo(13, 12)
  expect(softMaximum(3, 4, 3)).toBeCloseTo(91 ** (1 / 3), 12)
})

test.each([
  [1024, '1024'],
  [9_999_999, '9999999'],
  [10_000_000, '1e7'],
  [12_345_678, '1.235e7'],
  [-10_000_000, '-1e7'],
  [0, '0'],
  [0.123_456, '0.1235'],
  [1234.56, '1235'],
  [999_999.5, '1e6'],
  [1_000_000.5, '1e6'],
  [0.001, '0.001'],
  [0.000_999_9, '9.999e-4'],
  [-0.000_5, '-5e-4'],
  [123_456.7, '123500'],
])('%d in a formula is %s', (value, text) => {
  expect(figure(value)).toBe(text)
})
