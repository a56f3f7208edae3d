import { performance } from 'node:perf_hooks'
import { dimensionValues, type PlanOptions, type PlanResult, planText } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { compareCsv, compareJson } from '../../report/compare/data.ts'
import { compareMarkdown } from '../../report/compare/markdown.ts'
import { compared, type Option } from '../../report/compare/options.ts'
import { compareText } from '../../report/compare/text.ts'
import { formatDiagnostic, InputError, inputError } from '../../scenario/diagnostic.ts'
import { seconds } from '../../units.ts'
import type { Call } from '../command.ts'
import { formatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { reportInput } from '../errors.ts'
import { EXIT, type ExitCode, worst } from '../exit-codes.ts'
import { gate } from '../gate.ts'
import { planOptionsOf } from '../planning-flags.ts'
import { Progress } from '../progress.ts'

/** One plan to make. */
interface Job {
  /** What messages call it. */
  readonly name: string
  /** What the table calls it; null: as the scenario calls itself. */
  readonly option: string | null
  plan(): PlanResult
}

/** Plans every option; those whose input cannot be used are reported, and the others still compared. */
export async function compareOptions({ flags, terminal, words }: Call): Promise<ExitCode> {
  const format = formatOf(flags)
  const by = flags.text('by') ?? null
  const options: PlanOptions = { ...planOptionsOf(flags), top: 0 }
  const maxCost = flags.usd('max-cost')
  const [first] = words
  if (first === undefined) {
    throw inputError('compare takes scenarios', { hint: 'plan compare a.yaml b.yaml, or one with --by method' })
  }
  const catalog = await loadCatalog(flags.texts('catalog'))
  const jobs = by === null ? scenarioJobs(words, catalog, options) : dimensionJobs(words, by, catalog, options)
  const planned = planAll(jobs, by === null ? 'scenarios' : 'options', flags.switch('quiet'), terminal)
  const title = by === null ? 'Comparison' : `${scenarioName(planned) ?? first} by ${by}`
  const failed = planned.filter((option) => 'errors' in option).length
  if (failed === planned.length) return EXIT.input
  const print = {
    text: () => compareText(title, planned, colored(flags, terminal)),
    json: () => compareJson(planned, by),
    csv: () => compareCsv(planned),
    markdown: () => compareMarkdown(title, planned),
  }
  const code = verdict(planned, maxCost, terminal)
  deliver(print[format](), flags, terminal)
  return worst([code, failed > 0 ? EXIT.input : EXIT.ok])
}

function scenarioJobs(files: readonly string[], catalog: Catalog, options: PlanOptions): Job[] {
  return files.map((file) => ({
    name: file,
    option: null,
    plan: () => planText(readText(file), file === '-' ? STDIN_NAME : file, catalog, options),
  }))
}

/** Keys of a scenario that a dimension narrows, where they are not `search.` and its name. */
const PATHS: Readonly<Record<string, string>> = {
  gpu: 'search.gpus',
  provider: 'search.providers',
  lora_rank: 'search.lora.rank',
}

function dimensionJobs(files: readonly string[], by: string, catalog: Catalog, options: PlanOptions): Job[] {
  const [file = '', second] = files
  if (second !== undefined) {
    throw inputError(`--by splits one scenario, got ${files.length}`, { hint: 'leave out --by to compare scenarios' })
  }
  const text = readText(file)
  const name = file === '-' ? STDIN_NAME : file
  const path = Object.hasOwn(PATHS, by) ? PATHS[by] : `search.${by}`
  return dimensionValues(text, name, catalog, by, options.asOf).map((value) => ({
    name: value,
    option: value,
    plan: () =>
      planText(text, name, catalog, { ...options, set: [...(options.set ?? []), `${path}=[${quoted(value)}]`] }),
  }))
}

/** A value as YAML reads it back: numbers and ids plain, anything else in quotes. */
function quoted(value: string): string {
  return /^[\w.-]+$/.test(value) ? value : JSON.stringify(value)
}

function scenarioName(options: readonly Option[]): string | null {
  for (const option of options) if ('result' in option) return option.result.scenario
  return null
}

function planAll(jobs: readonly Job[], noun: string, quiet: boolean, terminal: Call['terminal']): Option[] {
  const progress = quiet ? null : new Progress(terminal, jobs.length, noun)
  const started = performance.now()
  const planned = jobs.map((job, index): Option => {
    const option = planOne(job, (error) => {
      progress?.clear()
      reportInput(error.diagnostics, terminal)
    })
    progress?.at(index + 1, job.name)
    return option
  })
  const failed = planned.filter((option) => 'errors' in option).length
  const elapsed = seconds((performance.now() - started) / 1000)
  progress?.end(`${jobs.length - failed} of ${jobs.length} ${noun} planned in ${elapsed}`)
  return planned
}

function planOne({ name, option, plan }: Job, complain: (error: InputError) => void): Option {
  try {
    const result = plan()
    return { option: option ?? result.scenario, result }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    complain(error)
    return { option: option ?? name, errors: error.diagnostics.map(formatDiagnostic) }
  }
}

/**
 * A loser without a plan is a finding, not a failure: only where no option has one there is none. The cheapest of each kind is held
 * against `--max-cost`.
 */
function verdict(options: readonly Option[], maxCost: number | undefined, terminal: Call['terminal']): ExitCode {
  const best = compared(options).filter((row) => row.cheapest)
  if (best.length === 0) return EXIT.infeasible
  return worst(best.map((row) => gate(row.option, row.plan, maxCost, terminal)))
}
