import type { Diff } from '../../diff/diff.ts'
import type { Judgement } from '../../diff/gate.ts'
import { blocks, bullets, details, escaped, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { MARKS } from '../style.ts'
import { MONEY_COLUMNS } from './text.ts'
import {
  bySection,
  countsText,
  deltaCell,
  effectsText,
  figureName,
  headlineText,
  judgementText,
  keyText,
  moneyCell,
  SIGNS,
  sectionTitle,
  shareCell,
  valueText,
} from './words.ts'

/** Comparisons for a pull request: the price of each in a line that is read without a click, what changed folded away. */
export function diffMarkdown(diffs: readonly Diff[], judgements: readonly (readonly Judgement[])[]): string {
  const shown = printable(diffs)
  const changed = shown.flatMap((diff, index) => (diff.identical ? [] : section(diff, judgements[index] ?? [])))
  const same = shown.filter((diff) => diff.identical).map((diff) => diff.scenario)
  return blocks([
    '## GPU plan changes',
    ...changed,
    ...(same.length === 0 ? [] : [`No changes: ${same.map(escaped).join(', ')}`]),
  ])
}

function section(diff: Diff, judgements: readonly Judgement[]): string[] {
  const effects = effectsText(diff)
  const rows = diff.money.map((line) => [
    figureName(line),
    moneyCell(line.old, line.unit),
    moneyCell(line.new, line.unit),
    deltaCell(line),
    shareCell(line),
  ])
  return [
    `**${escaped(diff.scenario)}**: ${escaped(headlineText(diff))}`,
    ...(rows.length === 0 ? [] : [markdownTable(MONEY_COLUMNS, rows)]),
    ...(effects === null ? [] : [escaped(effects)]),
    ...(judgements.length === 0
      ? []
      : [bullets(judgements.map((each) => `${each.failed ? MARKS.bad : MARKS.good} ${judgementText(each)}`))]),
    ...(diff.changes.length === 0 ? [] : [details(`What changed: ${countsText(diff.changes)}`, changesOf(diff))]),
  ]
}

/** A diff block: code hosts colour its lines by their first sign, `!` for what changed. */
function changesOf({ changes, old, new: next }: Diff): string {
  const parts = bySection(changes).map(({ section: name, changes: lines }) => {
    const table = markdownTable(
      [{ title: '' }, { title: sectionTitle(name) }, { title: 'old -> new' }],
      lines.map((line) => [SIGNS[line.change], keyText(line), valueText(line)]),
    )
    return table
  })
  return [...parts, escaped(`${old.file} -> ${next.file}`)].join('\n\n')
}
