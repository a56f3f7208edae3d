import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eligibleOffers, type OfferRules, priceAgeDays } from '../../src/cost/eligibility.ts'
import { makeOffer } from './offers.ts'

const rules: OfferRules = { asOf: '2026-11-21', maxAgeDays: 365, minConfidence: 'medium', pricing: ['on-demand'] }

/** The reason that one offer is excluded for; null where it may be used. */
function reason(changes: Parameters<typeof makeOffer>[0], narrowed: Partial<OfferRules> = {}): string | null {
  return eligibleOffers([makeOffer(changes)], { ...rules, ...narrowed }).excluded[0]?.reason ?? null
}

describe('priceAgeDays', () => {
  // March to November 2026: 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 = 245 days to 1 November, and 20 more.
  it('counts a month from its first day', () => {
    expect(priceAgeDays('2026-03', '2026-11-21')).toBe(265)
    expect(priceAgeDays('2026-03-31', '2026-11-21')).toBe(235)
    expect(priceAgeDays('2026-11-22', '2026-11-21')).toBe(-1)
  })
})

describe('eligibleOffers', () => {
  it('admits a current, trusted offer and prices it', () => {
    const { eligible, excluded } = eligibleOffers([makeOffer()], rules)
    expect(eligible).toMatchObject([{ pricing: 'on-demand', usdPerHour: 1.99, priceFrom: 'catalog' }])
    expect(excluded).toEqual([])
  })

  it('names why an offer is left out', () => {
    expect(reason({ set: 'article-2026-03' })).toBe('set')
    expect(reason({}, { providers: ['lambda'] })).toBe('provider')
    expect(reason({}, { excludeProviders: ['runpod'] })).toBe('provider')
    expect(reason({}, { gpus: ['l4'] })).toBe('gpu')
    expect(reason({}, { excludeGpus: ['h100-pcie-80gb'] })).toBe('gpu')
    expect(reason({}, { pricing: ['spot', 'owned'] })).toBe('pricing')
    expect(reason({ confidence: 'low' })).toBe('confidence')
    expect(reason({}, { maxAgeDays: 264 })).toBe('price_age')
    expect(reason({}, { maxAgeDays: 265 })).toBeNull()
    expect(reason({ confidence: 'low' }, { minConfidence: 'low' })).toBeNull()
    expect(reason({ price_as_of: '2020-01-01' }, { maxAgeDays: undefined })).toBeNull()
  })

  it('takes the named sets alone, and the others beside them only when asked', () => {
    const asked = { sets: ['article-2026-03'] }
    expect(reason({ set: 'article-2026-03' }, asked)).toBeNull()
    expect(reason({}, asked)).toBe('set')
    expect(reason({}, { sets: ['default', 'article-2026-03'] })).toBeNull()
  })

  it('offers each way of paying that was asked for', () => {
    const offer = makeOffer({ usd_per_hour: { 'on-demand': 2, spot: 1, 'reserved-3y': 0.9 } })
    const { eligible } = eligibleOffers([offer], { ...rules, pricing: ['reserved-3y', 'on-demand', 'reserved-1y'] })
    expect(eligible.map(({ pricing, usdPerHour }) => [pricing, usdPerHour])).toEqual([
      ['reserved-3y', 0.9],
      ['on-demand', 2],
    ])
  })

  it('judges no price that the user states', () => {
    const overrides = { 'runpod/h100-pcie-80gb': 1.5 }
    const doubtful = { confidence: 'low', price_as_of: '2020-01', set: 'article-2026-03' } as const
    const { eligible } = eligibleOffers([makeOffer(doubtful)], { ...rules, overrides })
    expect(eligible).toMatchObject([{ usdPerHour: 1.5, priceFrom: 'user' }])
    const narrowed = eligibleOffers([makeOffer(doubtful)], { ...rules, overrides, gpus: ['l4'] })
    expect(narrowed.excludedCounts.gpu).toBe(1)
  })

  it('keeps owned hardware whose list price is too old to rent by', () => {
    const owned = { capex_usd: 35_040, years: 4, watts: 1000, usd_per_kwh: 0.1, pue: 1 }
    const { eligible } = eligibleOffers([makeOffer({ owned, price_as_of: '2020-01' })], {
      ...rules,
      pricing: ['on-demand', 'owned'],
    })
    // 35040 / (4 x 8760) = 1, and 1 kW x 0.10.
    expect(eligible).toMatchObject([{ pricing: 'owned', priceFrom: 'user' }])
    expect(eligible[0]?.usdPerHour).toBeCloseTo(1.1, 12)
  })

  it('refuses dates that are none', () => {
    expect(() => eligibleOffers([makeOffer()], { ...rules, asOf: 'today' })).toThrow(RangeError)
  })

  const anyOffer = fc
    .record({
      provider: fc.constantFrom('runpod', 'aws', 'vast'),
      gpu: fc.constantFrom('l4', 'h100-pcie-80gb'),
      confidence: fc.constantFrom('low', 'medium', 'high'),
      price_as_of: fc.constantFrom('2024-02-07', '2026-03', '2026-11-20'),
      set: fc.constantFrom(null, 'article-2026-03'),
      usd_per_hour: fc.constantFrom({ 'on-demand': 2 }, { spot: 1 }, { 'on-demand': 3, spot: 2 }),
    })
    .map(makeOffer)

  it('counts every offer once, and admits no fewer when a rule is relaxed', () => {
    fc.assert(
      fc.property(fc.array(anyOffer, { maxLength: 20 }), fc.nat(1000), (offers, maxAgeDays) => {
        const strict = eligibleOffers(offers, { ...rules, maxAgeDays })
        const total = Object.values(strict.excludedCounts).reduce((sum, value) => sum + value, 0)
        expect(total).toBe(strict.excluded.length)
        expect(new Set(strict.eligible.map(({ offer }) => offer)).size + total).toBe(offers.length)
        for (const relaxed of [{ maxAgeDays: maxAgeDays + 100 }, { maxAgeDays, minConfidence: 'low' } as const])
          expect(eligibleOffers(offers, { ...rules, ...relaxed }).eligible.length).toBeGreaterThanOrEqual(
            strict.eligible.length,
          )
      }),
    )
  })
})
