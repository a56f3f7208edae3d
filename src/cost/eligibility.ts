import type { Confidence, Offer, Pricing } from '../catalog/offer.ts'
import { overriddenUsdPerHour, type PriceOptions, priceOf } from './prices.ts'

/** Stands for the offers that belong to no named set. */
export const DEFAULT_SET = 'default'

/** Why an offer may not be used. An offer has one reason: the first that holds in this order. */
export const exclusionReasons = ['set', 'provider', 'gpu', 'pricing', 'confidence', 'price_age'] as const
export type ExclusionReason = (typeof exclusionReasons)[number]

/** Which offers a scenario admits. Absent lists narrow nothing. */
export interface OfferRules extends PriceOptions {
  /** Day from which the age of prices is judged, YYYY-MM-DD. */
  readonly asOf: string
  /** Oldest admitted price, in days; absent = any age. */
  readonly maxAgeDays?: number | undefined
  readonly minConfidence: Confidence
  /** Ways of paying that are searched. */
  readonly pricing: readonly Pricing[]
  readonly providers?: readonly string[] | undefined
  readonly excludeProviders?: readonly string[] | undefined
  /** GPU ids (families already resolved). */
  readonly gpus?: readonly string[] | undefined
  readonly excludeGpus?: readonly string[] | undefined
  /** Named sets of offers, and no others, with {@link DEFAULT_SET} for the offers of no set; absent = only those. */
  readonly sets?: readonly string[] | undefined
}

/** An offer with one way of paying for it. */
export interface PricedOffer {
  readonly offer: Offer
  readonly pricing: Pricing
  /** US dollars an hour of one instance. */
  readonly usdPerHour: number
  /** `user`: an override or owned hardware; `catalog`: a list price, discount taken off. */
  readonly priceFrom: 'catalog' | 'user'
}

export interface EligibleOffers {
  /** In the order of the offers, then in that of `pricing`. */
  readonly eligible: readonly PricedOffer[]
  readonly excluded: readonly { readonly offer: Offer; readonly reason: ExclusionReason }[]
  /** Excluded offers by reason. */
  readonly excludedCounts: Readonly<Record<ExclusionReason, number>>
}

/**
 * Splits offers into those that may be used, with their price, and the others, each with its reason.
 *
 * Confidence and age judge a list price, so they say nothing against an offer whose price the user states (an override
 * or owned hardware). For the same reason an override admits an offer of a named set that was not asked for: a set is kept
 * apart because of its prices, and those are replaced.
 */
export function eligibleOffers(offers: Iterable<Offer>, rules: OfferRules): EligibleOffers {
  const eligible: PricedOffer[] = []
  const excluded: { offer: Offer; reason: ExclusionReason }[] = []
  const excludedCounts: Record<ExclusionReason, number> = {
    set: 0,
    provider: 0,
    gpu: 0,
    pricing: 0,
    confidence: 0,
    price_age: 0,
  }
  const exclude = (offer: Offer, reason: ExclusionReason): void => {
    excluded.push({ offer, reason })
    excludedCounts[reason] += 1
  }
  const sets = new Set(rules.sets ?? [DEFAULT_SET])
  const provider = admission(rules.providers, rules.excludeProviders)
  const gpu = admission(rules.gpus, rules.excludeGpus)
  const tooOld = ageLimit(rules)
  // Most scenarios override nothing: then no offer's keys need be looked up.
  const overrides = Object.keys(rules.overrides ?? {}).length === 0 ? undefined : rules.overrides
  const prices = { overrides, discountPercent: rules.discountPercent }

  for (const offer of offers) {
    const overridden = overriddenUsdPerHour(offer, overrides) !== null
    if (!overridden && !sets.has(offer.set ?? DEFAULT_SET)) exclude(offer, 'set')
    else if (!provider(offer.provider)) exclude(offer, 'provider')
    else if (!gpu(offer.gpu)) exclude(offer, 'gpu')
    else {
      const priced = pricesOf(offer, rules.pricing, prices, overridden)
      const doubt = doubtAboutListPrice(offer, rules.minConfidence, tooOld)
      const usable = doubt === null ? priced : priced.filter((price) => price.priceFrom === 'user')
      if (usable.length > 0) eligible.push(...usable)
      else exclude(offer, priced.length === 0 || doubt === null ? 'pricing' : doubt)
    }
  }
  return { eligible, excluded, excludedCounts }
}

/**
 * Age of a price in whole days. A price dated by its month alone counts from the first day of that month: it is never
 * judged younger than it can be. Negative where the price is dated after `asOf`.
 */
export function priceAgeDays(priceAsOf: string, asOf: string): number {
  return dayNumber(asOf) - dayNumber(priceAsOf)
}

function pricesOf(offer: Offer, ways: readonly Pricing[], prices: PriceOptions, overridden: boolean): PricedOffer[] {
  const priced: PricedOffer[] = []
  for (const pricing of ways) {
    const usdPerHour = priceOf(offer, pricing, prices)
    if (usdPerHour === null) continue
    priced.push({ offer, pricing, usdPerHour, priceFrom: overridden || pricing === 'owned' ? 'user' : 'catalog' })
  }
  return priced
}

const confidenceRank: Readonly<Record<Confidence, number>> = { low: 0, medium: 1, high: 2 }

function doubtAboutListPrice(
  offer: Offer,
  least: Confidence,
  tooOld: (priceAsOf: string) => boolean,
): ExclusionReason | null {
  if (confidenceRank[offer.confidence] < confidenceRank[least]) return 'confidence'
  return tooOld(offer.price_as_of) ? 'price_age' : null
}

/** Whether a price of that date is older than the rules admit. Many offers share few dates, so each is judged once. */
function ageLimit({ asOf, maxAgeDays }: OfferRules): (priceAsOf: string) => boolean {
  if (maxAgeDays === undefined) return () => false
  const oldestDay = dayNumber(asOf) - maxAgeDays
  const judged = new Map<string, boolean>()
  return (priceAsOf) => {
    let tooOld = judged.get(priceAsOf)
    if (tooOld === undefined) {
      tooOld = dayNumber(priceAsOf) < oldestDay
      judged.set(priceAsOf, tooOld)
    }
    return tooOld
  }
}

/** Whether an id is among those that are wanted and none that is not. */
function admission(
  only: readonly string[] | undefined,
  except: readonly string[] | undefined,
): (id: string) => boolean {
  const wanted = only === undefined ? null : new Set(only)
  const unwanted = new Set(except)
  return (id) => (wanted === null || wanted.has(id)) && !unwanted.has(id)
}

const MILLISECONDS_PER_DAY = 86_400_000

/** Days since 1970-01-01 of `YYYY-MM-DD`, or of the first day of `YYYY-MM`. */
function dayNumber(date: string): number {
  const milliseconds = Date.parse(date.length === 'YYYY-MM'.length ? `${date}-01` : date)
  if (Number.isNaN(milliseconds)) throw new RangeError(`"${date}" is no date`)
  return Math.floor(milliseconds / MILLISECONDS_PER_DAY)
}
