import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { amount, finite, planSchema } from './plan.ts'
import { conflictSchema, programResultKeys } from './program.ts'
import { trainPlanSchema } from './train.ts'

const whole = z.int().nonnegative()

/** One replica, or part of one that spans nodes, on a node. */
export const seatSchema = z.strictObject({
  workload: z.string(),
  /** Place in `placements`. */
  placement: whole,
  role: z.enum(['load', 'spare', 'run']),
  /** GPUs of this node that it takes. */
  gpus: z.int().positive(),
  /** Shares its GPU with the seats of the same number on the node; null where it has its GPUs for itself. */
  shared_gpu: whole.nullable(),
})

export const nodeSchema = z.strictObject({
  /** `dgx-1`. */
  name: z.string(),
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
  /** Nodes there are, or that may be rented; null = as many as it takes. */
  nodes: whole.nullable(),
  nodes_used: whole,
  gpus_used: whole,
  /** What a node in use costs and an idle one does not: rent, or electricity. */
  usd_per_node_hour: amount,
  /** What an owned node costs whether it is used or not. */
  capital_usd_per_node_hour: amount,
  /** US dollars an hour that one more node would save after its own capital; null where not all are in use. */
  saved_by_one_more_usd_per_hour: finite.nullable(),
})
export type FleetNodeKind = z.infer<typeof nodeKindSchema>

export const placementEntrySchema = z.strictObject({
  workload: z.string(),
  /** GPUs and instances are those it stands on; the cost is its share of them by GPUs. */
  plan: z.union([planSchema, trainPlanSchema]),
  /** Spare replicas among those of the plan. */
  spares: whole,
  /** Share of each of its GPUs that is its own: 0.5 where two models share one. */
  gpu_share: finite.positive().max(1),
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
  /** The configuration in a few words. */
  configuration: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
})
export type Move = z.infer<typeof moveSchema>

export const fleetResultSchema = z.strictObject({
  ...programResultKeys('fleet'),
  placements: z.array(placementEntrySchema),
  nodes: z.array(nodeSchema),
  kinds: z.array(nodeKindSchema),
  unplaced: z.array(unplacedSchema),
  /** Requirements that cannot all hold; null where everything is placed. */
  conflict: conflictSchema.nullable(),
  /** Single changes after which everything is placed, cheapest first, each planned. */
  remedies: z.array(z.strictObject({ text: z.string(), usd_per_hour: amount })),
  /** The limit whose easing saves most: what it is, and what that is worth. */
  tightest_limit: z.strictObject({ limit: z.string(), change: z.string(), saved_usd_per_hour: finite }).nullable(),
  moves: z.array(moveSchema).nullable(),
  total: z.strictObject({
    usd_per_hour: amount,
    usd_per_month: amount,
    rent_usd_per_hour: amount,
    electricity_usd_per_hour: amount,
    /** Owned nodes, in use or not. */
    capital_usd_per_hour: amount,
    /** Part of the hour's cost that no workload takes: idle GPUs and idle nodes. */
    idle_usd_per_hour: amount,
  }),
})
export type FleetResult = z.infer<typeof fleetResultSchema>
