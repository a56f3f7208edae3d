import { type Catalog, gpusNamed, names, providers } from '../catalog/catalog.ts'
import type { Offer } from '../catalog/offer.ts'
import { didYouMean } from '../catalog/suggest.ts'
import { overrideKeys } from '../cost/prices.ts'
import { varyError } from './vary.ts'

/** Which offers a price alias means. */
export type Chosen = (offer: Offer) => boolean

/**
 * The offers that `price` (all), `price.PROVIDER`, `price.GPU` (an id, generation or vendor), `price.PROVIDER/GPU` or `price.OFFER`
 * means; null for a key that is no price.
 * @throws InputError for a name that nothing is sold under.
 */
export function offersNamed(key: string, text: string, catalog: Catalog): Chosen | null {
  if (key === 'price') return () => true
  if (!key.startsWith('price.')) return null
  const name = key.slice('price.'.length).replace(/^"(.*)"$/, '$1')
  const gpus = new Set(gpusNamed(catalog, name))
  const chosen: Chosen = (offer) =>
    offer.provider === name || gpus.has(offer.gpu) || overrideKeys(offer).some((known) => known === name)
  if ([...catalog.offers.values()].some(chosen)) return chosen
  const hint = didYouMean(name, [...providers(catalog), ...names(catalog, 'gpus')])
  throw varyError(text, `nothing is sold under ${JSON.stringify(name)}`, hint ?? 'price.PROVIDER or price.GPU')
}

const DIGITS = 12

/** The catalog with the prices of some offers times a factor: rent, and of owned machines their purchase and their electricity. */
export function withPricesTimes(catalog: Catalog, chosen: Chosen, factor: number): Catalog {
  const times = (usd: number): number => Number((usd * factor).toPrecision(DIGITS))
  const offers = new Map(
    [...catalog.offers].map(([id, offer]): [string, Offer] => {
      if (!chosen(offer)) return [id, offer]
      const rent = Object.entries(offer.usd_per_hour).map(([way, usd]): [string, number] => [way, times(usd)])
      const { owned } = offer
      const scaled: Offer = { ...offer, usd_per_hour: Object.fromEntries(rent) as Offer['usd_per_hour'] }
      if (owned === undefined) return [id, scaled]
      const bought = { ...owned, capex_usd: times(owned.capex_usd), usd_per_kwh: times(owned.usd_per_kwh) }
      return [id, { ...scaled, owned: bought }]
    }),
  )
  return { ...catalog, offers }
}

/** The scenario's own prices of the chosen offers times a factor, as changes of its keys. */
export function overridesTimes(
  overrides: Readonly<Record<string, number>>,
  catalog: Catalog,
  chosen: Chosen,
  factor: number,
): string[] {
  const offers = [...catalog.offers.values()]
  return Object.entries(overrides).flatMap(([key, usd]) => {
    const named = offers.filter((offer) => overrideKeys(offer).includes(key))
    if (!named.some(chosen)) return []
    return [`prices.overrides."${key}"=${Number((usd * factor).toPrecision(DIGITS))}`]
  })
}
