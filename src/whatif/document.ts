import { z } from 'zod'
import { amount, finite, planSchema, versionKey } from '../result/plan.ts'
import { trainPlanSchema } from '../result/train.ts'

const usd = amount.nullable()
const letter = z
  .string()
  .nullable()
  .describe('A, B, ...: the same letter is the same configuration; null without a plan')
const state = z.enum(['plan', 'no plan', 'refused'])
const plan = z.union([planSchema, trainPlanSchema]).nullable()

const segmentSchema = z.strictObject({
  letter,
  from: finite,
  to: finite,
  state,
  because: z.string().nullable().describe('Why the scenario refuses these values; null where it does not'),
  first: plan.describe('The plan at the lower end; null without one'),
  last: plan.describe('The plan at the upper end; null without one'),
  usd_from: usd.describe('US dollars at the lower end'),
  usd_to: usd.describe('US dollars at the upper end'),
  usd_per_unit: finite
    .nullable()
    .describe('US dollars that one unit more costs on the mean of the stretch; null for a single value'),
})
/** A stretch of values with the same best configuration. */
export type Segment = Readonly<z.infer<typeof segmentSchema>>

const breakEvenSchema = z.strictObject({
  below: finite.describe('Up to here the one before'),
  from: finite.describe('From here the other'),
  old: letter,
  new: letter,
  usd_below: usd,
  usd_from: usd,
})
/** Where the best configuration changes. */
export type BreakEven = Readonly<z.infer<typeof breakEvenSchema>>

const rangeSchema = z.strictObject({
  key: z.string().describe('Path of what was varied'),
  form: z
    .enum(['number', 'share', 'duration', 'factor'])
    .describe('How values are meant: a number, a share, seconds, or a factor on what the key is now'),
  from: finite,
  to: finite,
  whole: z.boolean().describe('Only whole numbers have a meaning'),
  now: finite.nullable().describe("The scenario's own value, where it states one"),
  figure: z
    .enum(['usd_per_hour', 'usd_per_run'])
    .describe('What prices are per: an hour of serving, a run of training'),
  tolerance: finite.describe('How near to a change the values on its two sides lie, as a share of the larger'),
  points: z.int().nonnegative().describe('Values that were planned first, the ends included'),
  plans: z.int().nonnegative().describe('Values that were planned in all'),
  stopped: z.boolean().describe('The most plans were made before every change was found as near as asked'),
  segments: z.array(segmentSchema),
  break_evens: z.array(breakEvenSchema),
})
/** How one key was gone through, and what was found, without the single values. */
export type Range = Readonly<Omit<z.infer<typeof rangeSchema>, 'segments' | 'break_evens'>> & {
  readonly segments: readonly Segment[]
  readonly break_evens: readonly BreakEven[]
}

/** What `plan SCENARIO --vary` prints as JSON. */
export const whatIfDocumentSchema = z
  .strictObject({
    version: versionKey,
    scenario: z.string(),
    varied: z.array(
      rangeSchema.extend({
        samples: z
          .array(z.strictObject({ at: finite, state, letter, usd }))
          .describe('Every value that was planned, in order'),
      }),
    ),
  })
  .meta({ id: 'whatif', title: 'plan whatif' })
export type WhatIfDocument = z.infer<typeof whatIfDocumentSchema>
