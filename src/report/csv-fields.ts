import type { AnyPlan } from './kinds/kind.ts'

/** What a CSV cell holds: text, a number as it is, or nothing. */
export type Cell = string | number | null

/** Columns of a CSV by name, in their order. */
export type Fields<P extends AnyPlan> = Readonly<Record<string, (plan: P) => Cell>>

/** The cells of one plan by column. */
export function recordOf<P extends AnyPlan>(fields: Fields<P>, plan: P): Record<string, Cell> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field(plan)]))
}

/** Fields of every kind of plan. Units stand in the names. */
export const placementFields: Fields<AnyPlan> = {
  provider: (plan) => plan.placement.provider,
  instance: (plan) => plan.placement.instance,
  region: (plan) => plan.placement.region,
  pricing: (plan) => plan.placement.pricing,
  gpu: (plan) => plan.placement.gpu,
  gpus: (plan) => plan.placement.gpus,
  gpus_per_instance: (plan) => plan.placement.gpus_per_instance,
  instances: (plan) => plan.placement.instances,
}

export const memoryFields: Fields<AnyPlan> = {
  memory_capacity_bytes: (plan) => plan.memory.capacity_bytes,
  memory_total_bytes: (plan) => plan.memory.total_bytes,
  memory_free_bytes: (plan) => plan.memory.free_bytes,
}

export const trustFields: Fields<AnyPlan> = {
  price_as_of: (plan) => plan.cost.price_as_of,
  confidence: (plan) => plan.confidence,
  accuracy_verdict: (plan) => plan.accuracy?.verdict ?? null,
}
