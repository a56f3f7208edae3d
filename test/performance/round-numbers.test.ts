import { describe, expect, test } from 'vitest'
import type { KvSpec } from '../../src/model/kv.ts'
import {
  closedLoop,
  lonePromptSeconds,
  maximumLoadTokensPerSecond,
  wholeBatchTokensPerSecond,
} from '../../src/performance/benchmark.ts'
import { explainSpeed } from '../../src/performance/explain.ts'
import type { ModelProfile } from '../../src/performance/profile.ts'
import { emptySpeed, ServingPerformance, type ServingSystem } from '../../src/performance/serving.ts'
import { wrongLine } from '../derivation.ts'
import { lazily } from '../lazily.ts'
import { workedSystem } from './fixtures.ts'

/*
 * The law of a step on a made-up machine and model with round numbers, every term worked by hand: experts, latent attention, windows,
 * copies of the attention and a pipeline at once. The exponent of the soft maximum is 1, so that it is a sum.
 */

const fitted = (value: number) => ({ value, records: 0 })
const everywhere = (value: number) => ({ default: fitted(value), generations: {} })
const MS = 1e-3
const US = 1e-6

/** 1 GB/s is 1e9 bytes: 1 TB/s, 100 TFLOP/s in 16 bit and 200 in 8. Boards reach 1.25 of the kernels' bandwidth and half their compute. */
function machine(changes: Partial<ServingSystem> = {}): ServingSystem {
  const worked = workedSystem(2)
  const gpu: ServingSystem['gpu'] = {
    ...worked.gpu,
    memory_bandwidth_gb_per_second: 1000,
    dense_tflops: { bf16: 100, fp8: 200 },
    efficiency: { bandwidth: fitted(1.25), compute: fitted(0.5) },
  }
  const kernel = (bandwidth: number, compute: number, peak: string): ServingSystem['kernel'] => ({
    ...worked.kernel,
    peak: { default: peak, generations: {} },
    bandwidth: everywhere(bandwidth),
    compute: everywhere(compute),
    experts: { bandwidth: everywhere(0.5), compute: everywhere(0.25) },
  })
  return {
    ...worked,
    gpu,
    profile,
    // Linear layers: 0.4 x 1.25 = half of 1 TB/s, 0.8 x 0.5 = 0.4 of 200 TFLOP/s. A second row doubles the time of reading.
    kernel: { ...kernel(0.4, 0.8, 'fp8'), batched_weight_read_factor: fitted(2) },
    expertKernel: kernel(0.4, 0.8, 'fp8'),
    // 16-bit tensors: 0.8 x 1.25 = all of 1 TB/s.
    plainKernel: kernel(0.8, 0.8, 'bf16'),
    generation: {
      ...worked.generation,
      kv_read: fitted(0.5),
      llama_cpp_kv_read: fitted(0.25),
      prompt_attention: fitted(0.5),
    },
    link: {
      ...worked.link,
      all_reduce_latency_seconds: { 2: fitted(10 * US), 4: fitted(14 * US), 8: fitted(20 * US) },
      all_reduce_bytes_per_second: fitted(100e9),
      expert_exchange_bytes_per_second: fitted(40e9),
    },
    host: {
      step_seconds: fitted(1 * MS),
      step_seconds_per_layer: fitted(20 * US),
      step_seconds_per_moe_layer: fitted(50 * US),
      step_seconds_per_sequence: fitted(10 * US),
      first_token_seconds: fitted(30 * MS),
      fill: fitted(0.8),
    },
    kv: { ...worked.kv, bytes_per_element: 2, bytes_per_token_and_head: 1 },
    physics: {
      ...worked.physics,
      soft_maximum_exponent: fitted(1),
      head_compute: fitted(0.5),
      mla_decode_compute: fitted(0.1),
      expert_tile_rows: fitted(4),
      expert_routing_skew: fitted(0.5),
      expert_half_width: fitted(512),
      expert_wait_per_doubling: fitted(0.1),
      expert_exchange_bytes_per_element: fitted(3),
      pipeline_handover_seconds: { llama_cpp_per_boundary: fitted(70 * US), other_per_step: fitted(50 * US) },
      pipeline_handover_bytes_per_second: fitted(10e9),
      max_prompt_utilization: fitted(0.9),
    },
    tensorParallel: 2,
    pipelineParallel: 2,
    expertParallel: 2,
    attentionCopies: 2,
    ...changes,
  }
}

