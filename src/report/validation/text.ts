import type { RecordKind } from '../../measurements/record.ts'
import type { Validation } from '../../measurements/validation.ts'
import { count } from '../../units.ts'
import { printable } from '../printable.ts'
import { type Style, styleFor } from '../style.ts'
import { table } from '../table.ts'
import { counted } from '../words.ts'
import { wrap } from '../wrap.ts'
import {
  BREAKDOWN_CELLS,
  breakdownTable,
  type Cells,
  overallTable,
  recordsTable,
  sidesText,
  verdictTable,
  wrongCalls,
} from './cells.ts'
import {
  type Breakdown,
  errorsByKind,
  isCompared,
  type KindErrors,
  leftOut,
  type Miss,
  verdicts,
  worst,
} from './overview.ts'
import { kindTitles, quantityWords, signedError } from './words.ts'

export interface ValidationTextOptions {
  readonly color: boolean
  /** Every record as a line of a table at the end, as wide as it needs to be. */
  readonly records?: boolean
}

/** Sources are many and each is one kind: they are left to the form for pull requests. */
const SHOWN_DIMENSIONS = ['model', 'engine', 'trainer', 'gpu', 'method']
/** Groups shown of one dimension. */
const MOST_GROUPS = 12

/** Errors by kind and by what records share, verdicts, the worst records and those left out, within 80 columns. */
export function validationText(validation: Validation, { color, records = false }: ValidationTextOptions): string {
  const style = styleFor(color)
  const shown = printable(validation)
  const kinds = errorsByKind(shown)
  const parts = [
    [style.title(headline(shown))],
    ...kinds.map((errors) => overallLines(errors, style)),
    verdictLines(shown, style),
    ...kinds.flatMap((errors) => breakdownParts(errors, style)),
    worstLines(worst(shown.records), style),
    leftOutLines(shown, style),
    records ? [style.title('Records'), ...lines(recordsTable(shown.records), style, Number.POSITIVE_INFINITY)] : [],
  ]
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}

/** How many records there are, and of how many nothing can be said. */
export function headline({ records }: Validation): string {
  const compared = records.filter(isCompared).length
  return `${counted(records.length, 'measured run')}: ${count(compared)} compared, ${count(records.length - compared)} left out`
}

function overallLines({ kind, records, overall }: KindErrors, style: Style): string[] {
  return [style.title(`${kindTitles[kind]}, ${counted(records, 'run')}`), ...lines(overallTable(overall), style)]
}

function breakdownParts({ kind, breakdowns }: KindErrors, style: Style): string[][] {
  return breakdowns
    .filter(({ dimension }) => SHOWN_DIMENSIONS.includes(dimension))
    .map((breakdown) => breakdownLines(kind, breakdown, style))
}

function breakdownLines(kind: RecordKind, breakdown: Breakdown, style: Style): string[] {
  const { dimension, groups } = breakdown
  const hidden = groups.length - MOST_GROUPS
  const cut = { ...breakdown, groups: groups.slice(0, MOST_GROUPS) }
  return [
    style.title(`${kindTitles[kind]} by ${dimension}: ${BREAKDOWN_CELLS}`),
    ...lines(breakdownTable(cut), style),
    ...(hidden > 0 ? [style.faint(`${counted(hidden, 'more row')} with --format markdown or json`)] : []),
  ]
}

function verdictLines({ records }: Validation, style: Style): string[] {
  const all = verdicts(records)
  if (all.length === 0) return []
  const wrong = all.map(wrongCalls).filter((sentence) => sentence !== null)
  return [
    style.title('Whether runs start'),
    ...lines(verdictTable(all), style),
    ...wrong.flatMap((sentence) => wrap(sentence, '· ')),
  ]
}

/** Two lines a record: an id is never cut, since it is what one looks up. */
function worstLines(misses: readonly Miss[], style: Style): string[] {
  if (misses.length === 0) return []
  return [
    style.title('Furthest off (at most three of a kind and quantity)'),
    ...misses.flatMap((miss, index) => {
      const number = `${String(index + 1).padStart(2)}. `
      const { model, gpu, engine } = miss.record
      const what = `${quantityWords(miss.quantity).title} ${signedError(miss.signed)}: ${sidesText(miss)}`
      return [...wrap(miss.record.id, number), ...wrap(`${what} (${model}, ${gpu}, ${engine})`, '    ')]
    }),
  ]
}

function leftOutLines({ records }: Validation, style: Style): string[] {
  const reasons = leftOut(records)
  if (reasons.length === 0) return []
  return [
    style.title('Left out'),
    ...reasons.flatMap(({ reason, ids }) => wrap(`${count(ids.length)}: ${reason}: ${ids.join(', ')}`, '· ')),
  ]
}

function lines({ head, rows }: Cells, style: Style, columns?: number): string[] {
  const [titles = '', ...rest] = table(head, rows, columns)
  return [style.faint(titles), ...rest]
}
