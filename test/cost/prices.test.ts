import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { priceOf, unusedOverrides } from '../../src/cost/prices.ts'
import { makeOffer } from './offers.ts'

const pair = makeOffer({
  instance: '2x H100 PCIe',
  gpu_count: 2,
  usd_per_hour: { 'on-demand': 3.98, 'reserved-1y': 3 },
})

describe('priceOf', () => {
  it('returns the list price of a whole instance, or null for a way it is not sold', () => {
    expect(priceOf(pair, 'on-demand')).toBe(3.98)
    expect(priceOf(pair, 'reserved-1y')).toBe(3)
    expect(priceOf(pair, 'spot')).toBeNull()
    expect(priceOf(pair, 'owned')).toBeNull()
  })

  // 10 % off 3.98 is 3.582.
  it('takes a discount off list prices', () => {
    expect(priceOf(pair, 'on-demand', { discountPercent: 10 })).toBeCloseTo(3.582, 12)
  })

  // 2 GPUs x 1.50 = 3.00; the id prices the instance and wins: 2.50.
  it('puts an override per GPU-hour or per instance-hour in place of the list price, without discount', () => {
    const perGpu = { 'runpod/h100-pcie-80gb': 1.5 }
    expect(priceOf(pair, 'on-demand', { overrides: perGpu, discountPercent: 50 })).toBe(3)
    expect(priceOf(pair, 'reserved-1y', { overrides: perGpu })).toBe(3)
    expect(priceOf(pair, 'spot', { overrides: perGpu })).toBeNull()
    expect(priceOf(pair, 'on-demand', { overrides: { ...perGpu, [pair.id]: 2.5 } })).toBe(2.5)
    expect(priceOf(pair, 'on-demand', { overrides: { 'lambda/h100-pcie-80gb': 1 } })).toBe(3.98)
  })

  it('gives an offer without an on-demand price the one the user states', () => {
    const spotOnly = makeOffer({ usd_per_hour: { spot: 1 } })
    expect(priceOf(spotOnly, 'on-demand')).toBeNull()
    expect(priceOf(spotOnly, 'on-demand', { overrides: { 'runpod/h100-pcie-80gb': 1.99 } })).toBe(1.99)
  })

  // 300000 / (4 x 8760) + 10.2 x 1.3 x 0.12 = 10.152844.
  it('prices owned hardware by what it costs, untouched by overrides and discounts', () => {
    const owned = { capex_usd: 300_000, years: 4, watts: 10_200, usd_per_kwh: 0.12, pue: 1.3 }
    const server = makeOffer({ provider: 'dgx', usd_per_hour: {}, owned })
    const options = { discountPercent: 20, overrides: { [server.id]: 1 } }
    expect(priceOf(server, 'owned', options)).toBeCloseTo(10.152844, 6)
  })

  it('never makes a GPU free', () => {
    for (const discountPercent of [100, 150, -5, Number.NaN])
      expect(() => priceOf(pair, 'on-demand', { discountPercent })).toThrow(RangeError)
    for (const price of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => priceOf(pair, 'on-demand', { overrides: { [pair.id]: price } })).toThrow(RangeError)
  })

  it('finds no price under names that every object inherits', () => {
    const odd = makeOffer({ id: 'constructor' })
    expect(priceOf(odd, 'on-demand', { overrides: {} })).toBe(1.99)
  })

  it('scales linearly with the discount', () => {
    const percent = fc.double({ min: 0, max: 99, noNaN: true })
    fc.assert(
      fc.property(percent, fc.double({ min: 0.01, max: 500, noNaN: true }), (discountPercent, list) => {
        const offer = makeOffer({ usd_per_hour: { 'on-demand': list } })
        const price = priceOf(offer, 'on-demand', { discountPercent })
        expect(price).toBeGreaterThan(0)
        expect(list - (price ?? Number.NaN)).toBeCloseTo((list * discountPercent) / 100, 9)
      }),
    )
  })
})

describe('unusedOverrides', () => {
  it('names the keys that change nothing', () => {
    const overrides = { 'runpod/h100-pcie-80gb': 1, [pair.id]: 2, 'runpod/h100-pci-80gb': 1 }
    expect(unusedOverrides([pair], overrides)).toEqual(['runpod/h100-pci-80gb'])
  })
})
