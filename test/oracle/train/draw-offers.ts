import fc from 'fast-check'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { type Offer, offerSchema } from '../../../src/catalog/offer.ts'

/** GPUs that drawn offers have: each class of speed, some without bf16, of other makers, and no GPUs at all. */
export const DRAWN_GPUS = [
  'l4',
  'l40s',
  'rtx-3090',
  'rtx-4090',
  'a100-sxm-40gb',
  'a100-sxm-80gb',
  'h100-pcie-80gb',
  'h100-sxm-80gb',
  'h200-sxm-141gb',
  'b200-sxm',
  'mi300x',
  't4',
  'gaudi2',
]

/** Two prices that many offers share, so that plans tie, and prices that none does. */
const dollars = fc.oneof(fc.constantFrom(2, 4), fc.double({ min: 0.1, max: 60, noNaN: true }))

/** Left out by half. */
const maybe = { nil: undefined, freq: 2 }

/** What is drawn of an offer. */
export interface OddOffer {
  readonly gpu: string
  readonly gpu_count: number
  readonly ram_gb: number | null
  readonly region: string
  readonly usd_per_hour: Offer['usd_per_hour']
  readonly owned: Omit<NonNullable<Offer['owned']>, 'pue'> | undefined
  readonly link: string | null
  readonly network_gbit_per_second: number | null
  readonly as_of: string
  readonly confidence: Offer['confidence']
  readonly max_instances: number | undefined
  readonly set: string | null
}

/** Offers as an overlay may bring them: odd numbers of GPUs, little memory, no network, few machines, doubtful, old, or one's own. */
const oddOffer: fc.Arbitrary<OddOffer> = fc.record({
  // Mostly large ones, on which most models fit.
  gpu: fc.oneof(
    fc.constantFrom(...DRAWN_GPUS),
    fc.constantFrom('a100-sxm-80gb', 'h100-sxm-80gb', 'h200-sxm-141gb', 'mi300x'),
  ),
  gpu_count: fc.oneof(
    { arbitrary: fc.constantFrom(1, 2, 4, 8), weight: 4 },
    { arbitrary: fc.constantFrom(3, 5, 6, 16), weight: 1 },
  ),
  ram_gb: fc.constantFrom(null, 16, 64, 512, 2048),
  region: fc.constantFrom('here', 'there'),
  usd_per_hour: fc.record(
    { 'on-demand': dollars, spot: dollars, 'reserved-1y': dollars, 'reserved-3y': dollars },
    { requiredKeys: ['on-demand'] },
  ),
  owned: fc.option(
    fc.record({
      capex_usd: fc.integer({ min: 5_000, max: 400_000 }),
      years: fc.integer({ min: 1, max: 6 }),
      watts: fc.integer({ min: 300, max: 10_000 }),
      usd_per_kwh: fc.constantFrom(0.08, 0.3),
    }),
    maybe,
  ),
  link: fc.constantFrom(null, null, null, 'pcie', 'pcie', 'nvlink4', 'nvlink4', 'none'),
  network_gbit_per_second: fc.constantFrom(null, 100, 400, 3200),
  as_of: fc.constantFrom('2026-11-01', '2026-11', '2026-11-20', '2026-08-21', '2025-10'),
  confidence: fc.constantFrom('medium', 'high', 'high', 'low'),
  max_instances: fc.option(fc.integer({ min: 1, max: 3 }), maybe),
  set: fc.constantFrom(null, null, null, null, 'quoted'),
})

/** Offers of one drawn catalog: some as shipped, by their place among those of the drawn GPUs, and some odd ones. */
export interface DrawnOffers {
  readonly shipped: readonly number[]
  readonly odd: readonly OddOffer[]
  /** Odd offers once more, with something changed: what differs in little is easily taken for the same. */
  readonly twins: readonly { readonly of: number; readonly change: Partial<OddOffer> }[]
}

const change: fc.Arbitrary<Partial<OddOffer>> = fc.oneof(
  fc.record({ link: fc.constantFrom(null, 'pcie', 'nvlink4') }),
  fc.record({ network_gbit_per_second: fc.constantFrom(null, 100, 800) }),
  fc.record({ ram_gb: fc.constantFrom(null, 32, 1024) }),
  fc.record({ max_instances: fc.constantFrom(undefined, 1, 2) }),
  fc.record({ usd_per_hour: fc.record({ 'on-demand': dollars }) }),
)

export const drawnOffers: fc.Arbitrary<DrawnOffers> = fc.record({
  shipped: fc.uniqueArray(fc.nat(10_000), { maxLength: 3 }),
  odd: fc.array(oddOffer, { minLength: 2, maxLength: 4 }),
  twins: fc.array(fc.record({ of: fc.nat(3), change }), { maxLength: 2 }),
})

/** The shipped catalog with these offers in place of its own. */
export function catalogWith(shipped: Catalog, drawn: DrawnOffers): Catalog {
  const known = [...shipped.offers.values()].filter(({ gpu }) => DRAWN_GPUS.includes(gpu))
  const offers = drawn.shipped.flatMap((place) => known[place % known.length] ?? [])
  const twins = drawn.twins.flatMap(({ of, change }) =>
    drawn.odd.slice(of, of + 1).map((odd) => ({ ...odd, ...change })),
  )
  for (const [index, { set, owned, max_instances, ...odd }] of [...drawn.odd, ...twins].entries()) {
    const entry = offerSchema.parse({
      ...odd,
      ...(owned === undefined ? {} : { owned }),
      ...(max_instances === undefined ? {} : { max_instances }),
      instance: `odd-${index}`,
      source: 'drawn',
    })
    const id = `odd-${index % 2}/${entry.instance}/${entry.region}${set === null ? '' : `@${set}`}`
    offers.push({ ...entry, id, provider: `odd-${index % 2}`, price_as_of: odd.as_of, set } satisfies Offer)
  }
  offers.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { ...shipped, offers: new Map(offers.map((offer) => [offer.id, offer])) }
}
