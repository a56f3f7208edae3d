import { z } from 'zod'
import { catalogDate, catalogId, count, positive } from './facts.ts'

export const pricing = z.enum(['on-demand', 'spot', 'reserved-1y', 'reserved-3y', 'owned'])
export type Pricing = z.infer<typeof pricing>

export const confidence = z.enum(['low', 'medium', 'high'])
export type Confidence = z.infer<typeof confidence>

/** Power usage effectiveness of a room of which nothing is stated. */
export const DEFAULT_PUE = 1.3

/** What nobody pays for one machine, in a catalog or a scenario: a slip of the pen, like four days to write it off. */
export const OWNED_LIMITS = { capexUsd: 1e9, leastYears: 0.01, mostYears: 50, watts: 1e6, usdPerKwh: 100, pue: 10 }

/** The dearest machine that is rented, a rack of 72 GPUs, takes less than a thousandth. */
const MOST_USD_PER_HOUR = 1e6

/** Hardware that belongs to the user: what it costs to buy and to run. */
export const ownedCost = z.strictObject({
  /** US dollars for one instance (all its GPUs). */
  capex_usd: positive.max(OWNED_LIMITS.capexUsd),
  /** Years over which it is written off. */
  years: positive.min(OWNED_LIMITS.leastYears).max(OWNED_LIMITS.mostYears),
  /** Watts of one instance under load. */
  watts: positive.max(OWNED_LIMITS.watts),
  usd_per_kwh: positive.max(OWNED_LIMITS.usdPerKwh),
  /** Power usage effectiveness of the room. */
  pue: positive.min(1).max(OWNED_LIMITS.pue).default(DEFAULT_PUE),
})
export type OwnedCost = z.infer<typeof ownedCost>

/** One rentable (or owned) machine shape with its prices: whole instances are paid, never single GPUs. */
export const offerSchema = z.strictObject({
  /** The provider's name of the shape. */
  instance: z.string().min(1),
  /** An id in `catalogs/gpus`. */
  gpu: catalogId,
  gpu_count: count,
  vcpus: positive.nullable().default(null),
  ram_gb: positive.nullable().default(null),
  region: z.string().min(1),
  /** US dollars an hour for the whole instance, by pricing; absent = not sold that way. Zero is an error. */
  usd_per_hour: z
    .partialRecord(z.enum(['on-demand', 'spot', 'reserved-1y', 'reserved-3y']), positive.max(MOST_USD_PER_HOUR))
    .default({}),
  owned: ownedCost.optional(),
  /** How the GPUs of one instance are joined: an id in `catalogs/links`; null for a single GPU. */
  link: catalogId.nullable().default(null),
  /** Gbit/s of the fabric between instances that collectives would use; null = unknown, so not used for multi-node. */
  network_gbit_per_second: positive.nullable().default(null),
  /** Date of the price; absent = dated by its catalog file. */
  as_of: catalogDate.optional(),
  confidence,
  /** cloud sells its own machines; broker resells others; marketplace has host-set prices. */
  kind: z.enum(['cloud', 'broker', 'marketplace', 'owned']).default('cloud'),
  /** Most instances that may be taken at once. */
  max_instances: count.optional(),
  source: z.string().min(1),
  note: z.string().optional(),
})
export type OfferEntry = z.infer<typeof offerSchema>

/** A file in `catalogs/offers`: one provider. */
export const offerFileSchema = z.strictObject({
  provider: catalogId,
  name: z.string().min(1).optional(),
  /** Date of the file; dates every offer that carries none. */
  as_of: catalogDate,
  currency: z.literal('USD').default('USD'),
  /** Offers of a named set take part only when a scenario asks: `prices: { offers: [article-2026-03] }`. */
  set: catalogId.optional(),
  notes: z.array(z.string()).optional(),
  offers: z.array(offerSchema).min(1),
})
export type OfferFile = z.infer<typeof offerFileSchema>

/** An offer with what its file says of it. `id` is `provider/instance/region`, with `@set` after it in a named set. */
export type Offer = OfferEntry & {
  id: string
  provider: string
  /** Date that the price is judged by. */
  price_as_of: string
  set: string | null
}
