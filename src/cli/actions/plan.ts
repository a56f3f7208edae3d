import { performance } from 'node:perf_hooks'
import { planText } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import type { ServeResult } from '../../result/plan.ts'
import { objective } from '../../scenario/common.ts'
import { type Diagnostic, InputError, inputError } from '../../scenario/diagnostic.ts'
import { seconds } from '../../units.ts'
import type { Call } from '../command.ts'
import { asOfDay, type Format, formatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { type ExitCode, worst } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { gate } from '../gate.ts'
import { refuseCommandNames } from '../later.ts'

type Options = Parameters<typeof planText>[3]

/** Plans every scenario, prints them all or, where one cannot be read, none. */
export async function planScenarios({ flags, terminal, words: scenarios }: Call): Promise<ExitCode> {
  refuseCommandNames(scenarios)
  const format = formatOf(flags)
  const options = optionsOf(flags)
  const maxCost = flags.usd('max-cost')
  const quiet = flags.switch('quiet')
  const catalog = await loadCatalog(flags.texts('catalog'))
  const wrong: Diagnostic[] = []
  const results: ServeResult[] = []
  for (const [index, scenario] of scenarios.entries()) {
    const started = performance.now()
    const result = planOne(scenario, catalog, options, wrong)
    if (result === null) continue
    results.push(result)
    const elapsed = seconds((performance.now() - started) / 1000)
    const which = scenarios.length > 1 ? ` (${index + 1} of ${scenarios.length})` : ''
    if (!quiet) terminal.note(`${result.scenario}${which}: planned in ${elapsed}`)
  }
  if (wrong.length > 0) throw new InputError(wrong)
  deliver(await render(results, format, flags, colored(flags, terminal)), flags, terminal)
  return worst(results.map((result) => gate(result.scenario, result.best, maxCost, terminal)))
}

/** One scenario's plan; what is wrong with it is collected, so that one run reports the problems of all. */
function planOne(scenario: string, catalog: Catalog, options: Options, wrong: Diagnostic[]): ServeResult | null {
  try {
    return planText(readText(scenario), scenario === '-' ? STDIN_NAME : scenario, catalog, options)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    wrong.push(...error.diagnostics)
    return null
  }
}

function optionsOf(flags: Flags): Options {
  const top = flags.whole('top', 0)
  if (top !== undefined && top > MOST_ALTERNATIVES)
    throw inputError(`--top takes at most ${MOST_ALTERNATIVES}, got ${top}`)
  return {
    asOf: asOfDay(flags),
    set: flags.texts('set'),
    objective: flags.choice('objective', objective.options),
    top,
    exhaustive: flags.switch('exhaustive'),
    explain: flags.switch('explain'),
  }
}

/** More alternatives than a person reads; keeps the search from being asked to rank everything. */
const MOST_ALTERNATIVES = 1000

async function render(results: readonly ServeResult[], format: Format, flags: Flags, color: boolean): Promise<string> {
  const explain = flags.switch('explain')
  switch (format) {
    case 'json':
      return (await import('../../report/json.ts')).jsonReport(results)
    case 'csv':
      return (await import('../../report/csv.ts')).csvReport(results)
    case 'markdown':
      return (await import('../../report/markdown.ts')).markdownReport(results, { explain })
    case 'text':
      return (await import('../../report/several.ts')).textReports(results, { color, explain })
  }
}
