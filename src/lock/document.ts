import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { judgementSchema } from '../diff/document.ts'
import type { Immutable } from '../result/immutable.ts'
import { amount, finite, planSchema, versionKey } from '../result/plan.ts'
import { trainPlanSchema } from '../result/train.ts'

const priceSchema = z.strictObject({
  offer: z.string(),
  pricing,
  old_usd_per_hour: amount.describe('US dollars an hour of one instance, when it was locked'),
  new_usd_per_hour: amount.nullable().describe('The same today; null where it is not sold any more'),
  old_as_of: z.string().nullable(),
  new_as_of: z.string().nullable(),
})

const movedSchema = z.strictObject({
  catalog: z.array(z.string()).describe('Parts of the catalog'),
  model: z.array(z.string()).describe('Keys of the model'),
  scenario: z.array(z.string()).nullable().describe('Keys of the scenario; null where its file is gone'),
  tool: z.strictObject({ old: z.string(), new: z.string() }).nullable().describe('Versions of the program'),
})

const repricedSchema = z.strictObject({
  file: z.string(),
  scenario: z.string(),
  figure: z.enum(['usd_per_hour', 'usd_per_run']),
  locked_usd: amount.describe('US dollars an hour of serving, or of a training run, when it was locked'),
  now_usd: amount.nullable().describe("The locked plan at today's price; null where its offer is gone"),
  delta: finite.nullable(),
  share: finite.nullable().describe('Delta over the locked price'),
  price: priceSchema,
  best: z
    .strictObject({ plan: z.union([planSchema, trainPlanSchema]), usd: amount.nullable(), same: z.boolean() })
    .nullable()
    .describe('The best plan today, and what it costs; null where none is feasible'),
  saving_usd: amount
    .nullable()
    .describe("What today's best plan saves against the locked one at today's price; null where one of them has none"),
  moved: movedSchema.describe('What changed beside prices'),
})
/** A locked plan priced again. */
export type Repriced = Readonly<Omit<z.infer<typeof repricedSchema>, 'price' | 'moved'>> & {
  readonly price: Readonly<z.infer<typeof priceSchema>>
  readonly moved: Immutable<z.infer<typeof movedSchema>>
}

/** What `plan lock --check --format json` prints. */
export const lockCheckSchema = z
  .strictObject({
    version: versionKey,
    locked: z.array(repricedSchema.extend({ gates: z.array(judgementSchema) })),
  })
  .meta({ id: 'lock_check', title: 'plan lock --check' })
export type LockCheck = z.infer<typeof lockCheckSchema>
