import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Offer } from '../../../src/catalog/offer.ts'
import { marketFor, pricesTimes, twinOf, withOffers } from './market.ts'
import { answerOf, differences, dollarsTimes } from './same.ts'
import {
  changed,
  costOf,
  isAtLeast,
  planned,
  serving,
  servingForAny,
  training,
  trainingForAny,
  tries,
} from './scenarios.ts'

/* What prices and offers do to a plan, whatever the scenario. */

const runs = { serve: tries(4, 300), train: tries(2, 120) }

describe.each([
  ['serving', serving, servingForAny, runs.serve],
  ['training', training, trainingForAny, runs.train],
] as const)('%s', (_kind, scenario, forAny, parameters) => {
  test('every price twice: every cost twice, and nothing else', () => {
    fc.assert(
      fc.property(forAny, (document) => {
        const market = marketFor(document)
        const once = planned(document, market)
        const budget = document.budget as number | undefined
        const rich = budget === undefined ? document : changed(document, null, 'budget', 2 * budget)
        const twice = planned(rich, pricesTimes(market, 2))
        expect(differences(answerOf(twice), dollarsTimes(answerOf(once), 2))).toEqual([])
        expect(twice.search).toEqual(once.search)
      }),
      parameters,
    )
  })

  test('a discount is the same as lower prices', () => {
    fc.assert(
      fc.property(forAny, fc.oneof(fc.constantFrom(50, 75), fc.integer({ min: 1, max: 90 })), (document, percent) => {
        const market = marketFor(document)
        const share = 1 - percent / 100
        const discounted = planned(changed(document, 'prices', 'discount_percent', percent), market)
        const lower = planned(changed(document, 'prices', 'discount_percent', 0), pricesTimes(market, share))
        // Of offers that cost the same to the cent the last bit of a product may decide, unless the share is a power of two.
        if (Number.isInteger(Math.log2(share))) expect(differences(answerOf(discounted), answerOf(lower))).toEqual([])
        else expect(differences(costOf(discounted), costOf(lower))).toEqual([])
      }),
      parameters,
    )
  })

  test('each offer twice, under two names: nothing changes', () => {
    fc.assert(
      fc.property(forAny, (document) => {
        const market = marketFor(document)
        const twins = withOffers(market, (offer) => [offer, twinOf(offer, `${offer.id}~`)])
        expect(differences(answerOf(planned(document, twins)), answerOf(planned(document, market)))).toEqual([])
      }),
      parameters,
    )
  })

  test('dearer ones beside them: nothing changes', () => {
    fc.assert(
      fc.property(forAny, fc.constantFrom(1.001, 1.5, 40), (document, factor) => {
        const market = marketFor(document)
        const more = withOffers(market, (offer) => [offer, twinOf(offer, `0-${offer.id}`, factor)])
        expect(differences(answerOf(planned(document, more)), answerOf(planned(document, market)))).toEqual([])
      }),
      parameters,
    )
  })

  test('a cheaper twin of the offer is taken', () => {
    fc.assert(
      fc.property(scenario, fc.constantFrom(0.2, 0.9, 0.999), (document, factor) => {
        const market = marketFor(document)
        const result = planned(document, market)
        const offer = market.offers.get(result.best?.placement.offer ?? '')
        if (offer === undefined) return
        const twin = (each: Offer): Offer[] => (each === offer ? [each, twinOf(each, `${each.id}~`, factor)] : [each])
        const cheaper = planned(document, withOffers(market, twin))
        expect(isAtLeast(costOf(result) * factor, costOf(cheaper))).toBe(true)
      }),
      parameters,
    )
  })

  test('fewer instances to be had never cost less', () => {
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 4 }), (document, most) => {
        const market = marketFor(document)
        const limited = (instances: number) =>
          costOf(
            planned(
              document,
              withOffers(market, (offer) => [{ ...offer, max_instances: instances }]),
            ),
          )
        const [few, more, any] = [limited(most), limited(most + 1), costOf(planned(document, market))]
        expect(isAtLeast(few, more)).toBe(true)
        const stated = [...market.offers.values()].some((offer) => offer.max_instances !== undefined)
        if (!stated) expect(isAtLeast(more, any)).toBe(true)
      }),
      parameters,
    )
  })
})
