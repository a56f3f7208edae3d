import { count, usd } from '../units.ts'
import type { Catalog } from './catalog.ts'
import type { Offer, Pricing } from './offer.ts'

/** Something in a valid catalog that a person should look at. */
export interface Finding {
  kind: 'stale-price' | 'suspicious-price' | 'duplicate-offer' | 'unknown-date'
  /** Id of the offer. */
  id: string
  message: string
}

export interface CheckOptions {
  /** Day from which ages are counted, YYYY-MM-DD. */
  asOf: string
  /** Prices older than this are stale. */
  maxAgeDays: number
  /** A price per GPU below this share of the median of its GPU is suspicious. */
  lowest: number
  /** A price per GPU above this multiple of the median of its GPU is suspicious. */
  highest: number
}

export const checkDefaults = { maxAgeDays: 365, lowest: 0.3, highest: 4 } as const

const MILLISECONDS_PER_DAY = 86_400_000
/** A median of fewer prices says little about any of them. */
const FEWEST_PRICES = 4

/** Days from one date to another; a month counts as its first day, so that an age is never understated. */
export function daysBetween(from: string, to: string): number {
  const start = (date: string): number => Date.parse(date.length === 7 ? `${date}-01` : date)
  return Math.round((start(to) - start(from)) / MILLISECONDS_PER_DAY)
}

/** Findings in the order of offers: stale dates, prices far from the median of their GPU, shapes offered twice at one price. */
export function checkCatalog(catalog: Catalog, options: CheckOptions): Finding[] {
  const offers = [...catalog.offers.values()]
  return [...staleness(offers, options), ...priceOutliers(offers, options), ...duplicates(offers)]
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

interface UnitPrice {
  offer: Offer
  pricing: Pricing
  usdPerGpuHour: number
}

function priceOutliers(offers: readonly Offer[], { lowest, highest }: CheckOptions): Finding[] {
  const groups = new Map<string, UnitPrice[]>()
  for (const offer of offers) {
    for (const [pricing, usdPerHour] of Object.entries(offer.usd_per_hour) as [Pricing, number][]) {
      // Spot and committed prices differ from list prices by their nature, so each kind has its own median.
      const key = `${offer.gpu} ${pricing}`
      const group = groups.get(key) ?? []
      group.push({ offer, pricing, usdPerGpuHour: usdPerHour / offer.gpu_count })
      groups.set(key, group)
    }
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length < FEWEST_PRICES) return []
    const middle = median(group.map((each) => each.usdPerGpuHour))
    return group.flatMap(({ offer, pricing, usdPerGpuHour }): Finding[] => {
      const share = usdPerGpuHour / middle
      if (share >= lowest && share <= highest) return []
      const message = `${pricing} costs ${usd(usdPerGpuHour)} per GPU-hour, ${count(Number(share.toFixed(2)))} times the median ${usd(middle)} of ${offer.gpu}`
      return [{ kind: 'suspicious-price', id: offer.id, message }]
    })
  })
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** Two names for what looks like one machine: same provider, region, GPU, count, processors, memory and prices. */
function duplicates(offers: readonly Offer[]): Finding[] {
  const seen = new Map<string, Offer>()
  return offers.flatMap((offer): Finding[] => {
    const { provider, region, gpu, gpu_count, vcpus, ram_gb, set, usd_per_hour } = offer
    const key = JSON.stringify([
      provider,
      region,
      gpu,
      gpu_count,
      vcpus,
      ram_gb,
      set,
      Object.entries(usd_per_hour).sort(),
    ])
    const earlier = seen.get(key)
    if (earlier === undefined) {
      seen.set(key, offer)
      return []
    }
    return [
      { kind: 'duplicate-offer', id: offer.id, message: `looks like ${earlier.id}: same GPUs, region and prices` },
    ]
  })
}
