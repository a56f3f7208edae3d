import { z } from 'zod'
import { planScenario, type ScenarioResult } from '../../planners/index.ts'
import type { FleetResult } from '../result/fleet.ts'
import type { ForecastResult } from '../result/forecast.ts'
import type { ServeResult } from '../result/plan.ts'
import type { TrainResult } from '../result/train.ts'
import { objective } from '../scenario/common.ts'
import { type Diagnostic, inputError } from '../scenario/diagnostic.ts'
import type { fleetSchema } from '../scenario/fleet.ts'
import type { forecastSchema } from '../scenario/forecast.ts'
import type { serveSchema } from '../scenario/serve.ts'
import type { trainSchema } from '../scenario/train.ts'
import { today } from './day.ts'
import { changed, checked, unplaced } from './input.ts'
import { type ReadText, withReferences } from './references.ts'
import { type Settings, settingsKeys } from './settings.ts'

/** A scenario as an object: the keys of scenario files, numbers also as texts with a suffix ('1M', '5%'). */
export type ServeScenario = z.input<typeof serveSchema>
export type TrainScenario = z.input<typeof trainSchema>
export type FleetScenario = z.input<typeof fleetSchema>
export type ForecastScenario = z.input<typeof forecastSchema>
export type Scenario = ServeScenario | TrainScenario | FleetScenario | ForecastScenario

export interface PlanSettings extends Settings {
  /** `PATH=VALUE` changes of the scenario, applied in order: `traffic.requests_per_second=10`. */
  readonly set?: readonly string[] | undefined
  /** What the best plan has least of; the scenario's own without it. */
  readonly objective?: z.infer<typeof objective> | undefined
  /** Alternatives beside the best plan (5). */
  readonly top?: number | undefined
  /** No pruning: slower, the same answer. */
  readonly exhaustive?: boolean | undefined
  /** What messages call the text, from which a scenario without a name has one; references are relative to it. */
  readonly file?: string | undefined
  /** Finds the scenarios that a fleet or a forecast names. */
  readonly read?: ReadText | undefined
  /** Fleet, forecast: the best found by then, with its gap; seconds (60). */
  readonly timeLimitSeconds?: number | undefined
  /** Fleet, forecast: stop where nothing can be cheaper by more than this share (0.001, for large ones 0.01). */
  readonly gap?: number | undefined
  /** Fleet, forecast: the solver to use; by size without it. */
  readonly solver?: 'highs' | 'javascript-lp-solver' | undefined
  /** Fleet: an earlier result, from which as little as the same cost allows is changed. */
  readonly from?: FleetResult | undefined
}

/** More alternatives than a person reads; keeps the search from being asked to rank everything. */
const MOST_ALTERNATIVES = 1000

const planSettingsSchema = z.strictObject({
  ...settingsKeys,
  set: z.array(z.string()).optional(),
  objective: objective.optional(),
  top: z.int().min(0).max(MOST_ALTERNATIVES).optional(),
  exhaustive: z.boolean().optional(),
  file: z.string().min(1).optional(),
  read: z.custom<ReadText>((value) => typeof value === 'function', 'not a function').optional(),
  timeLimitSeconds: z.number().positive().optional(),
  gap: z.number().min(0).lt(1).optional(),
  solver: z.enum(['highs', 'javascript-lp-solver']).optional(),
  from: z.custom<FleetResult>((value) => typeof value === 'object' && value !== null, 'not a result').optional(),
})

/** What messages call a scenario that was given no name. */
const UNNAMED = 'scenario'

/**
 * Plans a scenario: the same JSON as `plan SCENARIO --format json`. Infeasible scenarios are results too (`status`), with near
 * misses and what fixes them. Money in US dollars, memory in bytes, times in the unit that the key names.
 *
 * @param scenario YAML or JSON text, or an object with the same keys; of an object the kind of the result is known, of a text it
 * is told by `kind`
 * @throws InputError with every problem of the input: of a text at file:line:column, of an object by its path.
 * @example
 * const result = await plan({ kind: 'serve', model: 'llama-3.1-8b', traffic: { ... } }, { catalogs: await loadCatalogs() })
 * result.best?.cost.usd_per_hour
 */
export function plan(scenario: ServeScenario, settings: PlanSettings): Promise<ServeResult>
export function plan(scenario: TrainScenario, settings: PlanSettings): Promise<TrainResult>
export function plan(scenario: FleetScenario, settings: PlanSettings): Promise<FleetResult>
export function plan(scenario: ForecastScenario, settings: PlanSettings): Promise<ForecastResult>
export function plan(scenario: string | Scenario, settings: PlanSettings): Promise<ScenarioResult>
export async function plan(scenario: string | Scenario, settings: PlanSettings): Promise<ScenarioResult> {
  const { catalogs, read, file = UNNAMED, from, asOf = today(), ...rest } = checked(planSettingsSchema, settings)
  const options = { ...rest, asOf, from: from === undefined ? undefined : { file: 'from', value: from } }
  const text = typeof scenario === 'string' ? scenario : textOf(scenario)
  try {
    return await withReferences(read, (found) => planScenario(text, file, catalogs, options, found))
  } catch (error) {
    // The text of an object is nothing that its owner has seen: places in it say nothing.
    const place = (diagnostic: Diagnostic): Diagnostic =>
      diagnostic.position?.file === file ? unplaced(diagnostic) : diagnostic
    throw typeof scenario === 'string' ? error : changed(error, place)
  }
}

/** JSON is YAML, so an object goes the way of all texts and meets the same checks. */
function textOf(scenario: Scenario): string {
  if (typeof scenario !== 'object' || scenario === null || Array.isArray(scenario)) {
    throw inputError('a scenario is a text or an object', { hint: "e.g. { kind: 'serve', ... }" })
  }
  try {
    return JSON.stringify(scenario)
  } catch {
    throw inputError('the scenario is not plain data: it cannot be written as JSON')
  }
}
