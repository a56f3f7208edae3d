import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { amount, finite, planSchema } from './plan.ts'
import { conflictSchema, programResultKeys } from './program.ts'
import { trainPlanSchema } from './train.ts'

const whole = z.int().nonnegative()

/** One replica, or part of one that spans nodes, on a node. */
export const seatSchema = z.strictObject({
  workload: z.string(),
  placement: whole.describe('Place in the list of placements, from 0'),
  role: z.enum(['load', 'spare', 'run']),
  gpus: z.int().positive().describe('GPUs of this node that it takes'),
  shared_gpu: whole
    .nullable()
    .describe('Shares its GPU with the seats of the same number on the node; null where it has its GPUs for itself'),
})

export const nodeSchema = z.strictObject({
  name: z.string().describe('Name of the node, such as dgx-1'),
  kind: z.string(),
  gpus: z.int().positive(),
  gpus_used: whole,
  seats: z.array(seatSchema),
})
export type FleetNode = z.infer<typeof nodeSchema>

export const nodeKindSchema = z.strictObject({
  id: z.string(),
  gpu: z.string(),
  gpus_per_node: z.int().positive(),
  owned: z.boolean(),
  provider: z.string().nullable(),
  instance: z.string().nullable(),
  region: z.string().nullable(),
  pricing,
  nodes: whole.nullable().describe('Nodes there are, or that may be rented; null = as many as it takes'),
  nodes_used: whole,
  gpus_used: whole,
  usd_per_node_hour: amount.describe(
    'US dollars an hour that a node in use costs and an idle one does not: rent, or electricity',
  ),
  capital_usd_per_node_hour: amount.describe('US dollars an hour that an owned node costs whether it is used or not'),
  saved_by_one_more_usd_per_hour: finite
    .nullable()
    .describe('US dollars an hour that one more node would save after its own capital; null where not all are in use'),
})
export type FleetNodeKind = z.infer<typeof nodeKindSchema>

export const placementEntrySchema = z.strictObject({
  workload: z.string(),
  plan: z
    .union([planSchema, trainPlanSchema])
    .describe('GPUs and instances are those it stands on; the cost is its share of them by GPUs'),
  spares: whole.describe('Spare replicas among those of the plan'),
  gpu_share: finite
    .positive()
    .max(1)
    .describe('Share of each of its GPUs that is its own: 0.5 where two models share one'),
  nodes: z.array(z.string()),
})
export type FleetPlacement = z.infer<typeof placementEntrySchema>

export const unplacedSchema = z.strictObject({
  workload: z.string(),
  reason: z.string(),
  conflict: conflictSchema.nullable(),
})

/** Replicas of a workload in one configuration to start, stop or move, against an earlier placement. */
export const moveSchema = z.strictObject({
  action: z.enum(['start', 'stop', 'move']),
  workload: z.string(),
  configuration: z.string().describe('The configuration in a few words'),
  from: z.string().nullable(),
  to: z.string().nullable(),
})
export type Move = z.infer<typeof moveSchema>

export const fleetResultSchema = z
  .strictObject({
    ...programResultKeys('fleet'),
    placements: z.array(placementEntrySchema),
    nodes: z.array(nodeSchema),
    kinds: z.array(nodeKindSchema),
    unplaced: z.array(unplacedSchema),
    conflict: conflictSchema.nullable().describe('Requirements that cannot all hold; null where everything is placed'),
    remedies: z
      .array(z.strictObject({ text: z.string(), usd_per_hour: amount }))
      .describe('Single changes after which everything is placed, cheapest first, each planned'),
    tightest_limit: z
      .strictObject({ limit: z.string(), change: z.string(), saved_usd_per_hour: finite })
      .nullable()
      .describe('The limit whose easing saves most: what it is, and what that is worth'),
    moves: z.array(moveSchema).nullable(),
    total: z.strictObject({
      usd_per_hour: amount.describe('US dollars an hour, everything'),
      usd_per_month: amount.describe('US dollars a month of 730 hours'),
      rent_usd_per_hour: amount.describe('US dollars an hour'),
      electricity_usd_per_hour: amount.describe('US dollars an hour'),
      capital_usd_per_hour: amount.describe('US dollars an hour of owned nodes, in use or not'),
      idle_usd_per_hour: amount.describe(
        "US dollars of the hour's cost that no workload takes: idle GPUs and idle nodes",
      ),
    }),
  })
  .meta({ id: 'fleet', title: 'plan SCENARIO, kind: fleet' })
export type FleetResult = z.infer<typeof fleetResultSchema>
