import fc from 'fast-check'
import { expect, test } from 'vitest'
import { softMaximum } from '../../src/performance/roofline.ts'
import { emptySpeed, ServingPerformance } from '../../src/performance/serving.ts'
import { draws, moreThan, SEED } from '../fuzz/draws.ts'
import { load, workedSystem as system } from './fixtures.ts'

/** Within a share of the expected value. */
function near(actual: number, expected: number, share: number): void {
  expect(Math.abs(actual / expected - 1), `${actual} against ${expected}`).toBeLessThan(share)
}

test('the soft maximum is the cube root of the sum of cubes, and the larger one when the other is nothing', () => {
  expect(softMaximum(3, 4, 3)).toBeCloseTo(91 ** (1 / 3), 12)
  expect(softMaximum(0, 5, 3)).toBe(5)
  expect(softMaximum(5, 0, 3)).toBe(5)
})

// Worked by hand: Llama 3.1 70B FP8 on 2 x H100 SXM, vLLM 0.18, FP8 KV cache, 1024/256, 32 in flight.
// R = 68,452,360,192 parameters in linear layers; weights of a rank 34.226e9 bytes at 3.35e12 x 0.8491 bytes/s = 12.032 ms.
test('a decode step of 32 sequences comes out term by term', () => {
  const performance = new ServingPerformance(system(2), load)
  const step = performance.stepTerms(32, 0)
  near(step.linear, 12.046e-3, 1e-3)
  near(step.head, 0.335e-3, 5e-3)
  near(step.kv, 1.002e-3, 2e-3)
  near(step.reduce, 1.072e-3, 2e-3)
  near(step.fixed, 3.411e-3, 2e-3)
  near(step.total, 17.865e-3, 1e-3)
  expect(step.experts).toBe(0)
})

test('a step that carries a prompt of 1024 tokens comes out term by term', () => {
  const performance = new ServingPerformance(system(2), load)
  const step = performance.stepTerms(32, 1024)
  near(step.linear, 59.5e-3, 1e-3)
  near(step.promptAttention, 0.763e-3, 2e-3)
  near(step.reduce, 18.908e-3, 1e-3)
  near(step.total, 83.918e-3, 1e-3)
})

// Same example, steady state: TPOT 26.06 ms, TTFT 141.3 ms without a start-up burst, 1207 output tokens/s, queue at 0.3846.
test('the steady state with 32 requests in flight is the worked one', () => {
  const performance = new ServingPerformance(system(2), load)
  const speed = performance.at(32, emptySpeed())
  near(speed.tpotSeconds, 26.06e-3, 1e-3)
  near(speed.promptUtilization, 0.3846, 2e-3)
  near(speed.ttftSeconds, 141.3e-3, 2e-3)
  near(speed.outputTokensPerSecond, 1207, 2e-3)
})

test('a lone request decodes without mixed steps', () => {
  const performance = new ServingPerformance(system(2), load)
  const speed = performance.at(1, emptySpeed())
  near(speed.tpotSeconds, performance.step(1, 0) + 6.12e-6, 1e-9 + 1e-3)
  expect(speed.promptUtilization).toBe(0)
})

test('the concurrency for a rate is the smallest that reaches it', () => {
  const performance = new ServingPerformance(system(2), load)
  const scratch = emptySpeed()
  const rate = performance.at(20, emptySpeed()).requestsPerSecond
  const found = performance.concurrencyFor(rate, 256, scratch)
  expect(found).toBe(20)
  expect(performance.at(found - 1, scratch).requestsPerSecond).toBeLessThan(rate)
})

/** The definition: one more in flight at a time. */
function smallestByTrying(performance: ServingPerformance, rate: number, limit: number): number {
  let smallest = 1
  while (smallest < limit && performance.at(smallest, emptySpeed()).requestsPerSecond < rate) smallest++
  return smallest
}

// Kernels that read weights 2.5 times slower as soon as a stage holds two rows: the rate falls from one sequence a stage to more.
test('the concurrency for a rate is the smallest even where more in flight complete fewer', () => {
  const worked = system(2, 4)
  const kernel = { ...worked.kernel, batched_weight_read_factor: { value: 2.5, records: 0 } }
  const performance = new ServingPerformance({ ...worked, kernel }, load)
  const rateAt = (concurrency: number): number => performance.at(concurrency, emptySpeed()).requestsPerSecond
  expect(rateAt(5)).toBeLessThan(rateAt(4))
  for (let reached = 1; reached <= 40; reached++) {
    for (const rate of [rateAt(reached), rateAt(reached) * 0.999])
      expect(performance.concurrencyFor(rate, 64, emptySpeed())).toBe(smallestByTrying(performance, rate, 64))
  }
})

