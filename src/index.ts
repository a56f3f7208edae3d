/**
 * The library: the planner without its command line. Nothing here needs Node, so it runs in browsers and workers too.
 * @module
 */

export type { ScenarioResult } from '../planners/index.ts'
export { type HighsAssets, provideHighs } from '../planners/solver/highs.ts'
export { type Catalog, type CatalogData, catalogToData } from './catalog/catalog.ts'
export { type CatalogSources, loadCatalogs, type Overlay } from './library/catalogs.ts'
export type { ServingConfiguration, TrainingConfiguration } from './library/configuration.ts'
export {
  estimate,
  fit,
  type ServingEstimate,
  type ServingFit,
  type TrainingEstimate,
  type TrainingFit,
} from './library/estimate.ts'
export {
  type FleetScenario,
  type ForecastScenario,
  type PlanSettings,
  plan,
  type Scenario,
  type ServeScenario,
  type TrainScenario,
} from './library/plan.ts'
export type { ReadText } from './library/references.ts'
export type { Settings } from './library/settings.ts'
export type { FitRow } from './result/fit.ts'
export type { FleetResult } from './result/fleet.ts'
export type { ForecastResult } from './result/forecast.ts'
export type { NearMiss, Plan, ServeResult } from './result/plan.ts'
export type { TrainPlan, TrainResult } from './result/train.ts'
export { type Diagnostic, formatDiagnostic, InputError, type Path, type Position } from './scenario/diagnostic.ts'
export { scenarioJsonSchema } from './scenario/schema.ts'
