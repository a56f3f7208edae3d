import type { Catalog } from '../src/catalog/catalog.ts'
import { exclusionReasons } from '../src/cost/eligibility.ts'
import type { ServeResult } from '../src/result/plan.ts'
import { applyDefaults } from '../src/scenario/defaults.ts'
import { parseScenario } from '../src/scenario/schema.ts'
import { relaxationsOf } from './serve/relaxations.ts'
import { type ResolvedServe, resolveServe } from './serve/resolve.ts'
import { planServe } from './serve.ts'

export { type Estimate, type EstimateInput, estimatePlan } from './serve/estimate.ts'
export { type Fit, type FitRow, fitModel } from './serve/fit.ts'

export interface PlanOptions {
  /** Day from which the age of prices is judged, YYYY-MM-DD. */
  readonly asOf: string
  /** `PATH=VALUE` changes of the scenario, applied in order. */
  readonly set?: readonly string[] | undefined
  readonly objective?: string | undefined
  /** Alternatives shown beside the best plan. */
  readonly top?: number | undefined
  readonly exhaustive?: boolean | undefined
  readonly explain?: boolean | undefined
}

const DEFAULT_ALTERNATIVES = 5

/**
 * Plans the scenario in a YAML text.
 * @throws InputError with every problem of the scenario at file:line:column.
 */
export function planText(text: string, file: string, catalog: Catalog, options: PlanOptions): ServeResult {
  const set = [...(options.set ?? []), ...(options.objective === undefined ? [] : [`objective=${options.objective}`])]
  const { scenario: given } = parseScenario(text, file, catalog, set)
  const { scenario, assumptions } = applyDefaults(given, nameOf(file))
  const resolve = {
    asOf: options.asOf,
    alternatives: options.top ?? DEFAULT_ALTERNATIVES,
    utilizationGiven: given.utilization !== undefined,
  }
  const resolved = resolveServe(scenario, catalog, resolve)
  return planServe(resolved.request, catalog, {
    exhaustive: options.exhaustive ?? false,
    explain: options.explain ?? false,
    assumptions:
      resolved.request.tensors === null ? assumptions.filter((each) => !each.startsWith('memory model')) : assumptions,
    warnings: offerWarnings(resolved),
    relaxations: relaxationsOf(scenario, catalog, resolve),
  })
}

/** `scenarios/serve-70b.yaml` -> `serve-70b`. */
function nameOf(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file
  return base.replace(/\.ya?ml$/, '') || 'scenario'
}

const LEFT_OUT: Partial<Record<(typeof exclusionReasons)[number], string>> = {
  confidence: 'of low confidence (prices.min_confidence admits them)',
  price_age: 'too old (prices.max_age_days admits them)',
}

/** Offers that were left out for their price, said once and counted: they never win silently, and never vanish silently. */
function offerWarnings({ offers }: ResolvedServe): string[] {
  const parts = exclusionReasons.flatMap((reason) => {
    const count = offers.excludedCounts[reason]
    const why = LEFT_OUT[reason]
    return why === undefined || count === 0 ? [] : [`${count} ${why}`]
  })
  return parts.length === 0 ? [] : [`Offers left out: ${parts.join(', ')}.`]
}
