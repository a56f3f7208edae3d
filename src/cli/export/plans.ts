import { type PlanOptions, type ProgramOptions, planScenario, type ScenarioResult } from '../../../planners/index.ts'
import { INLINE_MODEL } from '../../../planners/model.ts'
import { scenarioModel } from '../../../planners/scenario-model.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { looksLikeResult, readResults } from '../../diff/read-result.ts'
import type { PlanToExport } from '../../export/from-plan.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import type { SourceOptions } from '../../io/model-source.ts'
import { readScenario } from '../../io/read-scenario.ts'
import { withScenarioModels } from '../../io/scenario-models.ts'
import { RESULT_BYTES } from '../../limits.ts'
import { printable } from '../../report/printable.ts'
import { planSentence } from '../../report/text/answer.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { readJsonIfAny } from '../../scenario/json.ts'
import { gib } from '../../units.ts'
import { packageVersion } from '../version.ts'

/** A result, the catalog it stands on with the models that its scenario names, and that scenario; null where it was saved. */
export interface ResultToExport {
  readonly result: ScenarioResult
  readonly catalog: Catalog
  readonly scenario: { readonly text: string; readonly file: string } | null
}

/** Plans a scenario, or reads a saved result as it is. */
export async function resultToExport(
  file: string,
  catalog: Catalog,
  options: PlanOptions & ProgramOptions,
  sources: SourceOptions,
): Promise<ResultToExport> {
  const text = readText(file, RESULT_BYTES)
  const name = file === '-' ? STDIN_NAME : file
  const saved = savedResult(text, name)
  if (saved === null) {
    const complete = await withScenarioModels(catalog, [{ text, file: name, set: options.set }], sources)
    const result = await planScenario(text, name, complete, options, readScenario)
    return { result, catalog: complete, scenario: { text, file: name } }
  }
  if ((options.set ?? []).length > 0 || options.objective !== undefined) {
    throw inputError(`${name} is a saved result: --set and --objective change scenarios`)
  }
  return { result: saved, catalog, scenario: null }
}

function savedResult(text: string, file: string): ScenarioResult | null {
  if (!text.trimStart().startsWith('{')) return null
  // A scenario in the flow form of YAML begins alike.
  const value = readJsonIfAny(text, file)
  if (!looksLikeResult(value)) return null
  const results = readResults(value, file)
  const [only] = results
  if (only === undefined || results.length > 1) {
    throw inputError(`${file} holds ${results.length} results: export takes one`, { hint: 'save each on its own' })
  }
  return only
}

/**
 * The plans that a result holds: the best one of a scenario, or one for each workload of a fleet.
 * @throws InputError for a forecast, whose plan changes from month to month, and for a workload that there is not.
 */
export function plansOf(
  { result, scenario, catalog }: ResultToExport,
  workload: string | undefined,
  options: PlanOptions,
): PlanToExport[] {
  const header = (name: string, plan: PlanToExport['plan']): string[] => headerOf(result, name, plan)
  if (result.kind === 'forecast') {
    throw inputError('a forecast has a plan for each month, not one that can be started', {
      hint: 'export the scenarios that it names',
    })
  }
  if (result.kind === 'fleet') return fleetPlans(result, workload, header)
  if (workload !== undefined) throw inputError('--workload picks one of a fleet; this is a single scenario')
  const plan = result.best
  if (plan === null) return []
  // What the scenario says of a model itself stands nowhere else.
  const model =
    scenario !== null && plan.model?.id === INLINE_MODEL
      ? scenarioModel(scenario.text, scenario.file, catalog, options)
      : undefined
  return [{ name: result.scenario, plan, header: header(result.scenario, plan), model }]
}

function fleetPlans(
  result: Extract<ScenarioResult, { kind: 'fleet' }>,
  workload: string | undefined,
  header: (name: string, plan: PlanToExport['plan']) => string[],
): PlanToExport[] {
  const names = [...new Set(result.placements.map((each) => each.workload))]
  if (workload !== undefined && !names.includes(workload)) {
    const hint = didYouMean(workload, names) ?? `it has ${names.join(', ')}`
    throw inputError(`the fleet places no workload ${JSON.stringify(workload)}`, { hint })
  }
  const wanted = result.placements.filter((each) => workload === undefined || each.workload === workload)
  const used = new Set<string>()
  return wanted.map((each) => {
    if (each.gpu_share < 1) {
      throw inputError(`${JSON.stringify(each.workload)} shares its GPUs with another model, which no target can say`, {
        hint: 'plan the fleet with co_locate: false, or export the others one by one with --workload',
      })
    }
    // A workload may stand in several places, each with a configuration of its own.
    let name = each.workload
    for (let number = 2; used.has(name); number++) name = `${each.workload}-${number}`
    used.add(name)
    return { name, plan: each.plan, header: [...header(name, each.plan), `On ${each.nodes.join(', ')}.`] }
  })
}

/** What every file begins with: the plan in one sentence, what it rests on, and what made it. */
function headerOf(result: ScenarioResult, name: string, plan: PlanToExport['plan']): string[] {
  const { total_bytes, capacity_bytes } = plan.memory
  const priced = plan.cost.price_as_of === null ? '' : `Price of ${plan.cost.price_as_of}. `
  return printable([
    `${name}: ${planSentence(plan)}`,
    `${priced}Needed on the fullest GPU: ${gib(total_bytes)} of ${gib(capacity_bytes)}.`,
    `Written by gpu-plan ${packageVersion()} with catalog ${result.catalog.hash}.`,
  ])
}
