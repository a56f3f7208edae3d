import { z } from 'zod'
import { prices } from './common.ts'
import { name, quantity } from './fields.ts'
import { ownedNodes, rentedNodes, rentLimit } from './inventory.ts'
import { serveSchema } from './serve.ts'
import { trainSchema } from './train.ts'
import { workloadKeys } from './workload-items.ts'

const MOST_WORKLOADS = 500
/** A month of hourly runs: beyond it no one means runs. */
const MOST_RUNS = 1000

const workload = z
  .union([
    name('Path of a scenario file'),
    z.strictObject({
      ...workloadKeys,
      runs_per_month: quantity('Runs of a training scenario a month; 1 without it', {
        aboveMin: true,
        max: MOST_RUNS,
      }).optional(),
    }),
    serveSchema,
    trainSchema,
  ])
  .meta({ description: 'A path, a scenario written out, or { scenario: ... } with what a fleet adds to it' })

export const fleetSchema = z.strictObject({
  kind: z.literal('fleet').meta({ description: 'Place several workloads on owned and rented GPUs together' }),
  name: z.string().min(1).max(200).meta({ description: 'Name in reports; the file name without it' }).optional(),
  description: z.string().max(10_000).meta({ description: 'Free text' }).optional(),
  objective: z.enum(['cost']).meta({ description: 'What the placement has least of' }).optional(),
  inventory: z
    .array(z.union([ownedNodes, rentedNodes]))
    .min(1, 'the list is empty: a fleet needs nodes that are owned or may be rented')
    .meta({ description: 'Nodes that are owned, and offers that may be rented' }),
  limits: z.array(rentLimit).meta({ description: 'Quotas of providers, regions and GPUs' }).optional(),
  workloads: z
    .array(workload)
    .min(1, 'the list is empty: there is nothing to place')
    .max(MOST_WORKLOADS)
    .meta({ description: 'Serving and training scenarios' }),
  co_locate: z.boolean().meta({ description: 'Several small models may share a GPU' }).optional(),
  prices: prices.optional(),
})

/** A fleet as written: numbers read, references not yet followed. */
export type FleetScenario = z.infer<typeof fleetSchema>
