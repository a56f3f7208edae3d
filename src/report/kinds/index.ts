import type { TrainPlan } from '../../result/train.ts'
import type { AnyPlan, AnyResult, Kind } from './kind.ts'
import { serveKind } from './serve.ts'
import { trainKind } from './train.ts'

export type { AnyNearMiss, AnyPlan, AnyResult, Derived, Kind } from './kind.ts'

export function isTraining(plan: AnyPlan): plan is TrainPlan {
  return 'method' in plan.configuration
}

/** The words of the plan's kind. They take plans of that kind only. */
export function kindOf(plan: AnyPlan): Kind<AnyPlan> {
  return isTraining(plan) ? trainKind : serveKind
}

/** The same for a result, also where it holds no plan. */
export function kindOfResult(result: AnyResult): Kind<AnyPlan> {
  return kinds[result.kind]
}

/** Every kind of result, in the order of reports. */
export const kinds: Readonly<Record<AnyResult['kind'], Kind<AnyPlan>>> = { serve: serveKind, train: trainKind }
