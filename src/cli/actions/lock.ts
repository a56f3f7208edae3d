import { existsSync } from 'node:fs'
import { type PlanOptions, planText } from '../../../planners/index.ts'
import { modelOf } from '../../../planners/model.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { figuresOf } from '../../diff/figures.ts'
import { type Gate, type Judgement, judgeValues, parseGate } from '../../diff/gate.ts'
import { catalogBook } from '../../diff/price-book.ts'
import { readText } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { withScenarioModels } from '../../io/scenario-models.ts'
import { documentChanges } from '../../lock/document-changes.ts'
import { type Lock, type LockEntry, lockVersion } from '../../lock/lock.ts'
import { entryOf, modelLock } from '../../lock/make-entry.ts'
import { type Repriced, repriced } from '../../lock/reprice.ts'
import { lockText } from '../../lock/text.ts'
import { checkJson, checkMarkdown, checkText } from '../../report/lock/check.ts'
import { type Diagnostic, InputError, inputError, pathText } from '../../scenario/diagnostic.ts'
import { parseSingle } from '../../scenario/single.ts'
import { parseYaml } from '../../scenario/yaml.ts'
import { visible } from '../../visible.ts'
import type { Call } from '../command.ts'
import { LOCK_FORMATS } from '../commands/lock.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { pathInLock, readLockFile, scenarioPath } from '../lock-files.ts'
import { LOCK_FILE } from '../locked-flags.ts'
import { sourceOptionsOf } from '../network-options.ts'
import { planOptionsOf } from '../planning-flags.ts'
import { packageVersion } from '../version.ts'

/** Writes a lock file, or prices the plans of one again. */
export async function lockScenarios(call: Call): Promise<ExitCode> {
  return call.flags.text('check') === undefined ? writeLock(call) : checkLock(call)
}

async function writeLock({ flags, terminal, words }: Call): Promise<ExitCode> {
  if (words.length === 0) {
    throw inputError('lock takes scenarios', { hint: `plan lock serve.yaml --output ${LOCK_FILE}` })
  }
  if (flags.given('fail-on')) throw inputError('--fail-on judges a --check')
  const output = flags.text('output')
  const format = flags.choice('format', LOCK_FORMATS) ?? (output?.endsWith('.json') === true ? 'json' : 'yaml')
  if (format !== 'yaml' && format !== 'json') throw inputError(`a lock file is yaml or json, not ${format}`)
  const options = planOptionsOf(flags)
  const catalog = await loadCatalog(flags.texts('catalog'))
  const wrong: Diagnostic[] = []
  const entries: LockEntry[] = []
  for (const file of words) {
    if (file === '-') throw inputError('a scenario on standard input has no name to be locked under')
    try {
      entries.push(await lockOne(file, pathInLock(file, output ?? LOCK_FILE), catalog, options, flags))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      wrong.push(...error.diagnostics)
    }
  }
  if (wrong.length > 0) throw new InputError(wrong)
  const twice = entries.find(({ file }, index) => entries.findIndex((other) => other.file === file) !== index)
  if (twice !== undefined) throw inputError('the scenario is given twice', { position: { file: twice.file } })
  const lock: Lock = {
    version: lockVersion,
    tool: packageVersion(),
    as_of: options.asOf,
    catalog: { hash: catalog.hash, parts: catalog.hashes },
    scenarios: entries,
  }
  deliver(lockText(lock, format), flags, terminal)
  if (!flags.switch('quiet') && output !== undefined) terminal.note(`${visible(output)}: ${entries.length} locked`)
  return EXIT.ok
}

async function lockOne(
  file: string,
  path: string,
  shipped: Catalog,
  options: PlanOptions,
  flags: Flags,
): Promise<LockEntry> {
  const text = readText(file)
  const catalog = await withScenarioModels(shipped, [{ text, file, set: options.set }], sourceOptionsOf(flags, shipped))
  const result = planText(text, file, catalog, options)
  const objective = options.objective === undefined ? [] : [`objective=${options.objective}`]
  const located = parseSingle(text, file, catalog, [...(options.set ?? []), ...objective], options.asOf)
  return entryOf(path, located, modelOf(located.scenario.model, catalog), result, catalog)
}

