import { count, usd } from '../units.ts'
import type { CheckOptions, Finding } from './check.ts'
import type { Offer, Pricing } from './offer.ts'

interface UnitPrice {
  offer: Offer
  pricing: Pricing
  usdPerGpuHour: number
}

/** Prices per GPU far from the median of their GPU. Spot and committed prices differ by their nature: each kind has its own median. */
export function outliers(offers: readonly Offer[], { lowest, highest, fewestPrices }: CheckOptions): Finding[] {
  const groups = new Map<string, UnitPrice[]>()
  for (const offer of offers) {
    for (const [pricing, usdPerHour] of Object.entries(offer.usd_per_hour) as [Pricing, number][]) {
      const key = `${offer.gpu} ${pricing}`
      const group = groups.get(key) ?? []
      group.push({ offer, pricing, usdPerGpuHour: usdPerHour / offer.gpu_count })
      groups.set(key, group)
    }
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length < fewestPrices) return []
    const middle = median(group.map((each) => each.usdPerGpuHour))
    return group.flatMap(({ offer, pricing, usdPerGpuHour }): Finding[] => {
      const share = usdPerGpuHour / middle
      if (share >= lowest && share <= highest) return []
      const message = `${pricing} costs ${usd(usdPerGpuHour)} per GPU-hour, ${count(Number(share.toFixed(2)))} times the median ${usd(middle)} of ${offer.gpu}`
      return [{ kind: 'suspicious-price', id: offer.id, message }]
    })
  })
}

/** Ways of paying that must each be cheaper than the one before them: nobody commits, or risks an interruption, to pay more. */
const ORDERS: readonly (readonly [dear: Exclude<Pricing, 'owned'>, cheap: Exclude<Pricing, 'owned'>])[] = [
  ['on-demand', 'spot'],
  ['on-demand', 'reserved-1y'],
  ['on-demand', 'reserved-3y'],
  ['reserved-1y', 'reserved-3y'],
]

/** Spot or reserved prices that are not below what they should be below. */
export function upsideDown(offers: readonly Offer[]): Finding[] {
  return offers.flatMap((offer) =>
    ORDERS.flatMap(([dear, cheap]): Finding[] => {
      const above = offer.usd_per_hour[dear]
      const below = offer.usd_per_hour[cheap]
      if (above === undefined || below === undefined || below < above) return []
      const message = `${cheap} at ${usd(below)}/h is ${below === above ? 'no cheaper than' : 'dearer than'} ${dear} at ${usd(above)}/h`
      return [{ kind: 'suspicious-price', id: offer.id, message }]
    }),
  )
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}
