import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Offer } from '../../../src/catalog/offer.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { withPricesTimes } from '../../../src/whatif/scaled-prices.ts'

/** The day of every plan: one on which the shipped prices are young enough. */
export const AS_OF = '2026-11-21'

export const shipped: Catalog = await loadCatalog()

/** GPUs of all sizes and makers, with and without links of their own. */
export const GPUS = ['l4', 'l40s', 'rtx-4090', 'a100-sxm-80gb', 'h100-sxm-80gb', 'mi300x', 'b200-sxm'] as const

/** The catalog with its offers changed one by one; what `change` gives in place of an offer is all that is left of it. */
export function withOffers(catalog: Catalog, change: (offer: Offer) => readonly Offer[]): Catalog {
  const offers = [...catalog.offers.values()].flatMap(change)
  return { ...catalog, offers: new Map(offers.map((offer) => [offer.id, offer])) }
}

/** The shipped catalog with the offers of some GPUs alone. */
export function marketOf(gpus: readonly string[]): Catalog {
  return withOffers(shipped, (offer) => (gpus.includes(offer.gpu) ? [offer] : []))
}

/** The shipped catalog with what a scenario may take. */
export function marketFor({ search }: { readonly search: { readonly gpus: readonly string[] } }): Catalog {
  return marketOf(search.gpus)
}

/** An offer under another id, its prices times a factor. */
export function twinOf(offer: Offer, id: string, factor = 1): Offer {
  const twin = { ...offer, id, instance: `${offer.instance} ${id}` }
  const alone: Catalog = { ...shipped, offers: new Map([[id, twin]]) }
  return withPricesTimes(alone, () => true, factor).offers.get(id) ?? twin
}

/** Every price times a factor. */
export function pricesTimes(catalog: Catalog, factor: number): Catalog {
  return withPricesTimes(catalog, () => true, factor)
}

/** Everything that has an order, in the opposite one. */
export function reversed(catalog: Catalog): Catalog {
  const turned = <V>(entries: ReadonlyMap<string, V>): Map<string, V> => new Map([...entries].reverse())
  return {
    ...catalog,
    gpus: turned(catalog.gpus),
    models: turned(catalog.models),
    offers: turned(catalog.offers),
    quantizations: turned(catalog.quantizations),
    kvFormats: turned(catalog.kvFormats),
    engines: turned(catalog.engines),
    trainers: turned(catalog.trainers),
    generations: turned(catalog.generations),
    links: turned(catalog.links),
  }
}
