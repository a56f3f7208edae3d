import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { planSchema, versionKey, violationSchema } from './plan.ts'
import { trainPlanSchema } from './train.ts'
import type { resultVersion } from './version.ts'

const verdictSchema = z.strictObject({
  fits: z.boolean().describe('It fits in memory and misses no limit'),
  violations: z.array(violationSchema).describe('What it misses, and by how much'),
  assumptions: z.array(z.string()).describe('Every value that was left to a default'),
  warnings: z.array(z.string()),
})
export type Verdict = Immutable<z.infer<typeof verdictSchema>>

/** An estimate as data: the plan's own keys, and beside them whether it fits and what was assumed. */
export type EstimateResult<P> = P & { readonly version: typeof resultVersion } & Verdict

const keys = { version: versionKey, ...verdictSchema.shape }
export const servingEstimateSchema = planSchema.extend(keys).meta({ id: 'serving_estimate', title: 'plan estimate' })
export const trainingEstimateSchema = trainPlanSchema
  .extend(keys)
  .meta({ id: 'training_estimate', title: 'plan estimate --method' })