const spec = (changes: Partial<KvSpec> = {}): KvSpec => ({
  kind: 'full',
  elementsPerToken: 500,
  heads: 4,
  ...changes,
})

/** Ten layers, eight of them with 16 experts of which a token takes two. */
const profile: ModelProfile = {
  layers: 10,
  moeLayers: 8,
  hiddenSize: 1000,
  linearParameters: 1e9,
  headParameters: 1e8,
  expertParameters: 8e9,
  experts: 16,
  expertsPerToken: 2,
  expertWidth: 1024,
  attention: [
    {
      layers: 6,
      kv: () => spec(),
      flopsPerTokenPair: 1e6,
      window: Number.POSITIVE_INFINITY,
      latentFlopsPerTokenPair: 1e6,
      sparseTokens: Number.POSITIVE_INFINITY,
    },
    {
      layers: 4,
      kv: () => spec({ stateBytes: 1000 }),
      flopsPerTokenPair: 5e5,
      window: 100,
      latentFlopsPerTokenPair: 0,
      sparseTokens: Number.POSITIVE_INFINITY,
    },
  ],
}

/** Half of 1,200 tokens is computed, in 2.4 passes of 250; a token of the 200 written looks back at 1,300 on average. */
const load = { inputTokens: 1200, outputTokens: 200, prefixCached: 0.5, chunkTokens: 250 }

/** Within a part in 10^12 of what was worked out. */
function near(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThan(1e-12)
}

describe('a step of 4 sequences and 12 prompt tokens: 16 rows for the experts, 2 and 6 for a copy of the attention', () => {
  const server = lazily(() => new ServingPerformance(machine(), load))
  const step = lazily(() => server.stepTerms(4, 12))

  test('linear layers: 1e9 bytes over 2 x 2 GPUs at 500 GB/s, twice; 2e9 operations over them at 80 TFLOP/s a row', () => {
    near(step.linear, 2 * 0.5 * MS + 8 * 6.25 * US)
  })
  test('a lone row is read at once', () => {
    near(server.stepTerms(2, 0).linear, 0.5 * MS + 6.25 * US)
    near(server.stepTerms(2.2, 0).linear, 1 * MS + 1.1 * 6.25 * US)
  })
  test('head: 2e8 bytes over 2 GPUs at 1 TB/s, for the sequences and the hundredth of a prompt that ends; 2 us a row', () => {
    near(step.head, 0.1 * MS + (2 + 6 / 600) * 2 * US)
  })
  // 1 - 2/16 is missed by a token, and 16 tokens count for 16^0.5 = 4: 16 (1 - 0.875^4) experts are hit.
  const hit = 6.62109375
  test('experts: 5e8 bytes each over 4 x 2 GPUs at 250 GB/s; 1e9 operations a row at 20 TFLOP/s, half of it for 512 columns', () => {
    near(step.experts, hit * 0.25 * MS + (16 * 2 + hit * 4) * 12.5 * US)
  })
  // Six layers hold 1300 x (500 x 2 + 4 x 2 x 1) bytes a sequence, four 100 such tokens and a state of 1,000 bytes.
  const kvBytes = 6 * 1300 * 1008 + 4 * (100 * 1008 + 1000)
  test('KV cache: 8.27 MB a sequence over 2 stages at 500 GB/s, and 3.9e9 operations in the latent space at 10 TFLOP/s', () => {
    near(kvBytes, 8_269_600)
    near(step.kv, 2 * (8.2696 * US + 195 * US))
  })
  test('prompt attention: a token sees 900 others, in the window 100 (1 - 100 / 2400)', () => {
    const operations = (6 * 1e6 * 900) / 2 + (4 * 5e5 * (100 * (1 - 100 / 2400))) / 2
    near(step.promptAttention, (6 * operations) / (2 * 50e12))
  })
  test('waiting for the slowest of two ranks: a tenth of all that', () => {
    near(step.wait, 0.1 * (step.linear + step.head + step.experts + step.kv + step.promptAttention))
  })
  test('all-reduce: two a layer, 10 us each and 2,000 bytes a row at 100 GB/s, on five layers a stage', () => {
    near(step.reduce, 10 * 10 * US + 8 * 10 * 20e-3 * US)
  })
  test('exchange: two an expert layer, 10 us each and 3,000 bytes of each row at 40 GB/s, on four layers a stage', () => {
    near(step.exchange, 8 * 10 * US + 16 * 8 * 75e-3 * US)
  })
  test('hand-over: 50 us and 2,000 bytes a row at 10 GB/s', () => {
    near(step.handover, 50 * US + 8 * 0.2 * US)
  })
  test('host: 1 ms a step, and for a stage 5 x 20 us and 4 x 50 us', () => {
    near(step.fixed, 1.3 * MS)
  })
  test('all of it: 6.0689 ms', () => {
    near(step.total, 6.068_901_057_5 * MS)
    near(server.step(4, 12), 6.068_901_057_5 * MS)
  })
})

