import { performance } from 'node:perf_hooks'
import { dimensionValues, type PlanOptions } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import type { SourceOptions } from '../../io/model-source.ts'
import { scenarioModels } from '../../io/scenario-models.ts'
import { compareCsv, compareJson } from '../../report/compare/data.ts'
import { compareMarkdown } from '../../report/compare/markdown.ts'
import { compared, type Option } from '../../report/compare/options.ts'
import { compareText } from '../../report/compare/text.ts'
import { formatDiagnostic, InputError, inputError } from '../../scenario/diagnostic.ts'
import { withModels } from '../../scenario/sources.ts'
import { seconds } from '../../units.ts'
import { type Job, type Outcome, outcomeOf } from '../batch/job.ts'
import { type Prepared, planAll } from '../batch/plan-all.ts'
import type { Call } from '../command.ts'
import { pageFormatOf } from '../common-flags.ts'
import { colored, deliver } from '../deliver.ts'
import { reportInput } from '../errors.ts'
import { EXIT, type ExitCode, worst } from '../exit-codes.ts'
import { gate } from '../gate.ts'
import { sourceOptionsOf } from '../network-options.ts'
import { planOptionsOf } from '../planning-flags.ts'
import { Progress } from '../progress.ts'

/** Plans every option; those whose input cannot be used are reported, and the others still compared. */
export async function compareOptions({ flags, terminal, words, entry }: Call): Promise<ExitCode> {
  const format = pageFormatOf(flags)
  const by = flags.text('by') ?? null
  const options: PlanOptions = { ...planOptionsOf(flags), top: 0 }
  const maxCost = flags.usd('max-cost')
  const [first] = words
  if (first === undefined) {
    throw inputError('compare takes scenarios', { hint: 'plan compare a.yaml b.yaml, or one with --by method' })
  }
  const catalog = await loadCatalog(flags.texts('catalog'))
  const sources = sourceOptionsOf(flags, catalog)
  const jobs =
    by === null
      ? await scenarioJobs(words, options, sources)
      : await dimensionJobs(words, by, catalog, options, sources)
  const noun = by === null ? 'scenarios' : 'options'
  const progress = flags.switch('quiet') ? null : new Progress(terminal, jobs.length, noun)
  const started = performance.now()
  const live = progress !== null && terminal.live
  const outcomes = await planAll(jobs, catalog, { entry, live }, (done, name) => progress?.at(done, name))
  progress?.clear()
  const planned = outcomes.map((outcome, index) => optionOf(jobs[index]!, outcome, by))
  const failed = planned.filter((option) => 'errors' in option).length
  // A value that the scenario refuses is a finding of the comparison; a file that cannot be used is an error.
  const complain = by === null || failed === planned.length
  if (complain) for (const outcome of outcomes) if ('wrong' in outcome) reportInput(outcome.wrong, terminal)
  const elapsed = seconds((performance.now() - started) / 1000)
  progress?.end(`${jobs.length - failed} of ${jobs.length} ${noun} planned in ${elapsed}`)
  const title = by === null ? 'Comparison' : `${scenarioName(planned) ?? first} by ${by}`
  if (failed === planned.length) return EXIT.input
  const print = {
    text: () => compareText(title, planned, colored(flags, terminal)),
    json: () => compareJson(planned, by),
    csv: () => compareCsv(planned),
    markdown: () => compareMarkdown(title, planned),
    html: async () => (await import('../../report/html/compare.ts')).compareHtml(title, planned),
  }
  const code = verdict(planned, maxCost, terminal)
  deliver(await print[format](), flags, terminal)
  return worst([code, complain && failed > 0 ? EXIT.input : EXIT.ok])
}

/** The files are read here: standard input cannot be read twice, and what is wrong with one keeps none of the others. */
async function scenarioJobs(
  files: readonly string[],
  options: PlanOptions,
  sources: SourceOptions,
): Promise<Prepared[]> {
  const jobs: Prepared[] = []
  for (const name of files) {
    const file = name === '-' ? STDIN_NAME : name
    const read = outcomeOf(() => ({ text: readText(name), file, options }))
    jobs.push({ name, ...('wrong' in read ? read : await withItsModels(read, sources)) })
  }
  return jobs
}

/** The job with the models that its scenario names, or what is wrong with them. */
async function withItsModels<J extends Omit<Job, 'name'>>(job: J, sources: SourceOptions) {
  try {
    const models = await scenarioModels([{ text: job.text, file: job.file, set: job.options.set }], sources)
    return { ...job, models }
  } catch (error) {
    if (error instanceof InputError) return { wrong: error.diagnostics }
    throw error
  }
}

/** Keys of a scenario that a dimension narrows, where they are not `search.` and its name. */
const PATHS: Readonly<Record<string, string>> = {
  gpu: 'search.gpus',
  provider: 'search.providers',
  lora_rank: 'search.lora.rank',
}

async function dimensionJobs(
  files: readonly string[],
  by: string,
  shipped: Catalog,
  options: PlanOptions,
  sources: SourceOptions,
): Promise<Prepared[]> {
  const [file = '', second] = files
  if (second !== undefined) {
    throw inputError(`--by splits one scenario, got ${files.length}`, { hint: 'leave out --by to compare scenarios' })
  }
  const text = readText(file)
  const name = file === '-' ? STDIN_NAME : file
  const path = Object.hasOwn(PATHS, by) ? PATHS[by] : `search.${by}`
  const changes = (value: string): string[] => [
    ...(options.set ?? []),
    `${path}=[${quoted(value)}]`,
    // Adapter settings of a scenario of several methods mean nothing to full training, which refuses them.
    ...(by === 'method' && value === 'full' ? ['search.lora='] : []),
  ]
  const models = await scenarioModels([{ text, file: name, set: options.set }], sources)
  const catalog = withModels(shipped, models)
  return dimensionValues(text, name, catalog, by, options.asOf, options.set).map((value) => ({
    name: value,
    file: name,
    text,
    models,
    options: { ...options, set: changes(value) },
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

/** Under the name of the value, else as the scenario calls itself. */
function optionOf({ name }: Prepared, outcome: Outcome, by: string | null): Option {
  if ('result' in outcome) return { option: by === null ? outcome.result.scenario : name, result: outcome.result }
  return { option: name, errors: outcome.wrong.map(formatDiagnostic) }
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
