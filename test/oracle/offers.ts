import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { gpusOf } from './gpus.ts'
import { ownedDollarsAnHour } from './money.ts'
import type { Confidence, HardwareWish, PriceWish, Pricing } from './scenario.ts'

/** An offer with one way of paying for it. */
export interface Rented {
  readonly offer: Offer
  readonly pricing: Pricing
  /** US dollars an hour of one whole instance. */
  readonly dollarsAnHour: number
}

/** What scenarios assume of prices where they say nothing; the README's first plan lists it under "Assumed". */
const USUAL_PRICING: readonly Pricing[] = ['on-demand']
const USUAL_CONFIDENCE: Confidence = 'medium'
const USUAL_MAX_AGE_DAYS = 365

const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high']

/** Every offer that a scenario admits, once for each way of paying that it admits. */
export function rentable(catalog: Catalog, search: HardwareWish, prices: PriceWish, asOf: string): Rented[] {
  const gpus = gpusOf(catalog, search).map((gpu) => gpu.id)
  const found: Rented[] = []
  for (const offer of catalog.offers.values()) {
    if (!gpus.includes(offer.gpu)) continue
    if (search.providers !== undefined && !search.providers.includes(offer.provider)) continue
    if (search.exclude_providers?.includes(offer.provider)) continue
    const own = ownPrice(offer, prices)
    // Offers of a named set wait to be asked for, since their prices are of their own day; a price of the user's replaces those.
    if (own === null && !isInSets(offer, prices.offers)) continue
    for (const pricing of search.pricing ?? USUAL_PRICING) {
      if (pricing === 'owned') {
        if (offer.owned !== undefined) found.push({ offer, pricing, dollarsAnHour: ownedDollarsAnHour(offer.owned) })
        continue
      }
      const listed = offer.usd_per_hour[pricing]
      if (own !== null) {
        // A user's price holds for every way in which the offer is sold, and for on-demand in any case.
        if (listed !== undefined || pricing === 'on-demand') found.push({ offer, pricing, dollarsAnHour: own })
      } else if (listed !== undefined && isTrusted(offer, prices, asOf)) {
        found.push({ offer, pricing, dollarsAnHour: listed * (1 - (prices.discount_percent ?? 0) / 100) })
      }
    }
  }
  return found
}

/** `prices.overrides`: by offer id a price of the instance, else by `provider/gpu` a price of each of its GPUs. */
function ownPrice(offer: Offer, { overrides }: PriceWish): number | null {
  if (overrides === undefined) return null
  for (const [key, dollars] of Object.entries(overrides)) if (key === offer.id) return dollars
  for (const [key, dollars] of Object.entries(overrides))
    if (key === `${offer.provider}/${offer.gpu}`) return dollars * offer.gpu_count
  return null
}

/** `prices.offers` names sets of offers to use instead of the general ones. */
function isInSets(offer: Offer, sets: readonly string[] | undefined): boolean {
  return sets === undefined ? offer.set === null : offer.set !== null && sets.includes(offer.set)
}

/** Whether a list price is sure enough and young enough: `prices.min_confidence`, `prices.max_age_days`. */
function isTrusted(offer: Offer, prices: PriceWish, asOf: string): boolean {
  const least = CONFIDENCES.indexOf(prices.min_confidence ?? USUAL_CONFIDENCE)
  if (CONFIDENCES.indexOf(offer.confidence) < least) return false
  return daysBetween(offer.price_as_of, asOf) <= (prices.max_age_days ?? USUAL_MAX_AGE_DAYS)
}

/** Whole days from one date to another. A month alone (`2026-03`) means its first day. */
function daysBetween(earlier: string, later: string): number {
  const day = (date: string): number => {
    const [year = 0, month = 1, dayOfMonth = 1] = date.split('-').map(Number)
    return Date.UTC(year, month - 1, dayOfMonth) / 86_400_000
  }
  return day(later) - day(earlier)
}
