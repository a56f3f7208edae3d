import { z } from 'zod'
import { pricing } from '../../catalog/offer.ts'
import { fleetResultSchema } from '../../result/fleet.ts'
import { forecastResultSchema } from '../../result/forecast.ts'
import { amount, resultSchema, versionKey, violationSchema } from '../../result/plan.ts'
import { trainResultSchema } from '../../result/train.ts'

const usd = amount.nullable()

/** What `plan compare --format json` prints. */
export const compareSchema = z
  .strictObject({
    version: versionKey,
    by: z.string().nullable().describe('The key by whose values one scenario was split; null for several scenarios'),
    cheapest: z.array(z.string()).describe('Names of the cheapest options of each kind'),
    comparison: z.array(
      z.strictObject({
        option: z.string(),
        kind: z.enum(['serve', 'train']).nullable().describe('Null where the input could not be used'),
        status: z.enum(['optimal', 'infeasible', 'failed']).describe('failed: the input could not be used'),
        cheapest: z.boolean(),
        provider: z.string().nullable(),
        pricing: pricing.nullable(),
        gpu: z.string().nullable(),
        gpus: z.int().positive().nullable(),
        configuration: z.string().nullable().describe('The configuration in a few words'),
        memory_bytes_per_gpu: amount.nullable(),
        memory_capacity_bytes_per_gpu: amount.nullable(),
        hours: amount.nullable().describe('Training: hours of wall clock'),
        tpot_ms: amount.nullable().describe('Serving: milliseconds for each further token'),
        usd_per_run: usd,
        usd_per_hour: usd,
        versus_cheapest_share: amount
          .nullable()
          .describe('Price over that of the cheapest option of the kind, less one; null where one of them has none'),
        lost_on: z
          .array(z.string())
          .describe('Constraints that the option lost on; cost for a plan that another is cheaper than'),
        violations: z
          .array(violationSchema)
          .describe('Of an infeasible option: what the configuration closest to it misses'),
        errors: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'compare', title: 'plan compare' })
export type CompareDocument = z.infer<typeof compareSchema>

const row = { scenario: z.string(), gpu: z.string().nullable(), gpus: z.int().positive().nullable() }
const single = z.enum(['optimal', 'infeasible'])

/** What several scenarios print together: their results in order, and those in the figures that people compare. */
export const severalSchema = z
  .strictObject({
    version: versionKey,
    results: z.array(
      z.discriminatedUnion('kind', [resultSchema, trainResultSchema, fleetResultSchema, forecastResultSchema]),
    ),
    comparison: z.array(
      z.union([
        z.strictObject({
          ...row,
          status: single,
          format: z.string().nullable(),
          usd_per_hour: usd,
          usd_per_month: usd,
          usd_per_million_tokens: usd,
        }),
        z.strictObject({
          ...row,
          status: single,
          method: z.string().nullable(),
          hours: amount.nullable(),
          usd_per_run: usd,
          usd_per_hour: usd,
        }),
        z.strictObject({
          scenario: z.string(),
          status: z.enum(['optimal', 'feasible', 'infeasible']),
          kind: z.enum(['fleet', 'forecast']),
          usd: usd.describe('US dollars an hour of a fleet, or of the months of a forecast'),
        }),
      ]),
    ),
  })
  .meta({ id: 'several', title: 'plan SCENARIO MORE ...' })
export type SeveralResults = z.infer<typeof severalSchema>