// Prompts of 4,000 tokens, answers of 4: the third request waits longer for the prompts before it than its place is worth.
test('the concurrency for a rate is the smallest where the queue of prompts takes back what one more in flight gives', () => {
  const performance = new ServingPerformance(system(1, 3), { ...load, inputTokens: 4000, outputTokens: 4 })
  const rateAt = (concurrency: number): number => performance.at(concurrency, emptySpeed()).requestsPerSecond
  expect(rateAt(3)).toBeLessThan(rateAt(2))
  expect(rateAt(5)).toBeGreaterThan(rateAt(2))
  const rate = (rateAt(2) + rateAt(3)) / 2
  expect(performance.concurrencyFor(rate, 2, emptySpeed())).toBe(2)
  expect(performance.concurrencyFor(rate, 64, emptySpeed())).toBe(2)
})

test('the concurrency for a rate is the smallest of all loads and layouts', () => {
  let fell = 0
  const worked = system(1)
  const numRuns = draws(300, 5000)
  const drawn = fc.record({
    tensorParallel: fc.constantFrom(1, 2, 4, 8),
    pipelineParallel: fc.integer({ min: 1, max: 12 }),
    attentionCopies: fc.constantFrom(1, 1, 2, 8),
    factor: fc.constantFrom(1, 1, 1.9, 3.2),
    inputTokens: fc.integer({ min: 1, max: 20_000 }),
    outputTokens: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 30 })),
    prefixCached: fc.constantFrom(0, 0, 0.5, 1),
    chunkTokens: fc.constantFrom(128, 512, 2048, 8192),
    limit: fc.integer({ min: 1, max: 200 }),
    reached: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 12 })),
    share: fc.constantFrom(1, 0.999, 1 + 1e-9, 0.5, 2),
  })
  fc.assert(
    fc.property(
      drawn,
      ({ tensorParallel, pipelineParallel, attentionCopies, factor, limit, reached, share, ...drawnLoad }) => {
        const kernel = { ...worked.kernel, batched_weight_read_factor: { value: factor, records: 0 } }
        const performance = new ServingPerformance(
          { ...worked, kernel, tensorParallel, pipelineParallel, attentionCopies },
          { ...load, ...drawnLoad },
        )
        const now = performance.at(reached, emptySpeed()).requestsPerSecond
        if (performance.at(reached + 1, emptySpeed()).requestsPerSecond < now) fell += 1
        const rate = now * share
        expect(performance.concurrencyFor(rate, limit, emptySpeed())).toBe(smallestByTrying(performance, rate, limit))
      },
    ),
    { numRuns, seed: SEED },
  )
  expect(fell).toBeGreaterThan(moreThan(numRuns * 0.02))
})

test('more requests in flight never make one of them faster, and never complete fewer', () => {
  for (const [tp, pp] of [
    [1, 1],
    [2, 1],
    [4, 2],
    [8, 1],
  ] as const) {
    const performance = new ServingPerformance(system(tp, pp), load)
    let before = performance.at(1, emptySpeed())
    for (const concurrency of [2, 3, 4, 6, 8, 16, 32, 64, 128, 256]) {
      const now = performance.at(concurrency, emptySpeed())
      expect(now.requestSeconds).toBeGreaterThanOrEqual(before.requestSeconds)
      expect(now.tpotSeconds).toBeGreaterThanOrEqual(before.tpotSeconds)
      expect(now.requestsPerSecond).toBeGreaterThanOrEqual(before.requestsPerSecond)
      before = now
    }
  }
})

test('a cached prefix shortens the first token and leaves decoding alone', () => {
  const whole = new ServingPerformance(system(2), load)
  const cached = new ServingPerformance(system(2), { ...load, prefixCached: 0.75 })
  expect(cached.at(1, emptySpeed()).ttftSeconds).toBeLessThan(whole.at(1, emptySpeed()).ttftSeconds)
  expect(cached.step(8, 0)).toBeCloseTo(whole.step(8, 0), 12)
})
