import { performance } from 'node:perf_hooks'
import { planText } from '../../../planners/index.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { withScenarioModels } from '../../io/scenario-models.ts'
import { whatIfCsv, whatIfJson } from '../../report/whatif/data.ts'
import { whatIfMarkdown } from '../../report/whatif/markdown.ts'
import { whatIfText } from '../../report/whatif/text.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { parseSingle } from '../../scenario/single.ts'
import { nameOfFile } from '../../scenario/workloads.ts'
import { seconds } from '../../units.ts'
import { dimensionOf, type Planned } from '../../whatif/dimension.ts'
import { parseVary } from '../../whatif/vary.ts'
import { whatIf } from '../../whatif/what-if.ts'
import type { Call } from '../command.ts'
import { WHATIF_FORMATS } from '../commands/whatif.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { sourceOptionsOf } from '../network-options.ts'
import { planOptionsOf } from '../planning-flags.ts'

const POINTS = 9
const TOLERANCE = 0.001
const MAX_PLANS = 400
/** Ends and a point between them: with fewer nothing that comes and goes could be seen. */
const LEAST_POINTS = 2
const MOST_POINTS = 1000

/** Goes through each `--vary` of a scenario alone. */
export async function whatIfScenario({ flags, terminal, words }: Call): Promise<ExitCode> {
  const [path] = words
  if (path === undefined) {
    throw inputError('whatif takes a scenario', { hint: 'plan whatif serve.yaml --vary context=4k..128k' })
  }
  const varies = flags.texts('vary').map(parseVary)
  if (varies.length === 0) throw inputError('--vary is required', { hint: 'e.g. --vary context=4k..128k' })
  const format = flags.choice('format', WHATIF_FORMATS) ?? 'text'
  const options = { ...planOptionsOf(flags), top: 0 }
  const points = flags.whole('points', LEAST_POINTS, MOST_POINTS) ?? POINTS
  const tolerance = flags.share('tolerance', true) ?? TOLERANCE
  const most = Math.max(points, flags.whole('max-plans', LEAST_POINTS) ?? MAX_PLANS)
  const sizes = flags.switch('sizes')
  const shipped = await loadCatalog(flags.texts('catalog'))
  const file = path === '-' ? STDIN_NAME : path
  const text = readText(path)
  const own = options.set ?? []
  const catalog = await withScenarioModels(shipped, [{ text, file, set: own }], sourceOptionsOf(flags, shipped))
  const objective = options.objective === undefined ? [] : [`objective=${options.objective}`]
  const planned: Planned = {
    catalog,
    read: (set) => parseSingle(text, file, catalog, [...own, ...objective, ...set], options.asOf).scenario,
    plan: (set, prices) => planText(text, file, prices, { ...options, set: [...own, ...set] }),
  }
  // All are read before any is planned: a misspelt key need not wait for the others.
  const dimensions = varies.map((vary) => dimensionOf(vary, planned))
  const results = dimensions.map((dimension) => {
    const started = performance.now()
    const report = (plans: number): void => {
      if (terminal.live && !flags.switch('quiet')) terminal.rewrite(`${dimension.key}: ${plans} plans`)
    }
    const result = whatIf(dimension, { points, tolerance, most }, { sizes, planned: report })
    if (terminal.live && !flags.switch('quiet')) terminal.rewrite('')
    const elapsed = seconds((performance.now() - started) / 1000)
    if (!flags.switch('quiet')) terminal.note(`${dimension.key}: ${result.plans} plans in ${elapsed}`)
    return result
  })
  const name = planned.read([]).name ?? nameOfFile(file)
  const print = {
    text: () => whatIfText(name, results, { color: colored(flags, terminal) }),
    json: () => whatIfJson(name, results),
    markdown: () => whatIfMarkdown(name, results),
    csv: () => whatIfCsv(name, results),
  }
  deliver(print[format](), flags, terminal)
  const found = results.some(({ segments }) => segments.some(({ state }) => state === 'plan'))
  return found ? EXIT.ok : EXIT.infeasible
}
