import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'

/** Keys that a test counts the reads of. */
export interface Reads {
  count: number
}

/** The same entry, which counts how often one of the keys is read. */
export function counted<T extends object>(entry: T, keys: readonly (keyof T)[], reads: Reads): T {
  const copy = { ...entry }
  for (const key of keys) {
    const value = entry[key]
    Object.defineProperty(copy, key, {
      enumerable: true,
      get: () => {
        reads.count += 1
        return value
      },
    })
  }
  return copy
}

/** The catalog with so many offers instead of its own: these over and over, each a little dearer than the one before. */
export function withOffers(catalog: Catalog, count: number, made: (offer: Offer) => Offer = (offer) => offer): Catalog {
  const shipped = [...catalog.offers.values()].filter(({ set }) => set === null)
  const offers = Array.from({ length: count }, (_, index): [string, Offer] => {
    const like = shipped[index % shipped.length]!
    const times = 1 + Math.floor(index / shipped.length) / 1000
    const id = `${like.id} ${String(index).padStart(6, '0')}`
    const prices = Object.entries(like.usd_per_hour).map(([pricing, usd]) => [pricing, usd * times])
    return [id, made({ ...like, id, instance: id, usd_per_hour: Object.fromEntries(prices) })]
  })
  return { ...catalog, offers: new Map(offers) }
}
