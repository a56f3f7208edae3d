import { type Catalog, find } from '../catalog/catalog.ts'
import { type Diagnostic, InputError, type Path } from './diagnostic.ts'
import type { FleetScenario } from './fleet.ts'
import type { ForecastScenario } from './forecast.ts'
import { Checker } from './ids.ts'
import { type LocatedScenario, parseScenario } from './schema.ts'
import type { ServeScenario } from './serve.ts'
import { checkServe } from './serve-checks.ts'
import type { TrainScenario } from './train.ts'
import { checkTrain } from './train-checks.ts'
import type { ScenarioReference } from './workload-items.ts'

/** The text of a scenario that another one names, and what messages call it. Throws {@link InputError} where it cannot be read. */
export type ReadScenario = (reference: string, from: string) => { readonly text: string; readonly file: string }

/** A workload of a fleet or a forecast with its scenario at hand. */
export interface Workload {
  /** Unique among the workloads. */
  readonly name: string
  readonly scenario: ServeScenario | TrainScenario
  /** Place in the list of the scenario. */
  readonly index: number
}

type Holder = FleetScenario | ForecastScenario
type Item = Holder['workloads'][number]

type Made = Omit<Workload, 'index'>

/** The document that names workloads, and what is needed to follow them. */
interface Following {
  readonly holder: LocatedScenario<Holder>
  readonly catalog: Catalog
  readonly read: ReadScenario
  readonly asOf: string
}

/**
 * Reads the scenarios that a fleet or a forecast names, each once, and checks them.
 * @throws InputError with everything that is wrong: problems of a named file at their place in it, a file that cannot be used at the
 * place that names it.
 */
export function readWorkloads(
  holder: LocatedScenario<Holder>,
  catalog: Catalog,
  read: ReadScenario,
  asOf: string,
): Workload[] {
  const following = { holder, catalog, read, asOf }
  const wrong: Diagnostic[] = []
  const workloads: Workload[] = []
  const known = new Map<string, Made>()
  for (const [index, item] of holder.scenario.workloads.entries()) {
    const { reference, name, path } = partsOf(item, index)
    try {
      const made =
        typeof reference === 'string'
          ? (known.get(reference) ?? named(reference, path, following))
          : inline(reference, index, path, following)
      if (typeof reference === 'string') known.set(reference, made)
      workloads.push({ scenario: made.scenario, name: name ?? made.name, index })
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      wrong.push(...error.diagnostics)
    }
  }
  const check = new Checker(catalog, holder.locate)
  const seen = new Set<string>()
  for (const { name, index } of workloads) {
    if (seen.has(name)) {
      const hint = 'give it a name of its own: { scenario: ..., name: ... }'
      check.error(['workloads', index], `two workloads are called ${JSON.stringify(name)}`, hint)
    }
    seen.add(name)
  }
  wrong.push(...check.diagnostics)
  if (wrong.length > 0) throw new InputError(wrong)
  return workloads
}

/** An entry as a scenario or its path, and where in the document that stands. */
function partsOf(item: Item, index: number) {
  const path: Path = ['workloads', index]
  if (typeof item === 'string' || 'kind' in item) return { reference: item, name: undefined, path }
  return { reference: item.scenario, name: item.name, path: [...path, 'scenario'] }
}

function inline(
  scenario: Exclude<ScenarioReference, string>,
  index: number,
  path: Path,
  { holder, catalog, asOf }: Following,
): Made {
  const check = new Checker(catalog, (inner, target) => holder.locate([...path, ...inner], target))
  const checked = scenario.kind === 'train' ? checkTrain(scenario, check, asOf) : checkServe(scenario, check)
  if (check.diagnostics.length > 0) throw new InputError(check.diagnostics)
  const model =
    typeof checked.model === 'string' ? (find(catalog, 'models', checked.model)?.id ?? checked.model) : 'model'
  return { name: checked.name ?? `${index + 1} ${model}`, scenario: checked }
}

function named(reference: string, path: Path, following: Following): Made {
  const { holder, catalog, read, asOf } = following
  const refuse = (message: string, hint?: string): InputError => {
    const position = holder.locate(path)
    return new InputError([{ severity: 'error', path, message, position, ...(hint === undefined ? {} : { hint }) }])
  }
  let found: ReturnType<ReadScenario>
  try {
    found = read(reference, holder.file)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const first = error.diagnostics[0]
    throw refuse(`the workload ${JSON.stringify(reference)}: ${first?.message ?? 'cannot be read'}`, first?.hint)
  }
  const { scenario } = parseScenario(found.text, found.file, catalog, [], asOf)
  if (scenario.kind === 'serve' || scenario.kind === 'train') {
    return { name: scenario.name ?? nameOfFile(found.file), scenario }
  }
  const back = wayBack(found, following)
  if (back !== null) throw refuse(`the workloads go round in a circle: ${[holder.file, ...back].join(' -> ')}`)
  throw refuse(
    `the workload ${JSON.stringify(reference)} is itself a ${scenario.kind}`,
    `a ${holder.scenario.kind} holds scenarios of kind serve and train`,
  )
}

/** The way along workloads from a file back to the one that is read, or null where none leads there. */
function wayBack(start: ReturnType<ReadScenario>, { holder, catalog, read, asOf }: Following): string[] | null {
  const seen = new Set<string>()
  const walk = ({ file, text }: ReturnType<ReadScenario>): string[] | null => {
    if (file === holder.file) return [file]
    if (seen.has(file)) return null
    seen.add(file)
    const { scenario } = parseScenario(text, file, catalog, [], asOf)
    if (scenario.kind !== 'fleet' && scenario.kind !== 'forecast') return null
    for (const [index, item] of scenario.workloads.entries()) {
      const { reference } = partsOf(item, index)
      const rest = typeof reference === 'string' ? walk(read(reference, file)) : null
      if (rest !== null) return [file, ...rest]
    }
    return null
  }
  try {
    return walk(start)
  } catch (error) {
    // What is wrong further along is that file's own business: here only the circle is looked for.
    if (error instanceof InputError) return null
    throw error
  }
}

/** `scenarios/serve-70b.yaml` -> `serve-70b`. */
export function nameOfFile(file: string): string {
  const base = file.split(/[\\/]/).at(-1) ?? file
  return base.replace(/\.ya?ml$/, '') || 'scenario'
}
