import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { marketFor, reversed, withOffers } from './market.ts'
import { answerOf, differences } from './same.ts'
import {
  changed,
  costIn,
  type Document,
  planned,
  serving,
  servingForAny,
  training,
  trainingForAny,
  tries,
} from './scenarios.ts'

/* What is to be chosen from: in any order, without what was not chosen, and from two lists together. */

/** Keys of `search` that are lists, with how a plan says what it took of them. */
const LISTS = {
  serving: ['quantization', 'kv_cache', 'tensor_parallel', 'pipeline_parallel', 'expert_parallel', 'gpus', 'pricing'],
  training: [
    'method',
    'optimizer',
    'zero_stage',
    'offload',
    'activation_checkpointing',
    'micro_batch',
    'tensor_parallel',
    'pipeline_parallel',
    'gpus',
    'pricing',
  ],
} as const

/** The document with every list of its search turned around. */
function turned(document: Document): Document {
  const search = Object.entries(document.search).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.toReversed() : value,
  ])
  return { ...document, search: Object.fromEntries(search) as Document['search'] }
}

describe.each([
  ['serving', serving, servingForAny, tries(4, 300)],
  ['training', training, trainingForAny, tries(2, 120)],
] as const)('%s', (kind, scenario, forAny, parameters) => {
  test('every list and every catalog in another order: nothing changes', () => {
    fc.assert(
      fc.property(forAny, (document) => {
        const market = marketFor(document)
        const there = planned(document, market)
        const back = planned(turned(document), reversed(market))
        expect(differences(answerOf(back), answerOf(there))).toEqual([])
      }),
      parameters,
    )
  })

  test('without what the best plan does not use, it stays the best plan', () => {
    fc.assert(
      fc.property(forAny, (document) => {
        const market = marketFor(document)
        const { best } = planned(document, market)
        if (best === null) return
        const { placement, configuration } = best
        const used: Readonly<Record<string, unknown>> = {
          ...configuration,
          gpus: placement.gpu,
          pricing: placement.pricing,
        }
        for (const key of LISTS[kind]) {
          const list = document.search[key]
          if (!Array.isArray(list) || list.length < 2) continue
          // The format of training follows from its method.
          const alone = changed(document, 'search', key, [used[key]])
          expect(differences(planned(alone, market).best, best), `search.${key}: [${String(used[key])}]`).toEqual([])
        }
        const others = [...new Set([...market.offers.values()].map(({ provider }) => provider))].filter(
          (each) => each !== placement.provider,
        )
        const excluded = changed(document, 'search', 'exclude_providers', others)
        expect(differences(planned(excluded, market).best, best), 'the other providers').toEqual([])
        const only = withOffers(market, (offer) => (offer.id === placement.offer ? [offer] : []))
        expect(differences(planned(document, only).best, best), 'the other offers').toEqual([])
      }),
      parameters,
    )
  })

  test('from two lists together: the cheaper of both', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (document, split) => {
        const market = marketFor(document)
        const whole = costIn(document, market)
        for (const key of LISTS[kind]) {
          const list = document.search[key]
          if (!Array.isArray(list) || list.length < 2) continue
          const at = 1 + (split % (list.length - 1))
          const [some, others] = [list.slice(0, at), list.slice(at)].map((part) =>
            costIn(changed(document, 'search', key, part), market),
          )
          expect(whole, `search.${key} after ${at}`).toBe(Math.min(some ?? 0, others ?? 0))
        }
        const providers = [...new Set([...market.offers.values()].map(({ provider }) => provider))].sort()
        const at = 1 + (split % (providers.length - 1))
        const [some, others] = [providers.slice(0, at), providers.slice(at)].map((part) =>
          costIn(changed(document, 'search', 'providers', part), market),
        )
        expect(whole, 'providers').toBe(Math.min(some ?? 0, others ?? 0))
      }),
      parameters,
    )
  })
})
