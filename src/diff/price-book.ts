import type { Catalog } from '../catalog/catalog.ts'
import { pricing as pricingSchema } from '../catalog/offer.ts'
import { type PriceOptions, priceOf } from '../cost/prices.ts'
import type { DiffableResult, SinglePlan } from './any-result.ts'

/** US dollars an hour of one instance of an offer (by id), paid in one way; null where this side does not know it. */
export type PriceBook = (offer: string, pricing: string) => number | null

/** The prices that a scenario's run sees: the catalog's, with what the scenario says of prices. */
export function catalogBook(catalog: Catalog, options: PriceOptions): PriceBook {
  return (id, way) => {
    const offer = catalog.offers.get(id)
    const pricing = pricingSchema.safeParse(way)
    return offer === undefined || !pricing.success ? null : priceOf(offer, pricing.data, options)
  }
}

/** The prices that a saved result states: those of the plans in it. */
export function resultBook(result: DiffableResult | null): PriceBook {
  const prices = new Map<string, number>()
  for (const { placement, cost } of result === null ? [] : plansOf(result)) {
    const { offer, pricing, instances } = placement
    if (offer === null || pricing === null || cost.usd_per_hour === null) continue
    const key = `${offer}\n${pricing}`
    if (!prices.has(key)) prices.set(key, cost.usd_per_hour / instances)
  }
  return (offer, pricing) => prices.get(`${offer}\n${pricing}`) ?? null
}

/** The first of several books that knows a price. */
export function firstOf(...books: readonly PriceBook[]): PriceBook {
  return (offer, pricing) => {
    for (const book of books) {
      const price = book(offer, pricing)
      if (price !== null) return price
    }
    return null
  }
}

function plansOf(result: DiffableResult): SinglePlan[] {
  if (!('best' in result)) return []
  const best = result.best === null ? [] : [result.best]
  return [...best, ...result.alternatives, ...result.pareto, ...result.near_misses.map((miss) => miss.plan)]
}
