import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { amount, finite, serveConfigurationSchema } from './plan.ts'
import { conflictSchema, programResultKeys } from './program.ts'
import { trainConfigurationSchema } from './train.ts'

const month = z
  .string()
  .regex(/^\d{4}-\d{2}$/)
  .describe('YYYY-MM')
const whole = z.int().nonnegative()

/** Percentiles of the sampled futures; null without `uncertainty`. */
const percentiles = {
  usd_p10: amount.nullable(),
  usd_p50: amount.nullable(),
  usd_p90: amount.nullable(),
}

/** Where machines come from: an offer, or a lot of owned nodes. */
const machines = {
  offer: z.string().describe('Id of the offer, or the name of the owned nodes'),
  provider: z.string().nullable().describe('Null for owned nodes'),
  instance: z.string().nullable(),
  region: z.string().nullable(),
  gpu: z.string(),
  gpus_per_instance: z.int().positive(),
  pricing,
}

export const forecastInstancesSchema = z.strictObject({
  ...machines,
  instances: amount.describe('Instances there or rented all month; for runs paid by the hour instance-hours / 730'),
  usd: amount,
})
export type ForecastInstances = z.infer<typeof forecastInstancesSchema>

export const forecastWorkloadSchema = z.strictObject({
  workload: z.string(),
  usd: amount.describe('US dollars of the month: its own and its share, by use, of what it uses with others'),
  offer: z.string().describe('Where most of its instances stand'),
  provider: z.string().nullable(),
  gpu: z.string(),
  gpus_per_instance: z.int().positive(),
  instances: z.int().positive().describe('Serving: whole instances all month. Training: instances of one run'),
  requests_per_second: amount
    .nullable()
    .describe('Busiest hour; null for training and where requests in flight are stated'),
  runs: amount.nullable().describe('Training: runs of the month, and hours of one'),
  hours_per_run: amount.nullable(),
  configuration: z.union([serveConfigurationSchema, trainConfigurationSchema]),
  switched: z.boolean().describe('Another configuration or other machines than in the month before'),
})
export type ForecastWorkload = z.infer<typeof forecastWorkloadSchema>

export const forecastMonthSchema = z.strictObject({
  month,
  usd: amount.describe('US dollars billed in the month'),
  ...percentiles,
  over_cap_share: amount
    .nullable()
    .describe(
      'Share of the sampled futures in which the month costs more than the cap; null without a cap or uncertainty',
    ),
  instances: z.array(forecastInstancesSchema),
  workloads: z.array(forecastWorkloadSchema),
  idle_usd: amount.describe(
    "US dollars of commitments that are paid and not used: with the workloads' dollars it makes usd",
  ),
})
export type ForecastMonth = z.infer<typeof forecastMonthSchema>

export const commitmentSchema = z.strictObject({
  /** When to sign or buy. */
  month,
  action: z.enum(['reserve', 'buy']),
  ...machines,
  instances: z.int().positive(),
  term_months: z.int().positive().nullable().describe('Null for bought nodes'),
  until: month
    .nullable()
    .describe('Last month that is paid; null for bought nodes, which are written off over their years'),
  usd_per_month: amount.describe('US dollars a month of the term, or of the write-off, all instances together'),
  usd: amount.describe('US dollars of the whole term, or the price of the nodes'),
  beyond_usd: amount.describe('US dollars of the term due after the last month of the forecast; 0 for bought nodes'),
  on_demand_usd_per_month: amount
    .nullable()
    .describe(
      'US dollars a month of the same machines on demand in the month of purchase; null where nobody rents them out',
    ),
  break_even_months: amount
    .nullable()
    .describe(
      'Months of use after which on demand, at the prices of those months, would have cost as much; null where never',
    ),
  used_share: amount.describe(
    'Share of the instance-months of the forecast in which they are used, with all others of the same source',
  ),
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
  kept: z.boolean().describe('The plan keeps it, at a price'),
})
export type ForecastBreak = z.infer<typeof breakSchema>

export const forecastResultSchema = z
  .strictObject({
    ...programResultKeys('forecast'),
    months: z.array(forecastMonthSchema),
    commitments: z.array(commitmentSchema),
    /** Null where there is no plan. */
    total: z
      .strictObject({
        usd: amount.describe('US dollars of all months, and what commitments cost beyond them'),
        ...percentiles,
        months_usd: amount,
        committed_beyond_usd: amount,
        idle_usd: amount,
        on_demand: z
          .strictObject({ usd: amount, saved_usd: finite, saved_share: finite })
          .nullable()
          .describe('Everything rented on demand, no cap and no quotas; null where something cannot be'),
        switches: whole.describe('Changes of a configuration from one month to the next'),
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
    kept_for_usd: amount
      .nullable()
      .describe(
        'US dollars that keeping the cap and the quotas costs against having none; null where none binds or there is no plan',
      ),
    conflict: conflictSchema.nullable().describe('Requirements that cannot all hold; null where there is a plan'),
    remedies: z
      .array(z.strictObject({ text: z.string(), set: z.string().nullable(), usd: amount }))
      .describe('Single changes that give a plan, cheapest first, each solved again'),
    uncertainty: z
      .strictObject({
        growth_percent: amount,
        price_percent: amount,
        samples: z.int().positive(),
        seed: whole,
      })
      .nullable(),
  })
  .meta({ id: 'forecast', title: 'plan SCENARIO, kind: forecast' })
export type ForecastResult = z.infer<typeof forecastResultSchema>