describe('other machines', () => {
  test('an exponent of 2: 3 and 4 are 5', () => {
    const { physics } = machine()
    const server = new ServingPerformance(machine({ physics: { ...physics, soft_maximum_exponent: fitted(2) } }), load)
    near(server.stepTerms(4, 12).linear, Math.hypot(1 * MS, 8 * 6.25 * US))
  })
  test('llama.cpp: its own share of bandwidth for the cache, 70 us from stage to stage', () => {
    const own = new ServingPerformance(machine({ llamaCpp: true }), load).stepTerms(4, 12)
    near(own.kv, 2 * (2 * 8.2696 * US + 195 * US))
    near(own.handover, 70 * US + 8 * 0.2 * US)
  })
  test('a stored head is read by the kernel of its format', () => {
    const { quantization } = machine()
    const bits = { ...quantization.bits, head: 8 }
    const server = new ServingPerformance(
      machine({ quantization: { ...quantization, bits }, weightBits: { linear: 8, expert: 8, head: 8 } }),
      load,
    )
    // Half the bytes at half the rate.
    near(server.headSeconds(4), 0.1 * MS + 1 * 2 * US)
  })
  test('one copy: experts inside the tensor-parallel group exchange nothing, and are cut in four columns at four GPUs', () => {
    const one = new ServingPerformance(machine({ attentionCopies: 1, tensorParallel: 4, expertParallel: 1 }), load)
    const step = one.stepTerms(16, 0)
    expect(step.exchange).toBe(0)
    expect(step.wait).toBe(0)
    // 1024 / 4 columns reach 256 / (256 + 512) of the tensor cores: a third.
    const perRow = 1e9 / (4 * 2 * (20e12 / 3))
    near(step.experts, 6.62109375 * 0.25 * MS + (16 * 2 + 6.62109375 * 4) * perRow)
    // Four GPUs: 14 us.
    near(step.reduce, 10 * 14 * US + 16 * 10 * 20e-3 * US)
  })
  test('copies whose experts stay whole exchange nothing either', () => {
    const { exchange } = new ServingPerformance(machine({ expertParallel: 1 }), load).stepTerms(4, 12)
    expect(exchange).toBe(0)
  })
  test('experts over more ranks than GPUs of a stage are not cut', () => {
    const wide = new ServingPerformance(machine({ expertParallel: 8 }), load).stepTerms(4, 12)
    // 1,024 columns reach two thirds.
    near(wide.experts, 6.62109375 * 0.25 * MS + (16 * 2 + 6.62109375 * 4) * (1e9 / (4 * 2 * 20e12 * (2 / 3))))
    // Three doublings: 0.3 of the work, and exchanges of 20 us.
    near(wide.wait, 0.3 * (wide.linear + wide.head + wide.experts + wide.kv + wide.promptAttention))
    near(wide.exchange, 8 * 20 * US + 16 * 8 * 75e-3 * US)
  })
  test('one GPU: nothing is reduced, exchanged or handed over', () => {
    const alone = machine({ tensorParallel: 1, pipelineParallel: 1, expertParallel: 1, attentionCopies: 1 })
    const { reduce, exchange, handover, wait, fixed } = new ServingPerformance(alone, load).stepTerms(4, 12)
    expect([reduce, exchange, handover, wait]).toEqual([0, 0, 0, 0])
    near(fixed, 1 * MS + 10 * 20 * US + 8 * 50 * US)
  })
  test('a dense model has no experts to read', () => {
    const dense = { ...profile, moeLayers: 0, expertParameters: 0, experts: 0, expertsPerToken: 0, expertWidth: 0 }
    const server = new ServingPerformance(machine({ profile: dense, expertParallel: 1 }), load)
    expect(server.stepTerms(4, 12).experts).toBe(0)
    near(server.step(4, 12), sum(server.stepTerms(4, 12)))
  })
  test('sparse attention reads and scores its own number of tokens', () => {
    const [first, second] = profile.attention
    const sparse = { ...profile, attention: [{ ...first!, sparseTokens: 65 }, second!] }
    const { kv } = new ServingPerformance(machine({ profile: sparse }), load).stepTerms(2, 0)
    const bytes = 6 * 65 * 1008 + 4 * (100 * 1008 + 1000)
    near(kv, bytes / (2 * 500e9) + (6 * 1e6 * 65) / 2 / (2 * 10e12))
  })
})

