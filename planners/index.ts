import type { Catalog } from '../src/catalog/catalog.ts'
import { type EligibleOffers, exclusionReasons } from '../src/cost/eligibility.ts'
import type { FleetResult } from '../src/result/fleet.ts'
import type { ForecastResult } from '../src/result/forecast.ts'
import type { ServeResult } from '../src/result/plan.ts'
import type { TrainResult } from '../src/result/train.ts'
import { applyDefaults } from '../src/scenario/defaults.ts'
import { parseScenario } from '../src/scenario/schema.ts'
import type { ServeScenario } from '../src/scenario/serve.ts'
import { parseSingle } from '../src/scenario/single.ts'
import type { TrainScenario } from '../src/scenario/train.ts'
import { applyTrainDefaults } from '../src/scenario/train-defaults.ts'
import { nameOfFile, type ReadScenario } from '../src/scenario/workloads.ts'
import { planFleet } from './fleet.ts'
import { planForecast } from './forecast.ts'
import { relaxationsOf } from './serve/relaxations.ts'
import { resolveServe } from './serve/resolve.ts'
import { planServe } from './serve.ts'
import type { SolverName } from './solver/outcome.ts'
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

/** How fleets and forecasts are solved. */
export interface ProgramOptions {
  readonly timeLimitSeconds?: number | undefined
  /** Share by which something cheaper may exist. */
  readonly gap?: number | undefined
  readonly solver?: SolverName | undefined
  /** An earlier result of a fleet, as parsed JSON, with the name of its file. */
  readonly from?: { readonly file: string; readonly value: unknown } | undefined
}

export type PlanResult = ServeResult | TrainResult
export type ScenarioResult = PlanResult | FleetResult | ForecastResult

const DEFAULT_ALTERNATIVES = 5

/**
 * Plans a scenario of any kind.
 * @param read finds the scenarios that a fleet or a forecast names
 * @throws InputError with every problem of the scenario at file:line:column.
 */
export async function planScenario(
  text: string,
  file: string,
  catalog: Catalog,
  options: PlanOptions & ProgramOptions,
  read: ReadScenario,
): Promise<ScenarioResult> {
  const located = parseScenario(text, file, catalog, setOf(options), options.asOf)
  const { scenario } = located
  switch (scenario.kind) {
    case 'fleet':
      return planFleet({ ...located, scenario }, catalog, options, read)
    case 'forecast':
      return planForecast({ ...located, scenario }, catalog, options, read)
    default:
      return planSingle(scenario, file, catalog, options)
  }
}

/**
 * Plans the scenario of one workload in a YAML text.
 * @throws InputError with every problem of the scenario at file:line:column.
 */
export function planText(text: string, file: string, catalog: Catalog, options: PlanOptions): PlanResult {
  const { scenario } = parseSingle(text, file, catalog, setOf(options), options.asOf)
  return planSingle(scenario, file, catalog, options)
}

function setOf({ set, objective }: PlanOptions): string[] {
  return [...(set ?? []), ...(objective === undefined ? [] : [`objective=${objective}`])]
}

function planSingle(
  scenario: ServeScenario | TrainScenario,
  file: string,
  catalog: Catalog,
  options: PlanOptions,
): PlanResult {
  const name = nameOfFile(file)
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
