import type { Diff } from '../../diff/diff.ts'
import type { Change } from '../../diff/fact.ts'
import type { Judgement } from '../../diff/gate.ts'
import { printable } from '../printable.ts'
import { MARKS, type Style, styleFor } from '../style.ts'
import { type Column, table } from '../table.ts'
import { pad, SCREEN_COLUMNS, width, wrap } from '../wrap.ts'
import {
  bySection,
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

export const MONEY_COLUMNS: readonly Column[] = [
  { title: 'US dollars', least: 12 },
  { title: 'old', align: 'right' },
  { title: 'new', align: 'right' },
  { title: 'change', align: 'right' },
  { title: '', align: 'right' },
]

/** Comparisons for the screen: money first, then what changed, then what the gates say. */
export function diffText(
  diffs: readonly Diff[],
  judgements: readonly (readonly Judgement[])[],
  options: { readonly color: boolean },
): string {
  const style = styleFor(options.color)
  const shown = printable(diffs)
  const parts = shown.map((diff, index) => one(diff, judgements[index] ?? [], style).join('\n'))
  if (shown.length > 1) parts.push(overview(shown, style).join('\n'))
  return `${parts.join(`\n\n${'─'.repeat(SCREEN_COLUMNS)}\n\n`)}\n`
}

function one(diff: Diff, judgements: readonly Judgement[], style: Style): string[] {
  const title = wrap(`${diff.scenario}: ${diff.identical ? 'no changes' : headlineText(diff)}`).map(style.title)
  const gates = judgements.flatMap((each) =>
    wrap(judgementText(each), `${each.failed ? MARKS.bad : MARKS.good} `).map(each.failed ? style.bad : style.good),
  )
  if (diff.identical) return [...title, ...gates]
  const effects = effectsText(diff)
  const sections = bySection(diff.changes)
  return [
    ...title,
    style.faint(`${diff.old.file} -> ${diff.new.file}`),
    ...(diff.money.length === 0 ? [] : ['', ...moneyTable(diff, style)]),
    ...(effects === null ? [] : ['', ...wrap(effects)]),
    ...(sections.length === 0
      ? []
      : ['', style.faint(`${SIGNS.changed} changed, ${SIGNS.added} added, ${SIGNS.removed} removed`)]),
    ...sections.flatMap(({ section, changes }) => ['', style.title(sectionTitle(section)), ...lines(changes, style)]),
    ...(gates.length === 0 ? [] : ['', ...gates]),
  ]
}

function moneyTable({ money }: Diff, style: Style): string[] {
  const [titles = '', ...rows] = table(
    MONEY_COLUMNS,
    money.map((line) => [
      figureName(line),
      moneyCell(line.old, line.unit),
      moneyCell(line.new, line.unit),
      deltaCell(line),
      shareCell(line),
    ]),
  )
  const painted = rows.map((row, index) => {
    const delta = money[index]?.delta ?? 0
    return delta > 0 ? style.bad(row) : delta < 0 ? style.good(row) : row
  })
  return [style.faint(titles), ...painted]
}

/** Names as wide as the longest that leaves room for values. */
const NAME_COLUMNS = 26

function lines(changes: readonly Change[], style: Style): string[] {
  const named = changes.map((change) => ({ change, key: keyText(change), value: valueText(change) }))
  const columns = Math.min(NAME_COLUMNS, Math.max(...named.map(({ key }) => width(key))))
  return named.flatMap(({ change, key, value }) => {
    const sign = SIGNS[change.change]
    const paint = change.change === 'added' ? style.good : change.change === 'removed' ? style.bad : style.doubtful
    const head = `${sign} ${pad(key, columns)}`
    const text =
      value === ''
        ? wrap(key, `${sign} `)
        : width(key) > columns
          ? wrap(`${key}: ${value}`, `${sign} `)
          : wrap(value, `${head}  `)
    return text.map((line, index) => (index === 0 ? `${paint(sign)}${line.slice(sign.length)}` : line))
  })
}

/** Several scenarios: their prices below each other. */
function overview(diffs: readonly Diff[], style: Style): string[] {
  const changed = diffs.filter((diff) => !diff.identical)
  const same = diffs.length - changed.length
  const head = [{ title: 'scenario', least: 16 }, ...MONEY_COLUMNS.slice(1, 4), { title: '', align: 'right' }] as const
  const rows = changed.map((diff) => {
    const [first] = diff.money
    if (first === undefined) return [diff.scenario, '-', '-', '', '']
    return [
      `${diff.scenario}, ${figureName(first)}`,
      moneyCell(first.old, first.unit),
      moneyCell(first.new, first.unit),
      deltaCell(first),
      shareCell(first),
    ]
  })
  const [titles = '', ...cells] = table(head, rows)
  return [
    style.title('All scenarios'),
    ...(rows.length === 0 ? [] : [style.faint(titles), ...cells]),
    ...(same === 0 ? [] : [`${same} of ${diffs.length} without changes`]),
  ]
}
