import type { Catalog } from '../src/catalog/catalog.ts'
import { type EligibleOffers, exclusionReasons } from '../src/cost/eligibility.ts'
import type { ServeResult } from '../src/result/plan.ts'
import type { TrainResult } from '../src/result/train.ts'
import { applyDefaults } from '../src/scenario/defaults.ts'
import { parseScenario } from '../src/scenario/schema.ts'
import type { ServeScenario } from '../src/scenario/serve.ts'
import type { TrainScenario } from '../src/scenario/train.ts'
import { applyTrainDefaults } from '../src/scenario/train-defaults.ts'
import { relaxationsOf } from './serve/relaxations.ts'
import { resolveServe } from './serve/resolve.ts'
import { planServe } from './serve.ts'
import { trainRemedies } from './train/fixes.ts'
import { resolveTrain } from './train/resolve.ts'
import { planTrain } from './train.ts'

export { dimensionValues } from './dimensions.ts'
export { type Estimate, type EstimateInput, estimatePlan } from './serve/estimate.ts'
export { type Fit, type FitRow, fitModel } from './serve/fit.ts'
export {
  estimateTraining,
  fitTraining,
  type TrainEstimate,
  type TrainEstimateInput,
  type TrainFit,
} from './train/estimate.ts'

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

export type PlanResult = ServeResult | TrainResult

const DEFAULT_ALTERNATIVES = 5

/**
 * Plans the scenario in a YAML text.
 * @throws InputError with every problem of the scenario at file:line:column.
 */
export function planText(text: string, file: string, catalog: Catalog, options: PlanOptions): PlanResult {
  const set = [...(options.set ?? []), ...(options.objective === undefined ? [] : [`objective=${options.objective}`])]
  const { scenario } = parseScenario(text, file, catalog, set, options.asOf)
  const name = nameOf(file)
  return scenario.kind === 'train'
    ? planTrainScenario(scenario, name, catalog, options)
    : planServeScenario(scenario, name, catalog, options)
}

function planServeScenario(given: ServeScenario, name: string, catalog: Catalog, options: PlanOptions): ServeResult {
  const { scenario, assumptions } = applyDefaults(given, name)
  const resolve = {
    asOf: options.asOf,
    alternatives: options.top ?? DEFAULT_ALTERNATIVES,
    utilizationGiven: given.utilization !== undefined,
  }
  const { request, offers } = resolveServe(scenario, catalog, resolve)
  return planServe(request, catalog, {
    ...switches(options),
    assumptions:
      request.tensors === null ? assumptions.filter((each) => !each.startsWith('memory model')) : assumptions,
    warnings: offerWarnings(offers),
    relaxations: relaxationsOf(scenario, catalog, resolve),
  })
}

function planTrainScenario(given: TrainScenario, name: string, catalog: Catalog, options: PlanOptions): TrainResult {
  const { scenario, assumptions } = applyTrainDefaults(given, name, catalog)
  const resolve = { asOf: options.asOf, alternatives: options.top ?? DEFAULT_ALTERNATIVES }
  const { request, offers } = resolveTrain(scenario, catalog, resolve)
  return planTrain(request, catalog, {
    ...switches(options),
    assumptions,
    warnings: offerWarnings(offers),
    remedies: () => trainRemedies(scenario, catalog, resolve),
  })
}

function switches({ exhaustive = false, explain = false }: PlanOptions): { exhaustive: boolean; explain: boolean } {
  return { exhaustive, explain }
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
function offerWarnings(offers: EligibleOffers): string[] {
  const parts = exclusionReasons.flatMap((reason) => {
    const count = offers.excludedCounts[reason]
    const why = LEFT_OUT[reason]
    return why === undefined || count === 0 ? [] : [`${count} ${why}`]
  })
  return parts.length === 0 ? [] : [`Offers left out: ${parts.join(', ')}.`]
}
