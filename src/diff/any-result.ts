import type { FleetResult } from '../result/fleet.ts'
import type { ForecastResult } from '../result/forecast.ts'
import type { Plan, ServeResult } from '../result/plan.ts'
import type { TrainPlan, TrainResult } from '../result/train.ts'

/** Results that can be held against one of the same kind. */
export type DiffableResult = ServeResult | TrainResult | FleetResult | ForecastResult
export type DiffableKind = DiffableResult['kind']
export type SinglePlan = Plan | TrainPlan

/** A plan trains where it has a method. */
export function isTrainPlan(plan: SinglePlan): plan is TrainPlan {
  return 'method' in plan.configuration
}

/** Whether there is something to rent or buy; a fleet or forecast without a plan still lists what it tried. */
export function hasPlan(result: DiffableResult | null): boolean {
  return result !== null && result.status !== 'infeasible'
}
