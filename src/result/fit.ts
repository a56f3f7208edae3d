import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { amount, planSchema, versionKey } from './plan.ts'
import { trainPlanSchema } from './train.ts'

const rowSchema = z.strictObject({
  value: z.int().nonnegative().describe('The largest that fits, in tokens or sequences; 0: not even one'),
  given: z.string().describe('What was held fixed, in words'),
})

const commonSchema = z.strictObject({
  version: versionKey,
  model: z.string(),
  gpu: z.string().describe('Id of the GPU in the catalog'),
  capacity_bytes: amount.describe('Usable bytes of the GPU'),
  assumptions: z.array(z.string()).describe('Every value that was left to a default'),
  warnings: z.array(z.string()),
})
type Common = Immutable<z.infer<typeof commonSchema>>

/** The largest of one quantity that fits with everything else as given. */
export type FitRow<N extends string> = { readonly name: N } & Immutable<z.infer<typeof rowSchema>>

/** The most that fits a GPU, as data. The plan is the configuration at the largest concurrency or micro-batch, of at least one sequence. */
export type FitResult<P, N extends string> = Common & { readonly rows: readonly FitRow<N>[]; readonly plan: P }

function fitOf<N extends string, P extends z.ZodType>(names: readonly N[], plan: P) {
  return commonSchema.extend({
    rows: z.array(rowSchema.extend({ name: z.enum(names) })),
    plan: plan.describe('The configuration at the largest concurrency or micro-batch, of at least one sequence'),
  })
}

export const servingFitSchema = fitOf(['concurrency', 'context'], planSchema).meta({
  id: 'serving_fit',
  title: 'plan fit',
})
export const trainingFitSchema = fitOf(['micro_batch', 'sequence_length'], trainPlanSchema).meta({
  id: 'training_fit',
  title: 'plan fit --method',
})
