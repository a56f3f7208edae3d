import { count } from '../units.ts'
import type { Catalog } from './catalog.ts'
import { conflicts, duplicates, unjoined } from './check-offers.ts'
import { outliers, upsideDown } from './check-prices.ts'
import type { Offer } from './offer.ts'

/** Something in a valid catalog that a person should look at. */
export interface Finding {
  kind: keyof typeof findingKinds
  /** Id of the offer. */
  id: string
  message: string
}

/** Kinds of findings, with what each says of an offer. */
export const findingKinds = {
  'stale-price': 'older than the planner admits by default',
  'unknown-date': 'dated after the day of the check',
  'suspicious-price': 'far from the median of its GPU, or spot and reserved not below on-demand',
  'duplicate-offer': 'the same machine at the same prices under two names',
  'conflicting-offer': 'the same machine at two prices',
  'unknown-link': 'several GPUs, and not stated how they are joined',
} as const

export interface CheckOptions {
  /** Day from which ages are counted, YYYY-MM-DD. */
  asOf: string
  /** Prices older than this are stale. */
  maxAgeDays: number
  /** A price per GPU below this share of the median of its GPU is suspicious. */
  lowest: number
  /** A price per GPU above this multiple of the median of its GPU is suspicious. */
  highest: number
  /** A median of fewer prices says little about any of them, and none is held against it. */
  fewestPrices: number
}

/**
 * All thresholds of the check. The oldest price is the planner's default (`prices.max_age_days`). Rented GPUs of one kind differ
 * between the cheapest marketplace and the dearest cloud by a factor of about ten around their median, so what is suspicious lies
 * below a third of it or above four times it: an H100 at $0.30 where the median is $3.
 */
export const checkDefaults = { maxAgeDays: 365, lowest: 0.3, highest: 4, fewestPrices: 4 } as const

const MILLISECONDS_PER_DAY = 86_400_000

/** Days from one date to another; a month counts as its first day, so that an age is never understated. */
export function daysBetween(from: string, to: string): number {
  const start = (date: string): number => Date.parse(date.length === 7 ? `${date}-01` : date)
  return Math.round((start(to) - start(from)) / MILLISECONDS_PER_DAY)
}

/** Findings by kind, in the order of offers. Every price of the catalog enters the medians. */
export function checkCatalog(catalog: Catalog, options: CheckOptions): Finding[] {
  const offers = [...catalog.offers.values()]
  return [
    ...staleness(offers, options),
    ...outliers(offers, options),
    ...upsideDown(offers),
    ...duplicates(offers),
    ...conflicts(offers),
    ...unjoined(offers, catalog),
  ]
}

function staleness(offers: readonly Offer[], { asOf, maxAgeDays }: CheckOptions): Finding[] {
  return offers.flatMap((offer): Finding[] => {
    const age = daysBetween(offer.price_as_of, asOf)
    if (age < 0)
      return [{ kind: 'unknown-date', id: offer.id, message: `the price is dated ${offer.price_as_of}, after ${asOf}` }]
    if (age <= maxAgeDays) return []
    return [
      {
        kind: 'stale-price',
        id: offer.id,
        message: `the price of ${offer.price_as_of} is ${count(age)} days old, more than ${count(maxAgeDays)}`,
      },
    ]
  })
}