describe('compressed attention', () => {
  test('reads an entry of the whole context and the raw tokens of the window', () => {
    const compressed = {
      layers: 10,
      kv: () =>
        spec({
          kind: 'compressed',
          elementsPerToken: 20,
          heads: 1,
          windowElementsPerToken: 300,
          fixedBytesPerToken: 5,
        }),
      flopsPerTokenPair: 0,
      window: 128,
      latentFlopsPerTokenPair: 0,
      sparseTokens: 64,
    }
    const { kv } = new ServingPerformance(
      machine({ profile: { ...profile, attention: [compressed] } }),
      load,
    ).stepTerms(2, 0)
    // 1300 x 20 + 128 x 300 elements of 2 bytes, a scale of 1 byte for keys and values of 1300 tokens, 5 bytes of an index for each.
    near(kv, (10 * ((1300 * 20 + 128 * 300) * 2 + 1300 * 2 + 1300 * 5)) / (2 * 500e9))
  })
})

describe('the steady state', () => {
  const server = lazily(() => new ServingPerformance(machine(), load))

  test('8 in flight: four on a stage, 600 new tokens for every 200 written', () => {
    const speed = server.at(8, emptySpeed())
    // Three others bring 3 x 600 / 200 = 9 tokens a step on average, on 3 / 200 x 2.4 = 3.6 % of the steps 250 at a time.
    const stage = 0.964 * server.step(4, 0) + 0.036 * server.step(4, 250)
    const tpot = 2 * stage + (10 * US * 8) / 2
    near(speed.tpotSeconds, tpot)
    // A prompt's 2.4 passes of 250 tokens beside three sequences, and one more through the second stage.
    const pass = server.step(3, 250)
    const busy = 2.4 * pass
    const utilization = (7 * busy) / (200 * tpot + busy)
    near(speed.promptUtilization, utilization)
    const ttft = 30 * MS + 3.4 * pass + tpot / 2 + (utilization / (2 * (1 - utilization))) * busy
    near(speed.ttftSeconds, ttft)
    near(speed.requestSeconds, ttft + 199 * tpot)
    near(speed.requestsPerSecond, 8 / (ttft + 199 * tpot))
    near(speed.outputTokensPerSecond, 1600 / (ttft + 199 * tpot))
    near(server.promptSeconds(8), 3.4 * pass)
    expect(server.promptPasses).toEqual({ passes: 2.4, tokens: 250 })
  })

  test('one in flight goes through both stages and reads the head once', () => {
    const stage = server.step(1, 0)
    // Half a row for each copy: 0.1 ms and 1 us.
    near(server.headSeconds(1), 0.101 * MS)
    near(server.at(1, emptySpeed()).tpotSeconds, 2 * stage - 0.101 * MS + (10 * US) / 2)
    near(server.throughStages(5 * MS, 1), 9.899 * MS)
    near(server.throughStages(5 * MS, 2), 10 * MS)
    // Nobody else is there, not a part of somebody.
    near(server.promptSeconds(1), 3.4 * server.step(0, 250))
  })

  test('a queue that would not end is counted at nine tenths', () => {
    const speed = server.at(4000, emptySpeed())
    expect(speed.promptUtilization).toBeGreaterThan(0.9)
    const pass = server.step(1999, 250)
    near(speed.ttftSeconds, 30 * MS + 3.4 * pass + speed.tpotSeconds / 2 + 4.5 * 2.4 * pass)
  })

  test.each([1, 2, 8, 60, 4000])('the derivation with %i in flight computes to its figures', (concurrency) => {
    const lines = explainSpeed(server, concurrency)
    expect(lines.map(wrongLine).filter((each) => each !== null)).toEqual([])
    const speed = server.at(concurrency, emptySpeed())
    const value = (name: string) => lines.find((line) => line.name === name)?.value ?? Number.NaN
    expect(value('tpot')).toBeCloseTo(speed.tpotSeconds * 1000, 6)
    expect(value('ttft')).toBeCloseTo(speed.ttftSeconds * 1000, 5)
    expect(value('requests_per_second')).toBeCloseTo(speed.requestsPerSecond, 8)
    expect(value('prompt_utilization')).toBeCloseTo(speed.promptUtilization, 8)
    expect(lines.map(({ name }) => name)).toEqual([
      'decode_step',
      ...(concurrency > 2 ? ['mixed_step', 'mixed_share', 'mean_step'] : []),
      'tpot',
      'prompt_pass',
      'prompt_utilization',
      'ttft',
      'requests_per_second',
    ])
  })

  test('the derivation names every term, each with its time', () => {
    const [decode, mixed] = explainSpeed(server, 8)
    expect(decode?.formula).toBe(
      '4 sequences: weights 1.012 ms + head 0.104 ms + experts 1.225 ms + KV cache 0.4065 ms + slowest rank 0.2748 ms + all-reduce 0.1004 ms + expert exchange 0.0824 ms + hand-over 0.0504 ms + host 1.3 ms',
    )
    expect(mixed?.formula).toContain(' + prompt attention 3.495 ms + ')
  })
})

