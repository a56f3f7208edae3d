import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { marketFor } from './market.ts'
import { changed, costIn, type Document, isAtLeast, serving, training, tries } from './scenarios.ts'

/* Whoever asks for more never pays less. */

/** What is asked for, in order from little to much: the scenario as it is, and asking more of one thing. */
type More = (document: Document, factor: number) => Document

const times =
  (map: string | null, key: string, power: 1 | -1, whole = false): More =>
  (document, factor) => {
    const values = map === null ? document : (document[map] as Readonly<Record<string, unknown>> | undefined)
    const value = values?.[key]
    if (typeof value !== 'number') return document
    const more = value * factor ** power
    return changed(document, map, key, whole ? Math.ceil(more) : more)
  }

const headroom: More = (document, factor) => {
  const share = /^(\d+)%$/.exec(String(document.headroom))?.[1]
  return share === undefined ? document : { ...document, headroom: `${Math.min(80, Number(share) + 10 * factor)}%` }
}

/** A limit where there was none, or one that is closer. */
const limit =
  (map: string | null, key: string, first: unknown): More =>
  (document, factor) => {
    const values = map === null ? document : (document[map] as Readonly<Record<string, unknown>> | undefined)
    return values?.[key] === undefined ? changed(document, map, key, first) : times(map, key, -1)(document, factor)
  }

const fewerGpus: More = (document) =>
  changed(document, 'search', 'max_gpus', Math.ceil(Number(document.search.max_gpus ?? 64) / 2))

function never(scenario: fc.Arbitrary<Document>, more: More, parameters: fc.Parameters<unknown>): void {
  fc.assert(
    fc.property(scenario, fc.double({ min: 1.001, max: 4, noNaN: true }), (document, factor) => {
      const market = marketFor(document)
      const larger = more(document, factor)
      const [before, after] = [costIn(document, market), costIn(larger, market)]
      expect(isAtLeast(after, before), `${after} is less than ${before}: ${JSON.stringify(larger)}`).toBe(true)
    }),
    parameters,
  )
}

describe('serving never costs less', () => {
  const runs = tries(3, 200)
  test.each<[string, More]>([
    ['with more requests a second', times('traffic', 'requests_per_second', 1)],
    ['with more tokens a day', times('traffic', 'tokens_per_day', 1)],
    ['with more requests in flight', times('traffic', 'concurrency', 1, true)],
    [
      'with a higher peak',
      (document, factor) =>
        'concurrency' in (document.traffic as object)
          ? document
          : changed(document, 'traffic', 'peak_factor', 4 * factor),
    ],
    ['with less in the prefix cache', (document) => changed(document, 'traffic', 'prefix_cached', 0)],
    ['with a longer context', times(null, 'context', 1, true)],
    ['with a closer limit of the time to first token', limit('latency', 'ttft_ms', 800)],
    ['with a closer limit of the time per token', limit('latency', 'tpot_ms', 40)],
    ['with less loss of quality allowed', (document) => changed(document, 'quality', 'max_loss_percent', 0)],
    ['with more spare replicas', (document) => ({ ...document, redundancy: Number(document.redundancy ?? 0) + 1 })],
    ['with more memory kept free', headroom],
    ['with fewer GPUs allowed', fewerGpus],
  ])('%s', (_name, more) => never(serving, more, runs))
})

describe('training never costs less', () => {
  const runs = tries(2, 100)
  test.each<[string, More]>([
    ['with more tokens', times('data', 'tokens', 1, true)],
    [
      'with more epochs',
      (document, factor) =>
        changed(document, 'data', 'epochs', Number((document.data as { epochs?: number }).epochs ?? 1) * factor),
    ],
    [
      'with an earlier deadline',
      (document, factor) => ({
        ...document,
        deadline: `${Number(/^([\d.e+-]+)h$/.exec(String(document.deadline))?.[1] ?? 100) / factor}h`,
      }),
    ],
    ['with a smaller budget', limit(null, 'budget', 300)],
    ['with more memory kept free', headroom],
    ['with fewer GPUs allowed', fewerGpus],
  ])('%s', (_name, more) => never(training, more, runs))
})
