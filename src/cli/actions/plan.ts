import { performance } from 'node:perf_hooks'
import { type PlanOptions, planScenario, type ScenarioResult } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { readScenario } from '../../io/read-scenario.ts'
import { withScenarioModels } from '../../io/scenario-models.ts'
import { type Diagnostic, InputError } from '../../scenario/diagnostic.ts'
import { seconds } from '../../units.ts'
import { visible } from '../../visible.ts'
import type { Call } from '../command.ts'
import { refuseCommandNames } from '../command-names.ts'
import { type PageFormat, pageFormatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { type ExitCode, worst } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { gateResult } from '../gate.ts'
import type { LockedPlanner } from '../locked.ts'
import { sourceOptionsOf } from '../network-options.ts'
import { planOptionsOf } from '../planning-flags.ts'
import { programOptionsOf } from '../program-flags.ts'

/** Plans every scenario, prints them all or, where one cannot be read, none. */
export async function planScenarios({ flags, terminal, words: scenarios, assumed }: Call): Promise<ExitCode> {
  refuseCommandNames(scenarios)
  const format = pageFormatOf(flags)
  const options = { ...planOptionsOf(flags), ...programOptionsOf(flags) }
  const maxCost = flags.usd('max-cost')
  const quiet = flags.switch('quiet')
  const catalog = await loadCatalog(flags.texts('catalog'))
  const locked = await lockedPlannerOf(flags)
  const wrong: Diagnostic[] = []
  const results: ScenarioResult[] = []
  for (const [index, scenario] of scenarios.entries()) {
    const started = performance.now()
    const result = await planOne(scenario, catalog, options, flags, wrong, locked)
    if (result === null) continue
    result.assumptions.push(...assumed)
    results.push(result)
    const elapsed = seconds((performance.now() - started) / 1000)
    const which = scenarios.length > 1 ? ` (${index + 1} of ${scenarios.length})` : ''
    if (!quiet) terminal.note(`${visible(result.scenario)}${which}: planned in ${elapsed}`)
  }
  if (wrong.length > 0) throw new InputError(wrong)
  if (!quiet) for (const note of locked?.notes(catalog) ?? []) terminal.note(note)
  deliver(await render(results, format, flags, colored(flags, terminal)), flags, terminal)
  return worst(results.map((result) => gateResult(result, maxCost, terminal)))
}

/** One scenario's plan; what is wrong with it is collected, so that one run reports the problems of all. */
async function planOne(
  scenario: string,
  catalog: Catalog,
  options: PlanOptions,
  flags: Flags,
  wrong: Diagnostic[],
  locked: LockedPlanner | null,
): Promise<ScenarioResult | null> {
  try {
    const file = scenario === '-' ? STDIN_NAME : scenario
    const text = readText(scenario)
    const sources = sourceOptionsOf(flags, catalog)
    const complete = await withScenarioModels(catalog, [{ text, file, set: options.set }], sources)
    if (locked !== null) return locked.plan(file, text, complete, options)
    return await planScenario(text, file, complete, options, readScenario)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    wrong.push(...error.diagnostics)
    return null
  }
}

/** The planner of lock files, which only those who ask for it load. */
async function lockedPlannerOf(flags: Flags): Promise<LockedPlanner | null> {
  if (!flags.switch('locked') && !flags.given('lock-file')) return null
  return (await import('../locked.ts')).lockedPlanner(flags)
}

async function render(
  results: readonly ScenarioResult[],
  format: PageFormat,
  flags: Flags,
  color: boolean,
): Promise<string> {
  const explain = flags.switch('explain')
  const { csvOf, htmlOf, jsonOf, markdownOf, textOf } = await import('../../report/all.ts')
  switch (format) {
    case 'json':
      return jsonOf(results)
    case 'csv':
      return csvOf(results)
    case 'markdown':
      return markdownOf(results, { explain })
    case 'html':
      return htmlOf(results, { explain })
    case 'text':
      return textOf(results, { color, explain })
  }
}
