import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Draw } from './draw.ts'
import { gpusOf } from './gpus.ts'
import type { HardwareWish, PriceWish, Pricing } from './scenario.ts'

const PRICINGS: readonly Pricing[] = ['on-demand', 'spot', 'reserved-1y', 'reserved-3y', 'owned']

/** So many providers are left out now and then for the variety, more of them for the time that nested loops take. */
const MANY = 6

/** Hardware lists around a few GPUs: by id, generation or vendor, with exclusions that leave at least one. */
export function drawHardware(draw: Draw, gpus: readonly Gpu[], catalog: Catalog): HardwareWish {
  const providers = [...new Set([...catalog.offers.values()].map((offer) => offer.provider))]
  const wish: HardwareWish = {
    gpus: gpus.map((gpu) => (draw.chance(6) ? familyOf(draw, gpu) : gpu.id)),
    ...draw.maybe(15, 'exclude_gpus', () => {
      const gpu = draw.one(gpus)
      return [draw.chance(50) ? familyOf(draw, gpu) : gpu.id]
    }),
    ...draw.maybe(providers.length > MANY ? 70 : 12, 'providers', () => draw.some(providers, 2, MANY)),
    ...draw.maybe(10, 'exclude_providers', () => draw.some(providers, 1, 3)),
    ...draw.maybe(45, 'pricing', () =>
      draw.chance(70) ? ['on-demand', ...draw.some(PRICINGS.slice(1), 0, 3)] : draw.some(PRICINGS, 1, 3),
    ),
    ...draw.maybe(35, 'max_gpus', () => draw.one([64, 16, 8, 24, 100, 12, 32, 3, 1])),
  }
  if (gpusOf(catalog, wish).length === 0) delete wish.exclude_gpus
  const { providers: only, exclude_providers: except } = wish
  if (only?.every((provider) => except?.includes(provider))) delete wish.exclude_providers
  return wish
}

/** A family of the GPU; not all of NVIDIA, whose many machines make the space too large for nested loops. */
function familyOf(draw: Draw, { generation, vendor }: Gpu): string {
  return vendor === 'nvidia' ? generation : draw.one([generation, vendor])
}

/** What a scenario says of prices, with overrides of offers that the catalog has. */
export function drawPrices(draw: Draw, gpus: readonly Gpu[], catalog: Catalog): PriceWish {
  const ids = gpus.map((gpu) => gpu.id)
  const offers = [...catalog.offers.values()].filter((offer) => ids.includes(offer.gpu))
  const sets = [...new Set([...catalog.offers.values()].flatMap(({ set }) => (set === null ? [] : [set])))]
  return {
    ...draw.maybe(30, 'discount_percent', () => draw.one([10, 0, 33.3, 99])),
    ...draw.maybe(offers.length > 0 ? 25 : 0, 'overrides', () => {
      const chosen = draw.some(offers, 1, 3)
      return Object.fromEntries(
        chosen.map((offer) => [
          draw.chance(50) ? offer.id : `${offer.provider}/${offer.gpu}`,
          draw.one([1, 0.25, 1.99, 20]),
        ]),
      )
    }),
    ...draw.maybe(25, 'max_age_days', () => draw.one([3000, 365, 366, 90, 400, 0.5])),
    ...draw.maybe(40, 'min_confidence', () => draw.one(['low', 'low', 'medium', 'high'] as const)),
    ...draw.maybe(sets.length > 0 ? 6 : 0, 'offers', () => draw.some(sets, 1, 2)),
    ...draw.maybe(10, 'billed_share', () => draw.one(['30%', 0.5, 1])),
  }
}
