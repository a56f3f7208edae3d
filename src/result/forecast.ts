import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { amount, finite, serveConfigurationSchema } from './plan.ts'
import { conflictSchema, programResultKeys } from './program.ts'
import { trainConfigurationSchema } from './train.ts'

const month = z.string().regex(/^\d{4}-\d{2}$/)
const whole = z.int().nonnegative()

/** Percentiles of the sampled futures; null without `uncertainty`. */
const percentiles = {
  usd_p10: amount.nullable(),
  usd_p50: amount.nullable(),
  usd_p90: amount.nullable(),
}

/** Where machines come from: an offer, or a lot of owned nodes. */
const machines = {
  /** Id of the offer, or the name of the owned nodes. */
  offer: z.string(),
  /** Null for owned nodes. */
  provider: z.string().nullable(),
  instance: z.string().nullable(),
  region: z.string().nullable(),
  gpu: z.string(),
  gpus_per_instance: z.int().positive(),
  pricing,
}

export const forecastInstancesSchema = z.strictObject({
  ...machines,
  /** Instances there or rented all month; for runs paid by the hour instance-hours / 730. */
  instances: amount,
  usd: amount,
})
export type ForecastInstances = z.infer<typeof forecastInstancesSchema>

export const forecastWorkloadSchema = z.strictObject({
  workload: z.string(),
  /** Its own and its share, by use, of what it uses with others. */
  usd: amount,
  /** Where most of its instances stand. */
  offer: z.string(),
  provider: z.string().nullable(),
  gpu: z.string(),
  gpus_per_instance: z.int().positive(),
  /** Serving: whole instances all month. Training: instances of one run. */
  instances: z.int().positive(),
  /** Busiest hour; null for training and where requests in flight are stated. */
  requests_per_second: amount.nullable(),
  /** Training: runs of the month, and hours of one. */
  runs: amount.nullable(),
  hours_per_run: amount.nullable(),
  configuration: z.union([serveConfigurationSchema, trainConfigurationSchema]),
  /** Another configuration or other machines than in the month before. */
  switched: z.boolean(),
})
export type ForecastWorkload = z.infer<typeof forecastWorkloadSchema>

export const forecastMonthSchema = z.strictObject({
  month,
  /** What is billed in the month. */
  usd: amount,
  ...percentiles,
  /** Share of the sampled futures in which the month costs more than the cap; null without a cap or uncertainty. */
  over_cap_share: amount.nullable(),
  instances: z.array(forecastInstancesSchema),
  workloads: z.array(forecastWorkloadSchema),
  /** Commitments that are paid and not used: with the workloads' dollars it makes `usd`. */
  idle_usd: amount,
})
export type ForecastMonth = z.infer<typeof forecastMonthSchema>

export const commitmentSchema = z.strictObject({
  /** When to sign or buy. */
  month,
  action: z.enum(['reserve', 'buy']),
  ...machines,
  instances: z.int().positive(),
  /** Null for bought nodes. */
  term_months: z.int().positive().nullable(),
  /** Last month that is paid; null for bought nodes, which are written off over their years. */
  until: month.nullable(),
  /** A month of the term, or of the write-off, all instances together. */
  usd_per_month: amount,
  /** The whole term, or the price of the nodes. */
  usd: amount,
  /** Of the term, due after the last month of the forecast; 0 for bought nodes. */
  beyond_usd: amount,
  /** The same machines on demand in the month of purchase; null where nobody rents them out. */
  on_demand_usd_per_month: amount.nullable(),
  /** Months of use after which on demand, at the prices of those months, would have cost as much; null where never. */
  break_even_months: amount.nullable(),
  /** Share of the instance-months of the forecast in which they are used, with all others of the same source. */
  used_share: amount,
})
export type Commitment = z.infer<typeof commitmentSchema>

/** A cap or quota that the cheapest months would break. */
export const breakSchema = z.strictObject({
  requirement: z.string(),
  /** The first month in which it breaks. */
  month,
  limit: amount,
  needed: amount,
  by: amount,
  unit: z.enum(['usd', 'gpus']),
  /** The plan keeps it, at a price. */
  kept: z.boolean(),
})
export type ForecastBreak = z.infer<typeof breakSchema>

export const forecastResultSchema = z.strictObject({
  ...programResultKeys('forecast'),
  months: z.array(forecastMonthSchema),
  commitments: z.array(commitmentSchema),
  /** Null where there is no plan. */
  total: z
    .strictObject({
      /** All months, and what commitments cost beyond them. */
      usd: amount,
      ...percentiles,
      months_usd: amount,
      committed_beyond_usd: amount,
      idle_usd: amount,
      /** Everything rented on demand, no cap and no quotas; null where something cannot be. */
      on_demand: z.strictObject({ usd: amount, saved_usd: finite, saved_share: finite }).nullable(),
      /** Changes of a configuration from one month to the next. */
      switches: whole,
    })
    .nullable(),
  by_workload: z.array(
    z.strictObject({
      workload: z.string(),
      usd: amount,
      share: amount,
      usd_per_million_tokens: amount.nullable(),
      usd_per_run: amount.nullable(),
      switches: whole,
    }),
  ),
  by_provider: z.array(z.strictObject({ provider: z.string().nullable(), usd: amount, share: amount })),
  monthly_cap_usd: amount.nullable(),
  breaks: z.array(breakSchema),
  /** What keeping the cap and the quotas costs against having none; null where none binds or there is no plan. */
  kept_for_usd: amount.nullable(),
  /** Requirements that cannot all hold; null where there is a plan. */
  conflict: conflictSchema.nullable(),
  /** Single changes that give a plan, cheapest first, each solved again. */
  remedies: z.array(z.strictObject({ text: z.string(), set: z.string().nullable(), usd: amount })),
  uncertainty: z
    .strictObject({
      growth_percent: amount,
      price_percent: amount,
      samples: z.int().positive(),
      seed: whole,
    })
    .nullable(),
})
export type ForecastResult = z.infer<typeof forecastResultSchema>
