import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { priceOf } from '../../src/cost/prices.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { offersNamed, overridesTimes, withPricesTimes } from '../../src/whatif/scaled-prices.ts'
import { parseVary, shown, written } from '../../src/whatif/vary.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

describe('--vary', () => {
  test.each([
    ['context=4k..128k', { key: 'context', form: 'number', from: 4000, to: 128_000 }],
    ['price=-30%..+30%', { key: 'price', form: 'factor', from: 0.7, to: 1.3 }],
    ['price=0..+50%', { key: 'price', form: 'factor', from: 1, to: 1.5 }],
    ['headroom=0%..20%', { key: 'headroom', form: 'share', from: 0, to: 0.2 }],
    ['headroom=0..20%', { key: 'headroom', form: 'share', from: 0, to: 0.2 }],
    ['deadline=24h..4d', { key: 'deadline', form: 'duration', from: 86_400, to: 345_600 }],
    [
      'prices.overrides."runpod/a.b"=1..2.5',
      { key: 'prices.overrides."runpod/a.b"', form: 'number', from: 1, to: 2.5 },
    ],
  ] as const)('%s', (text, expected) => {
    expect(parseVary(text)).toEqual({ text, ...expected })
  })

  test.each([
    ['context', /expected KEY=FROM\.\.TO/],
    ['context=4k', /expected KEY=FROM\.\.TO/],
    ['context=..8k', /"" is no number/],
    ['context=4k..many', /"many" is no number/],
    ['context=8k..4k', /from the smaller/],
    ['context=4k..4k', /from the smaller/],
    ['price=-120%..+30%', /leaves nothing/],
    ['price=-30%..2', /in the same way/],
    ['deadline=24..96h', /in the same way/],
    ['price=-1%..1%', /a change carries its sign: \+1%/],
  ])('%s is refused', (text, message) => {
    expect(() => parseVary(text)).toThrow(message)
  })

  test('values are written as --set reads them and shown as people do', () => {
    expect(written(0.125, 'share')).toBe('12.5%')
    expect(written(86_400.4, 'duration')).toBe('24h')
    expect(written(23_457, 'number')).toBe('23457')
    expect(shown(0.91234, 'factor')).toBe('-8.766%')
    expect(shown(1, 'factor')).toBe('+0%')
    expect(shown(23_457, 'number')).toBe('23,457')
  })
})

describe('scaled prices', () => {
  test('by provider, by GPU and by family: those offers and no others', () => {
    for (const [key, is] of [
      ['price.runpod', (provider: string) => provider === 'runpod'],
      ['price.h100-sxm-80gb', (_: string, gpu: string) => gpu === 'h100-sxm-80gb'],
      ['price.runpod/h100-sxm-80gb', (p: string, gpu: string) => p === 'runpod' && gpu === 'h100-sxm-80gb'],
    ] as const) {
      const chosen = offersNamed(key, key, catalog)!
      const scaled = withPricesTimes(catalog, chosen, 0.5)
      let hit = 0
      for (const [id, offer] of catalog.offers) {
        const [before, after] = [priceOf(offer, 'on-demand'), priceOf(scaled.offers.get(id)!, 'on-demand')]
        if (before === null) continue
        const expected = is(offer.provider, offer.gpu) ? before / 2 : before
        expect(after).toBeCloseTo(expected, 9)
        if (expected !== before) hit += 1
      }
      expect(hit).toBeGreaterThan(0)
    }
    const hopper = offersNamed('price.hopper', '', catalog)!
    expect([...catalog.offers.values()].filter(hopper).some(({ gpu }) => gpu === 'h200-sxm-141gb')).toBe(true)
  })

  test('owned machines cost the factor: purchase and electricity both', () => {
    const [offer] = [...catalog.offers.values()]
    const owned = { capex_usd: 300_000, years: 4, watts: 10_200, usd_per_kwh: 0.12, pue: 1.3 }
    const own = { ...offer!, id: 'own', usd_per_hour: {}, owned }
    const with_ = { ...catalog, offers: new Map([['own', own]]) }
    const scaled = withPricesTimes(with_, () => true, 1.25).offers.get('own')!
    expect(priceOf(scaled, 'owned')).toBeCloseTo(1.25 * priceOf(own, 'owned')!, 9)
  })

  test("the scenario's own prices follow", () => {
    const overrides = { 'runpod/h100-sxm-80gb': 2, 'lambda/h100-sxm-80gb': 4 }
    const chosen = offersNamed('price.runpod', '', catalog)!
    expect(overridesTimes(overrides, catalog, chosen, 1.5)).toEqual(['prices.overrides."runpod/h100-sxm-80gb"=3'])
  })

  test('an unknown name gets the nearest one', () => {
    expect(() => offersNamed('price.runpdo', 'price.runpdo=..', catalog)).toThrow(/did you mean "runpod"/)
    expect(offersNamed('context', '', catalog)).toBeNull()
  })
})
