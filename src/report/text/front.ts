import { type AnyPlan, type AnyResult, kindOf } from '../kinds/index.ts'
import type { Style } from '../style.ts'
import { plansTable } from './considered.ts'

/** Most plans of a front on the first screen; the JSON form has them all. */
const SHOWN = 6

/**
 * The plans of the front that a reader is shown, fastest first, the chosen one as the same object as `best`. Of a long front both ends
 * are kept, the chosen one, and others evenly between them.
 */
export function frontPlans(best: AnyPlan, pareto: readonly AnyPlan[], most = SHOWN): AnyPlan[] {
  const kind = kindOf(best)
  const pace = (plan: AnyPlan): number => kind.pace(plan) ?? 0
  const all = pareto.map((plan) => (same(plan, best) ? best : plan)).sort((a, b) => pace(a) - pace(b))
  if (all.length <= most) return all
  const chosen = all.indexOf(best)
  const kept = new Set(Array.from({ length: most }, (_, index) => Math.round((index * (all.length - 1)) / (most - 1))))
  if (chosen >= 0 && !kept.has(chosen)) {
    kept.delete([...kept].slice(1, -1).reduce((a, b) => (Math.abs(b - chosen) < Math.abs(a - chosen) ? b : a)))
    kept.add(chosen)
  }
  return all.filter((_, index) => kept.has(index))
}

/** Plans without a cheaper and faster one, where the kind shows them. */
export function front({ best, pareto }: AnyResult, style: Style): string[] {
  if (best === null || pareto.length === 0) return []
  const title = kindOf(best).front
  if (title === null) return []
  if (pareto.length === 1) return [style.title(`${title}: no plan is faster at any price`)]
  const plans = frontPlans(best, pareto)
  const omitted = pareto.length - plans.length
  const more = omitted > 0 ? [style.faint(`${omitted} more between them (--format json)`)] : []
  return [style.title(`${title}: nothing is faster for less`), ...plansTable(best, plans, style), ...more]
}

/** Two plans that are one: plans hold plain values in a fixed order of keys. */
function same(a: AnyPlan, b: AnyPlan): boolean {
  return (
    a === b ||
    (JSON.stringify(a.placement) === JSON.stringify(b.placement) &&
      JSON.stringify(a.configuration) === JSON.stringify(b.configuration))
  )
}
