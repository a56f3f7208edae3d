import { expect, it } from 'vitest'
import { countsIn, ownedCostOf } from '../../planners/supply/inventory.ts'
import type { Offer, Pricing } from '../../src/catalog/offer.ts'
import type { RentLimit } from '../../src/scenario/inventory.ts'

const offer = { provider: 'aws', region: 'us-east-1', gpu: 'h100-sxm-80gb' } as Offer
const counts = (limit: Partial<RentLimit>, pricing: Pricing = 'on-demand') =>
  countsIn({ max: 8, ...limit } as unknown as RentLimit, offer, pricing)

it('a limit counts what agrees in all that it names', () => {
  expect(counts({})).toBe(true)
  expect(counts({ provider: 'aws', region: 'us-east-1', gpu: 'h100-sxm-80gb', pricing: 'on-demand' })).toBe(true)
  expect(counts({ provider: 'gcp' })).toBe(false)
  expect(counts({ region: 'eu-west-1' })).toBe(false)
  expect(counts({ gpu: 'l40s' })).toBe(false)
  expect(counts({ pricing: 'spot' })).toBe(false)
  expect(counts({ pricing: 'spot' }, 'spot')).toBe(true)
})

it('owned nodes count in no limit', () => {
  expect(counts({}, 'owned')).toBe(false)
  expect(counts({ provider: 'aws' }, 'owned')).toBe(false)
})

it('an own node costs what the scenario says, with the usual overhead of a site where it says none', () => {
  const owned = { capex: 250_000, years: 4, watts: 10_200, usd_per_kwh: 0.12 }
  const cost = { capex_usd: 250_000, years: 4, watts: 10_200, usd_per_kwh: 0.12 }
  expect(ownedCostOf({ ...owned, pue: 1.1 })).toEqual({ ...cost, pue: 1.1 })
  expect(ownedCostOf(owned)).toEqual({ ...cost, pue: 1.3 })
})
