import { performance } from 'node:perf_hooks'
import { type PlanOptions, type ProgramOptions, planScenario } from '../../../planners/index.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { hasPlan } from '../../diff/any-result.ts'
import { type Diff, diffOf, type Side } from '../../diff/diff.ts'
import { type Gate, type Judgement, judge, parseGate } from '../../diff/gate.ts'
import { type Pair, pairsOf } from '../../diff/pairs.ts'
import { catalogBook, firstOf, resultBook } from '../../diff/price-book.ts'
import { looksLikeResult, readResults } from '../../diff/read-result.ts'
import { readText, STDIN_NAME } from '../../io/files.ts'
import { loadCatalog } from '../../io/load-catalog.ts'
import { readScenario } from '../../io/read-scenario.ts'
import { withScenarioModels } from '../../io/scenario-models.ts'
import { RESULT_BYTES } from '../../limits.ts'
import { diffCsv, diffJson } from '../../report/diff/data.ts'
import { diffMarkdown } from '../../report/diff/markdown.ts'
import { diffText } from '../../report/diff/text.ts'
import { judgementText } from '../../report/diff/words.ts'
import { type Diagnostic, InputError, inputError } from '../../scenario/diagnostic.ts'
import { readJsonIfAny } from '../../scenario/json.ts'
import { parseScenario } from '../../scenario/schema.ts'
import { parseAssignment } from '../../scenario/set.ts'
import { seconds } from '../../units.ts'
import { visible } from '../../visible.ts'
import type { Call } from '../command.ts'
import { DIFF_FORMATS } from '../commands/diff.ts'
import { colored, deliver } from '../deliver.ts'
import { EXIT, type ExitCode, worst } from '../exit-codes.ts'
import type { Flags } from '../flags.ts'
import { sourceOptionsOf } from '../network-options.ts'
import { planOptionsOf } from '../planning-flags.ts'
import { programOptionsOf } from '../program-flags.ts'

/** Compares two scenarios or saved results, and judges the comparison by the gates. */
export async function diffFiles({ flags, terminal, words }: Call): Promise<ExitCode> {
  const [oldFile, newFile] = words
  if (oldFile === undefined || newFile === undefined) {
    throw inputError('diff takes two files, the old one and the new one', { hint: 'plan diff main.yaml branch.yaml' })
  }
  if (oldFile === '-' && newFile === '-') throw inputError('only one of the two can be standard input')
  const format = flags.choice('format', DIFF_FORMATS) ?? 'text'
  const gates = flags.texts('fail-on').map(parseGate)
  const options = { ...planOptionsOf(flags), ...programOptionsOf(flags) }
  const catalog = await loadCatalog(flags.texts('catalog'))
  const quiet = flags.switch('quiet')
  const sides = await bothSides([oldFile, newFile], async (file) => {
    const started = performance.now()
    const read = await sidesOf(file, catalog, options, flags)
    const elapsed = seconds((performance.now() - started) / 1000)
    if (!quiet && read.some((side) => side.planned)) terminal.note(`${visible(file)}: planned in ${elapsed}`)
    return read
  })
  if (
    flags.texts('set').some((each) => !parseAssignment(each).isDefault) &&
    sides.flat().every((side) => !side.planned)
  ) {
    throw inputError('--set changes scenarios; both files are saved results')
  }
  const pairs = pairsOf(...sides)
  const diffs = pairs.map((pair) => diffOf(pair.old, pair.new))
  const judgements = pairs.map((pair, index) => judged(pair, diffs[index], gates))
  const print = {
    text: () => diffText(diffs, judgements, { color: colored(flags, terminal) }),
    json: () => diffJson(diffs, judgements),
    markdown: () => diffMarkdown(diffs, judgements),
    csv: () => diffCsv(diffs),
  }
  deliver(print[format](), flags, terminal)
  return worst(
    pairs.map((pair, index) => {
      const failed = (judgements[index] ?? []).filter((each) => each.failed)
      for (const each of failed)
        terminal.note(`${visible(diffs[index]?.scenario ?? '')}: --fail-on ${judgementText(each)}`)
      if (hasPlan(pair.old.result) && pair.new.result !== null && !hasPlan(pair.new.result)) return EXIT.infeasible
      return failed.length > 0 ? EXIT.overCost : EXIT.ok
    }),
  )
}

/** A side, and whether it was planned here. */
type ReadSide = Side & { readonly planned: boolean }

/** A scenario that nothing changed about, and one that has no plan on either side, has nothing to be gated by. */
function judged({ old, new: next }: Pair, diff: Diff | undefined, gates: readonly Gate[]): Judgement[] {
  if (diff === undefined || next.result === null) return []
  if (!hasPlan(old.result) && !hasPlan(next.result)) return []
  return gates.map((gate) => judge(gate, diff.kind, old.result, next.result))
}

/** Both files read, so that one run reports what is wrong with either. */
async function bothSides(
  files: readonly [string, string],
  sides: (file: string) => Promise<ReadSide[]>,
): Promise<[ReadSide[], ReadSide[]]> {
  const wrong: Diagnostic[] = []
  const read = async (file: string): Promise<ReadSide[]> => {
    try {
      return await sides(file)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      wrong.push(...error.diagnostics)
      return []
    }
  }
  const both: [ReadSide[], ReadSide[]] = [await read(files[0]), await read(files[1])]
  if (wrong.length > 0) throw new InputError(wrong)
  return both
}

/** A saved result as it is; anything else is a scenario, and planned. */
async function sidesOf(
  path: string,
  shipped: Catalog,
  options: PlanOptions & ProgramOptions,
  flags: Flags,
): Promise<ReadSide[]> {
  const file = path === '-' ? STDIN_NAME : path
  const text = readText(path, RESULT_BYTES)
  const saved = savedResult(text, file)
  if (saved !== undefined)
    return readResults(saved, file).map((result) => ({ file, result, prices: resultBook(result), planned: false }))
  const source = { text, file, set: options.set }
  const catalog = await withScenarioModels(shipped, [source], sourceOptionsOf(flags, shipped))
  const result = await planScenario(text, file, catalog, options, readScenario)
  const { scenario } = parseScenario(text, file, catalog, options.set, options.asOf)
  const rules = 'prices' in scenario ? scenario.prices : undefined
  const listed = catalogBook(catalog, { discountPercent: rules?.discount_percent, overrides: rules?.overrides })
  return [{ file, result, prices: firstOf(resultBook(result), listed), planned: true }]
}

/** The JSON that `--format json` wrote, or undefined for a scenario, which may be written as JSON too. */
function savedResult(text: string, file: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined
  const value = readJsonIfAny(text, file)
  return looksLikeResult(value) ? value : undefined
}
