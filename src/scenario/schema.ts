import { z } from 'zod'
import type { Catalog } from '../catalog/catalog.ts'
import { didYouMean } from '../catalog/suggest.ts'
import { type Diagnostic, InputError, inputError } from './diagnostic.ts'
import { shown } from './fields.ts'
import { type FleetScenario, fleetSchema } from './fleet.ts'
import { checkFleet } from './fleet-checks.ts'
import { type ForecastScenario, forecastSchema } from './forecast.ts'
import { checkForecast } from './forecast-checks.ts'
import { Checker } from './ids.ts'
import { knownKeys, validate, valueAt } from './located.ts'
import { type ServeScenario, serveSchema } from './serve.ts'
import { checkServe } from './serve-checks.ts'
import { parseAssignment, parsePath, setPath } from './set.ts'
import { type TrainScenario, trainSchema } from './train.ts'
import { checkTrain } from './train-checks.ts'
import { type Locate, parseYaml } from './yaml.ts'

/** All kinds of scenarios that are planned. A new kind adds its schema here and its checks below. */
export const scenarioSchema = z.discriminatedUnion('kind', [serveSchema, trainSchema, fleetSchema, forecastSchema])
export type Scenario = ServeScenario | TrainScenario | FleetScenario | ForecastScenario

const scenarioKinds = ['serve', 'train', 'fleet', 'forecast'] as const

export interface LocatedScenario<S extends Scenario = Scenario> {
  /** Numbers read, aliases replaced by catalog ids, defaults not yet filled in, references to other files not yet followed. */
  scenario: S
  /** The document as given, with the changes of `--set`. */
  given: unknown
  locate: Locate
  /** What messages call the document; references are relative to it. */
  file: string
}

/**
 * Reads and checks a scenario. `set` holds `PATH=VALUE` texts, applied in order before the checks; `PATH?=VALUE` is a default, which
 * counts only where the scenario says nothing of the key.
 * `asOf` (YYYY-MM-DD) is the day of the plan, from which a deadline given as a date counts.
 * Throws {@link InputError} with every problem found, each at file:line:column.
 */
export function parseScenario(
  text: string,
  file: string,
  catalog: Catalog,
  set: readonly string[] = [],
  asOf?: string,
): LocatedScenario {
  const parsed = parseYaml(text, file)
  if (!parsed.ok) throw new InputError(parsed.diagnostics)
  let document: { value: unknown; locate: Locate } = parsed
  if (!isMap(document.value)) {
    throw inputError(`a scenario is a map of keys, got ${shown(document.value)}`, {
      position: document.locate([]),
      hint: 'e.g. kind: serve',
    })
  }
  for (const assignment of set) {
    const { path, value, isDefault } = parseAssignment(assignment)
    if (!isDefault) document = setPath(document, path, value)
    else if (takesDefault(document.value, path)) document = setPath(document, path, value, `setting ${path}`)
  }
  const { value, locate } = document
  const kind = (value as Record<string, unknown>).kind
  const kindProblem = checkKind(kind, locate)
  if (kindProblem !== undefined) throw new InputError([kindProblem])
  const check = new Checker(catalog, locate)
  const scenario = READERS[kind as Scenario['kind']](value, locate, check, asOf)
  if (check.diagnostics.length > 0) throw new InputError(check.diagnostics)
  return { scenario, given: value, locate, file }
}

/** Whether a default has a place: the kind of scenario knows the key, and the document says nothing of it. */
function takesDefault(document: unknown, path: string): boolean {
  const steps = parsePath(path)
  if (valueAt(document, steps) !== undefined) return false
  return knownKeys(scenarioSchema, steps.slice(0, -1), document).includes(String(steps.at(-1)))
}

/** How each kind is read: by its schema, then by checks that a schema cannot say. */
const READERS: Readonly<
  Record<Scenario['kind'], (value: unknown, locate: Locate, check: Checker, asOf: string | undefined) => Scenario>
> = {
  serve: (value, locate, check) => checkServe(valid(serveSchema, value, locate), check),
  train: (value, locate, check, asOf) => checkTrain(valid(trainSchema, value, locate), check, asOf),
  fleet: (value, locate, check) => checkFleet(valid(fleetSchema, value, locate), check),
  forecast: (value, locate, check) => checkForecast(valid(forecastSchema, value, locate), check),
}

/** The value as its schema reads it. */
function valid<T extends z.ZodType>(schema: T, value: unknown, locate: Locate): z.infer<T> {
  const checked = validate(schema, value, locate)
  if (!checked.ok) throw new InputError(checked.diagnostics)
  return checked.data
}

function checkKind(kind: unknown, locate: Locate): Diagnostic | undefined {
  if (scenarioKinds.some((each) => each === kind)) return undefined
  const position = locate(['kind'])
  const error = (message: string, hint?: string): Diagnostic => ({
    severity: 'error',
    path: ['kind'],
    message,
    position,
    ...(hint === undefined ? {} : { hint }),
  })
  if (kind === undefined) return error('the key "kind" is missing', 'e.g. kind: serve')
  return error(
    `kind: ${shown(kind)} is not one of ${scenarioKinds.join(', ')}`,
    typeof kind === 'string' ? didYouMean(kind, scenarioKinds) : undefined,
  )
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON Schema (draft 7, the one editors know best) of scenario files as written, with a description of every key. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-7' })
  return { ...schema, title: 'gpu-plan scenario' }
}
