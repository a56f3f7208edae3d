import type { SummaryRow, ValidatedRecord } from '../../measurements/validation.ts'
import { count, percent } from '../../units.ts'
import type { Column } from '../table.ts'
import { type Breakdown, comparisons, type Miss, type Verdict } from './overview.ts'
import { errorPercent, kindTitles, quantityWords, shortPercent, signedError } from './words.ts'

/*
 * The tables of a validation as heads and rows of text: what the report for a terminal and the one for a pull request share.
 */

export interface Cells {
  readonly head: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

const right = (title: string): Column => ({ title, align: 'right' })

/** Errors of a kind over all its records. */
export function overallTable(rows: readonly SummaryRow[]): Cells {
  return {
    head: [{ title: 'quantity' }, right('runs'), right('median'), right('p90'), right('bias')],
    rows: rows.map((row) => [
      quantityWords(row.quantity).title,
      count(row.count),
      errorPercent(row.median),
      errorPercent(row.p90),
      signedError(row.bias),
    ]),
  }
}

/** What the cells of a breakdown hold. */
export const BREAKDOWN_CELLS = 'median/p90 % (runs)'

/** A line a group, a column a quantity: `0.05/1.2 (34)`. */
export function breakdownTable({ dimension, quantities, groups }: Breakdown): Cells {
  return {
    head: [{ title: dimension, least: 12 }, ...quantities.map(breakdownColumn)],
    rows: groups.map(({ name, rows }) => [name, ...rows.map(errorsCell)]),
  }
}

/** Columns that a narrow screen has room for; further ones are shown where they fit. */
const SURE_COLUMNS = 3

function breakdownColumn(quantity: string, index: number): Column {
  return { ...right(quantityWords(quantity).short), spare: index >= SURE_COLUMNS }
}

function errorsCell(row: SummaryRow | null): string {
  return row === null ? '-' : `${shortPercent(row.median)}/${shortPercent(row.p90)} (${count(row.count)})`
}

/** How often a start or a failure is called rightly. */
export function verdictTable(rows: readonly Verdict[]): Cells {
  return {
    head: [{ title: 'runs' }, { title: 'call' }, right('right'), right('right with headroom')],
    rows: rows.map(({ kind, started, runs, right, rightWithHeadroom }) => [
      `${kindTitles[kind]}, ${started ? 'started' : 'failed'}`,
      started ? 'fits' : 'does not fit',
      ofRuns(right, runs),
      rightWithHeadroom === null ? '-' : ofRuns(rightWithHeadroom, runs),
    ]),
  }
}

function ofRuns(right: number, runs: number): string {
  return `${count(right)} of ${count(runs)} (${percent(right / runs)})`
}

/** Runs that were called wrongly, in a sentence; null where there is none. */
export function wrongCalls({ kind, started, wrong }: Verdict): string | null {
  if (wrong.length === 0) return null
  const call = started ? 'started, called "does not fit"' : 'failed, called "fits"'
  return `${kindTitles[kind]}, ${call}: ${wrong.map(({ id }) => id).join(', ')}`
}

/** `predicted 35.1 ms, measured 24.5 ms`; nothing where the error is not of a figure. */
export function sidesText({ quantity, predicted, measured }: Miss): string {
  const print = printSide(quantity)
  return `predicted ${print(predicted)}, measured ${print(measured)}`
}

/** Every compared figure of every record, and its verdict. */
export function recordsTable(records: readonly ValidatedRecord[]): Cells {
  return {
    head: [
      { title: 'record' },
      { title: 'quantity' },
      right('predicted'),
      right('measured'),
      right('error'),
      { title: 'gpu' },
      { title: 'engine' },
    ],
    rows: records.flatMap((record) => [...figureRows(record), ...verdictRow(record)]),
  }
}

function figureRows(record: ValidatedRecord): string[][] {
  return comparisons(record).map((miss) => {
    const print = printSide(miss.quantity)
    return [
      record.id,
      quantityWords(miss.quantity).title,
      print(miss.predicted),
      print(miss.measured),
      signedError(miss.signed),
      record.gpu,
      record.engine,
    ]
  })
}

function verdictRow({ id, predicted, measured, skipped, gpu, engine }: ValidatedRecord): string[][] {
  if (skipped !== undefined || predicted.fits === undefined) return []
  const right = predicted.fits === (measured.outcome === 'ok')
  const call = predicted.fits ? 'fits' : 'does not fit'
  return [[id, 'verdict', call, measured.outcome, right ? 'right' : 'wrong', gpu, engine]]
}

/** A room is printed as such, also where its error is a share of the GPU's memory. */
function printSide(quantity: string): (value: number | undefined) => string {
  const { print } = quantityWords(quantity === 'kv_cache_of_gpu' ? 'kv_cache_gib' : quantity)
  return (value) => (value === undefined ? '-' : print(value))
}
