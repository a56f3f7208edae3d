import type { Catalog } from '../src/catalog/catalog.ts'
import type { PricedOffer } from '../src/cost/eligibility.ts'
import type { ServeResult } from '../src/result/plan.ts'
import type { SearchCounts } from './search/branch-and-bound.ts'

/** How the space was gone through, as a result states it. */
export function searchOf(counts: SearchCounts): ServeResult['search'] {
  return {
    space: counts.space,
    evaluated: counts.evaluated,
    pruned: counts.pruned,
    rejected: counts.rejected,
    rejected_before_evaluation: counts.rejectedBeforeEvaluation,
    feasible: counts.feasible,
  }
}

/** The reasons of the constraints that refused something. */
export function refusingReasons(
  constraints: readonly { readonly name: string; readonly reason: string }[],
  { rejected }: SearchCounts,
): Record<string, string> {
  return Object.fromEntries(
    constraints.filter(({ name }) => rejected[name] !== undefined).map(({ name, reason }) => [name, reason]),
  )
}

/** Which catalog answered, and the day of the newest price that was considered. */
export function catalogOf(catalog: Catalog, offers: readonly PricedOffer[]): ServeResult['catalog'] {
  let newest: string | null = null
  for (const { offer } of offers) if (newest === null || offer.price_as_of > newest) newest = offer.price_as_of
  return { hash: catalog.hash, prices_as_of: newest }
}
