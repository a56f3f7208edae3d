import { DEFAULT_PUE, type Offer, type OwnedCost, type Pricing } from '../../src/catalog/offer.ts'
import type { OwnedNodes, RentLimit } from '../../src/scenario/inventory.ts'

/* What fleets and forecasts read alike of an inventory. */

/** What a scenario's own node costs, in the form of the catalog. */
export function ownedCostOf({ capex, years, watts, usd_per_kwh, pue }: OwnedNodes['owned']): OwnedCost {
  return { capex_usd: capex, years, watts, usd_per_kwh, pue: pue ?? DEFAULT_PUE }
}

/** Whether what is rented counts in a limit; owned nodes count in none. */
export function countsIn(limit: RentLimit, offer: Offer, pricing: Pricing): boolean {
  return (
    pricing !== 'owned' &&
    (limit.provider ?? offer.provider) === offer.provider &&
    (limit.region ?? offer.region) === offer.region &&
    (limit.gpu ?? offer.gpu) === offer.gpu &&
    (limit.pricing ?? pricing) === pricing
  )
}
