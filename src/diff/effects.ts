import type { FleetResult } from '../result/fleet.ts'
import { type DiffableResult, hasPlan, isTrainPlan, type SinglePlan } from './any-result.ts'
import type { Effects } from './document.ts'
import { rounded } from './fact.ts'
import type { PriceBook } from './price-book.ts'

export type { Effects } from './document.ts'

interface Priced {
  readonly result: DiffableResult | null
  readonly prices: PriceBook
}

/**
 * Splits the difference of two plans' prices: new - old = price effect + configuration effect, where the price effect is the old plan
 * at the new prices less the old plan at the old ones (Laspeyres). Where the new side does not know the old plan's offer, the new
 * plan is priced at the old prices instead (Paasche).
 * @returns null where one side has no plan or no price, or neither knows a price of the other's offer.
 */
export function effectsOf(old: Priced, next: Priced): Effects | null {
  if (old.result?.kind === 'fleet' && next.result?.kind === 'fleet') return fleetEffects(old.result, next.result)
  const before = planOf(old.result)
  const after = planOf(next.result)
  if (before === null || after === null) return null
  const oldUsd = priceOf(before)
  const newUsd = priceOf(after)
  if (oldUsd === null || newUsd === null) return null
  const figure = isTrainPlan(after) ? 'usd_per_run' : 'usd_per_hour'
  const repriced = priceWith(before, next.prices)
  if (repriced !== null) {
    return {
      figure,
      price_usd: settled(repriced - oldUsd, oldUsd),
      configuration_usd: settled(newUsd - repriced, newUsd),
      basis: 'old at new prices',
    }
  }
  const former = priceWith(after, old.prices)
  if (former === null) return null
  return {
    figure,
    price_usd: settled(newUsd - former, newUsd),
    configuration_usd: settled(former - oldUsd, oldUsd),
    basis: 'new at old prices',
  }
}

/** A fleet's old nodes at the new prices of their kinds, as far as both sides have the kind; everything else is configuration. */
function fleetEffects(old: FleetResult, next: FleetResult): Effects | null {
  if (!hasPlan(old) || !hasPlan(next)) return null
  const after = new Map(next.kinds.map((kind) => [kind.id, kind]))
  let price = 0
  for (const kind of old.kinds) {
    const now = after.get(kind.id)
    if (now === undefined) continue
    price += kind.nodes_used * (now.usd_per_node_hour - kind.usd_per_node_hour)
    if (kind.owned) price += (kind.nodes ?? 0) * (now.capital_usd_per_node_hour - kind.capital_usd_per_node_hour)
  }
  const total = next.total.usd_per_hour - old.total.usd_per_hour
  return {
    figure: 'usd_per_hour',
    price_usd: settled(price, old.total.usd_per_hour),
    configuration_usd: settled(total - price, next.total.usd_per_hour),
    basis: 'nodes known to both',
  }
}

/** Results are rounded to ten significant digits, so a smaller difference than that is none. */
function settled(difference: number, of: number): number {
  return Math.abs(difference) <= Math.abs(of) * 1e-8 ? 0 : rounded(difference)
}

function planOf(result: DiffableResult | null): SinglePlan | null {
  return result !== null && 'best' in result ? result.best : null
}

function priceOf(plan: SinglePlan): number | null {
  return isTrainPlan(plan) ? plan.cost.usd_per_run : plan.cost.usd_per_hour
}

/** The plan's price with the book's price of its offer; a run takes as long as it did. */
function priceWith(plan: SinglePlan, prices: PriceBook): number | null {
  const { offer, pricing, instances } = plan.placement
  if (offer === null || pricing === null) return null
  const each = prices(offer, pricing)
  if (each === null) return null
  return each * instances * (isTrainPlan(plan) ? plan.performance.hours : 1)
}
