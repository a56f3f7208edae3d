import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import type { Draw } from './draw.ts'

/** The day on which every drawn scenario is planned: the shipped prices are young enough then. */
export const AS_OF = '2026-11-21'

/** Days of drawn prices: young, on the last day that counts by default and the one before, and old. */
const DAYS = [
  '2026-11-20',
  '2026-07-20',
  '2026-11-21',
  '2025-11-21',
  '2025-11-20',
  '2026-03',
  '2025-11',
  '2024-02-07',
] as const

/** Sizes that are sold, and sizes that divide into nothing. */
const SIZES = [1, 2, 4, 8, 8, 8, 3, 5, 6, 7, 10, 16] as const

/** A set of drawn offers that takes part only when asked for. */
export const ODD_SET = 'odd-set'

/** Offers of a few GPUs such as no provider has: odd sizes, few instances, old or doubtful prices, round ones that tie. */
export function drawOffers(draw: Draw, gpus: readonly Gpu[], catalog: Catalog, count: number): Offer[] {
  const links = [...catalog.links.keys()]
  const offers: Offer[] = []
  for (let index = 0; index < count; index++) {
    const gpu = draw.one(gpus)
    const size = draw.one(SIZES)
    const provider = draw.one(['oddly', 'evenly', 'runpod'])
    const instance = `${size}x-${gpu.id}-${index}`
    const region = draw.one(['here', 'there'])
    const set = draw.chance(7) ? ODD_SET : null
    const dollars = draw.chance(70) ? draw.one([size, size / 2, size * 1.1, 8, 4]) : draw.scale(0.1, 30)
    const usdPerHour: Offer['usd_per_hour'] = {
      ...(draw.chance(92) ? { 'on-demand': dollars } : {}),
      ...draw.maybe(30, 'spot', () => dollars / 2),
      ...draw.maybe(15, 'reserved-1y', () => dollars * 0.7),
      ...draw.maybe(15, 'reserved-3y', () => dollars),
    }
    offers.push({
      id: `${provider}/${instance}/${region}${set === null ? '' : `@${set}`}`,
      provider,
      set,
      price_as_of: draw.one(DAYS),
      instance,
      gpu: gpu.id,
      gpu_count: size,
      vcpus: null,
      ram_gb: draw.one([null, 16, 256, 2048]),
      region,
      usd_per_hour: usdPerHour,
      ...draw.maybe(15, 'owned', () => ({
        capex_usd: draw.one([10_000, 300_000]) * size,
        years: draw.one([1, 4, 5]),
        watts: 700 * size,
        usd_per_kwh: 0.12,
        pue: draw.one([1, 1.3]),
      })),
      link: size === 1 || draw.chance(50) ? null : draw.one(links),
      network_gbit_per_second: draw.chance(50) ? draw.one([100, 3200]) : null,
      confidence: draw.one(['high', 'high', 'medium', 'medium', 'low']),
      kind: 'cloud',
      ...draw.maybe(20, 'max_instances', () => draw.whole(1, 4)),
      source: 'drawn',
    })
  }
  return offers
}

/** The catalog with these offers, alone or beside those that it has. */
export function withOffers(catalog: Catalog, offers: readonly Offer[], alone: boolean): Catalog {
  const all = alone ? offers : [...catalog.offers.values(), ...offers]
  const sorted = [...all].sort((a, b) => (a.id < b.id ? -1 : 1))
  return { ...catalog, offers: new Map(sorted.map((offer) => [offer.id, offer])) }
}

/** Drawn offers as files of an overlay catalog (`--catalog`), one for each provider and set: JSON is YAML. */
export function offerFiles(offers: readonly Offer[]): object[] {
  const groups = new Map<string, Offer[]>()
  for (const offer of offers) {
    const key = `${offer.provider} ${offer.set}`
    groups.set(key, [...(groups.get(key) ?? []), offer])
  }
  return [...groups.values()].map((group) => ({
    provider: group[0]?.provider,
    as_of: '2026-11',
    ...(group[0]?.set == null ? {} : { set: group[0].set }),
    offers: group.map(({ id: _id, provider: _provider, set: _set, price_as_of, ...entry }) => ({
      ...entry,
      as_of: price_as_of,
    })),
  }))
}
