import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { hardwareSearch, prices } from './common.ts'
import { domain, quantity } from './fields.ts'
import { ownedNodes, rentLimit } from './inventory.ts'
import { workloadKeys } from './workload-items.ts'

const MOST_MONTHS = 120
const MOST_WORKLOADS = 500
const MOST_RUNS = 1000

/** A change by the month in percent; growth and trends may fall, never to nothing. */
const percentPerMonth = (description: string) =>
  z.number().finite().gt(-100, 'must be above -100 percent').max(1000).meta({ description })

/** Nodes of a forecast: those that are there, and how many more may be bought. */
const forecastNodes = ownedNodes.extend({
  buy: quantity('How many more may be bought, in any months; none without it', { max: 10_000, whole: true }).optional(),
})
export type ForecastNodes = z.infer<typeof forecastNodes>

const { gpus, exclude_gpus, providers, exclude_providers } = hardwareSearch

export const forecastSchema = z.strictObject({
  kind: z.literal('forecast').meta({ description: 'What the coming months cost, and what to commit to' }),
  name: z.string().min(1).max(200).meta({ description: 'Name in reports; the file name without it' }).optional(),
  description: z.string().max(10_000).meta({ description: 'Free text' }).optional(),
  objective: z.enum(['cost']).meta({ description: 'What the forecast has least of' }).optional(),
  start: z
    .string({ error: 'expected a month as 2027-01' })
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month as 2027-01')
    .meta({ description: 'First month, YYYY-MM' }),
  months: quantity('How many months', { min: 1, max: MOST_MONTHS, whole: true }),
  workloads: z
    .array(
      z.strictObject({
        ...workloadKeys,
        growth_percent_per_month: percentPerMonth('Growth of the traffic, or of the runs, percent a month').optional(),
        runs_per_month: quantity('Runs of a training scenario in the first month; 1 without it', {
          aboveMin: true,
          max: MOST_RUNS,
        }).optional(),
      }),
    )
    .min(1, 'the list is empty: there is nothing to forecast')
    .max(MOST_WORKLOADS)
    .meta({ description: 'Serving and training scenarios with their growth' }),
  price_trend_percent_per_month: percentPerMonth('Change of all prices, percent a month').optional(),
  commitments: domain(pricing, 'Ways to pay that may be used; on-demand without it').optional(),
  inventory: z
    .array(forecastNodes)
    .meta({ description: 'Nodes that are owned already, or with owned among the commitments may be bought' })
    .optional(),
  limits: z.array(rentLimit).meta({ description: 'Quotas of providers, regions and GPUs' }).optional(),
  monthly_cap: quantity('Most US dollars a month', { aboveMin: true, max: 1e12 }).optional(),
  uncertainty: z
    .strictObject({
      growth_percent: quantity('Standard deviation of the monthly growth, percentage points', { max: 100 }).optional(),
      price_percent: quantity('Standard deviation of prices, percent', { max: 100 }).optional(),
      samples: quantity('Futures drawn', { min: 10, max: 100_000, whole: true }).optional(),
      seed: quantity('Seed of the draw', { max: 2 ** 32 - 1, whole: true }).optional(),
    })
    .meta({ description: 'How far growth and prices may stray' })
    .optional(),
  search: z
    .strictObject({ gpus, exclude_gpus, providers, exclude_providers })
    .meta({ description: 'Narrows the hardware of every workload further' })
    .optional(),
  prices: prices.optional(),
})

/** A forecast as written: numbers read, references not yet followed. */
export type ForecastScenario = z.infer<typeof forecastSchema>
