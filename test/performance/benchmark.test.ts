import { expect, test } from 'vitest'
import {
  closedLoop,
  lonePromptSeconds,
  maximumLoadTokensPerSecond,
  singleStreamSeconds,
  wholeBatchTokensPerSecond,
} from '../../src/performance/benchmark.ts'
import { emptySpeed, type ServingPerformance } from '../../src/performance/serving.ts'
import { workedServer } from './fixtures.ts'

/* The ways in which published runs load a server, on the worked example of the law: Llama 3.1 70B FP8, two H100, 1024/256. */

function near(actual: number, byHand: number, share = 1e-3): void {
  expect(Math.abs(actual / byHand - 1), `${actual} against ${byHand}`).toBeLessThan(share)
}

test("32 clients that start at once wait for a twentieth of each other's prompts", () => {
  // TTFT 141.3 ms in the steady state + 0.05166 x 31 x 83.81 ms = 275.5 ms; 32 x 256 / (0.2755 + 255 x 0.02606) = 1184 tokens/s.
  const run = closedLoop(workedServer(2), 32, 0.051_66, Number.POSITIVE_INFINITY)
  near(run.ttftSeconds, 0.2755, 2e-3)
  near(run.outputTokensPerSecond, 1184, 2e-3)
  expect(run.queued).toBe(false)
})

test('what the cache does not hold waits: the rate is that of the held ones', () => {
  const held = closedLoop(workedServer(2), 16, 0, Number.POSITIVE_INFINITY)
  const run = closedLoop(workedServer(2), 64, 0, 16)
  expect(run.queued).toBe(true)
  near(run.tpotSeconds, held.tpotSeconds, 1e-12)
  near(run.outputTokensPerSecond, held.outputTokensPerSecond, 1e-12)
  // Four times as many in flight: a cycle takes four times as long, of which decoding is unchanged.
  const cycle = held.ttftSeconds + 255 * held.tpotSeconds
  near(run.ttftSeconds, 4 * cycle - 255 * held.tpotSeconds, 1e-12)
})

test('at maximum load prompts replace what finishes', () => {
  // 360 running: 360 x 1024 / 256 = 1440 prompt tokens a step on average; they ride on every step, since 360 / 256 > 1.
  const server = workedServer(2)
  const host = 360 * 6.1214e-6
  near(maximumLoadTokensPerSecond(server, 360), 360 / (server.step(360, 1440) + host), 1e-12)
  // 64 running: a quarter of the steps carries 1024 tokens each.
  const mixed = 0.75 * server.step(64, 0) + 0.25 * server.step(64, 1024) + 64 * 6.1214e-6
  near(maximumLoadTokensPerSecond(server, 64), 64 / mixed, 1e-12)
})

test('a batch sent whole: all prompts in full passes, then step by step', () => {
  const server = workedServer(2)
  // 32 x 1024 = 32,768 prompt tokens are four passes of 8192.
  const seconds = 4 * server.step(0, 8192) + 256 * (server.step(32, 0) + 32 * 6.1214e-6)
  near(wholeBatchTokensPerSecond(server, 32), (32 * 256) / seconds, 1e-12)
})

test('a prompt alone runs through the stages one after the other', () => {
  near(lonePromptSeconds(workedServer(2)), workedServer(2).step(0, 1024), 1e-12)
  const staged = workedServer(1, 4)
  near(lonePromptSeconds(staged), 4 * staged.step(0, 1024), 1e-12)
})

test('a single stream pays the head once, however many stages there are', () => {
  const one = workedServer(1)
  const four = workedServer(1, 4)
  const head = one.stepTerms(1, 0).head
  near(singleStreamSeconds(one), one.step(1, 0), 1e-12)
  near(singleStreamSeconds(four), 4 * four.step(1, 0) - 3 * head, 1e-12)
  // Two hand-overs a step apart, four stages take as long as one: the layers are the same.
  const { handover, fixed } = four.stepTerms(1, 0)
  const apart = singleStreamSeconds(four) - 4 * (handover + fixed)
  near(apart, one.step(1, 0) - one.stepTerms(1, 0).fixed, 1e-9)
})

test('as many requests as stages keep all of them busy: the slowest sets the pace', () => {
  const four = workedServer(1, 4)
  const stage = four.step(1, 0)
  near(four.throughStages(stage, 4), 4 * stage, 1e-12)
  const { tpotSeconds } = four.at(8, emptySpeed())
  expect(tpotSeconds).toBeGreaterThan(4 * stage)
})

test("copies of the attention divide its rows and exchange the experts' tokens", () => {
  const alone: ServingPerformance = workedServer(1)
  const copies = workedServer(1, 1, { attentionCopies: 4 })
  // A dense model has no experts to exchange: four copies with 32 sequences are one with 8.
  near(copies.step(32, 0), alone.step(8, 0), 1e-12)
})