describe('ways in which published runs load a server', () => {
  const server = lazily(() => new ServingPerformance(machine(), load))

  test('a prompt alone, in whole passes: five of 240 tokens through two stages', () => {
    near(lonePromptSeconds(server), 6 * server.step(0, 240))
    const short = new ServingPerformance(machine(), { ...load, inputTokens: 100 })
    near(lonePromptSeconds(short), 2 * short.step(0, 100))
  })
  test('maximum load of 40: 20 on a stage, 120 prompt tokens a step, 250 at a time', () => {
    const seconds = 0.52 * server.step(20, 0) + 0.48 * server.step(20, 250) + (10 * US * 20) / 2
    near(maximumLoadTokensPerSecond(server, 40), 20 / seconds)
  })
  test('a whole batch of 3: 3,600 prompt tokens in 15 passes', () => {
    const seconds = 15 * server.step(0, 240) + 200 * (server.step(3, 0) + 30 * US)
    near(wholeBatchTokensPerSecond(server, 3), 600 / seconds)
  })
  test('clients that start at once wait for a share of the others', () => {
    const speed = server.at(8, emptySpeed())
    const run = closedLoop(server, 8, 0.5, Number.POSITIVE_INFINITY)
    near(run.ttftSeconds, speed.ttftSeconds + 0.5 * 7 * server.promptSeconds(8))
    // A cache that holds none still runs one.
    near(closedLoop(server, 1, 0.5, 0).ttftSeconds, server.at(1, emptySpeed()).ttftSeconds)
  })
})

function sum({ total: _, ...terms }: ReturnType<ServingPerformance['stepTerms']>): number {
  return Object.values(terms).reduce((all, each) => all + each, 0)
}