async function checkLock({ flags, terminal, words }: Call): Promise<ExitCode> {
  const file = flags.required('check')
  if (words.length > 0)
    throw inputError('--check takes the scenarios from the lock file', { hint: `plan lock --check ${file}` })
  for (const name of ['set', 'objective']) {
    if (flags.given(name)) throw inputError(`--check prices what was locked; --${name} would change it`)
  }
  const format = flags.choice('format', LOCK_FORMATS) ?? 'text'
  if (format === 'yaml') throw inputError('a check is text, json or markdown, not yaml')
  const gates = flags.texts('fail-on').map(parseGate)
  const options: PlanOptions = { ...planOptionsOf(flags), top: 0 }
  const lock = readLockFile(file === '-' ? '-' : file)
  const catalog = await loadCatalog(flags.texts('catalog'))
  const all: Repriced[] = []
  for (const entry of lock.scenarios) all.push(await checkOne(lock, entry, file, catalog, options, flags))
  const judgements = all.map((each, index) => judged(each, lock.scenarios[index]!, gates))
  const print = {
    text: () => checkText(all, judgements, { color: colored(flags, terminal) }),
    json: () => checkJson(all, judgements),
    markdown: () => checkMarkdown(all, judgements),
  }
  deliver(print[format](), flags, terminal)
  if (all.some(({ best }) => best === null)) return EXIT.infeasible
  return judgements.flat().some(({ failed }) => failed) ? EXIT.overCost : EXIT.ok
}

/** The locked scenario, not the file that it came from, is what is priced: the file may have moved on. */
async function checkOne(
  lock: Lock,
  entry: LockEntry,
  lockFile: string,
  shipped: Catalog,
  options: PlanOptions,
  flags: Flags,
): Promise<Repriced> {
  const path = scenarioPath(entry, lockFile === '-' ? '.' : lockFile)
  const text = JSON.stringify(entry.scenario)
  const catalog = await withScenarioModels(shipped, [{ text, file: path }], sourceOptionsOf(flags, shipped))
  const { scenario } = parseSingle(text, path, catalog, [], options.asOf)
  const { best } = planText(text, path, catalog, options)
  const { offer, pricing } = entry.plan.placement
  const rules = { discountPercent: scenario.prices?.discount_percent, overrides: scenario.prices?.overrides }
  return repriced(lock, entry, {
    usdPerHour: offer === null || pricing === null ? null : catalogBook(catalog, rules)(offer, pricing),
    priceAsOf: offer === null ? null : (catalog.offers.get(offer)?.price_as_of ?? null),
    best,
    modelKeys: modelLock(modelOf(scenario.model, catalog)).keys,
    catalogParts: catalog.hashes,
    tool: packageVersion(),
    scenarioKeys: existsSync(path) ? changedKeys(entry, path) : null,
  })
}

/** Keys in which the scenario's file differs from what was locked; a file that cannot be read differs as a whole. */
function changedKeys({ scenario }: LockEntry, path: string): string[] {
  const parsed = parseYaml(readText(path), path)
  if (!parsed.ok) return ['it cannot be read']
  return documentChanges(scenario, parsed.value).map((change) => pathText(change.path))
}

/** A check knows the price of the locked plan, and nothing else that could be gated. */
function judged(
  { figure: priced, locked_usd, now_usd }: Repriced,
  { kind }: LockEntry,
  gates: readonly Gate[],
): Judgement[] {
  return gates.map((gate) => {
    const figure = figuresOf(kind).get(gate.figure)
    if (figure === undefined || figure.name !== priced) {
      throw inputError(`--fail-on ${JSON.stringify(gate.text)}: a check knows the cost`, { hint: 'e.g. cost>+5%' })
    }
    return judgeValues(gate, figure, locked_usd, now_usd)
  })
}
