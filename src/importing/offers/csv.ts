import { PRICE_LIST_CELLS, PRICE_LIST_ROWS } from '../../limits.ts'
import { type InputError, inputError } from '../../scenario/diagnostic.ts'
import { count } from '../../units.ts'

/** A line of a CSV: its cells as text, and where it starts in the file (from 1; a cell may hold line breaks). */
export interface CsvRow {
  readonly line: number
  readonly cells: readonly string[]
}

export interface Csv {
  readonly header: CsvRow
  /** In the order of the file; blank lines are left out. */
  readonly rows: readonly CsvRow[]
  readonly delimiter: Delimiter
}

const DELIMITERS = [',', ';', '\t'] as const
export type Delimiter = (typeof DELIMITERS)[number]

/**
 * Reads a CSV as RFC 4180 writes it: quotes around cells, quotes doubled inside them, line breaks inside quotes; CRLF, LF and a byte
 * order mark are understood. The delimiter is that of the header: comma, semicolon or tab, whichever occurs most outside quotes.
 *
 * @throws InputError with the place for a text that is no CSV: a zero byte (binary, or UTF-16 without a byte order mark), a quote that
 * is not closed or that stands inside an unquoted cell, an empty file, more rows or cells than any price list has.
 */
export function readCsv(text: string, file: string): Csv {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (source.includes('\0')) {
    throw inputError('the file is not a CSV in UTF-8: it contains zero bytes', {
      position: { file },
      hint: 'save it as UTF-8; a binary or UTF-16 file looks like this',
    })
  }
  const delimiter = delimiterOf(source)
  const rows: CsvRow[] = []
  for (const row of rowsOf(source, delimiter, file)) {
    if (rows.length > PRICE_LIST_ROWS) throw tooMuch(`${count(PRICE_LIST_ROWS)} rows`, file, row.line)
    rows.push(row)
  }
  const header = rows.shift()
  if (header === undefined) throw inputError('the file is empty', { position: { file } })
  return { header, rows, delimiter }
}

function tooMuch(limit: string, file: string, line: number): InputError {
  return inputError(`the file holds too much: more than ${limit}`, { position: { file, line } })
}

function delimiterOf(source: string): Delimiter {
  const end = source.search(/[\r\n]/)
  const first = (end === -1 ? source : source.slice(0, end)).replace(/"[^"]*"/g, '')
  const occurrences = (delimiter: string): number => first.split(delimiter).length - 1
  return DELIMITERS.reduce((best, each) => (occurrences(each) > occurrences(best) ? each : best))
}

function* rowsOf(source: string, delimiter: Delimiter, file: string): Generator<CsvRow> {
  let at = 0
  let line = 1
  let number = 0
  while (at < source.length) {
    const start = line
    const cells: string[] = []
    let ended = false
    while (!ended) {
      let cell: string
      if (source[at] === '"') {
        const read = quoted(source, at, line, file)
        cell = read.cell
        at = read.end
        line = read.line
        const next = source[at]
        if (next !== undefined && next !== delimiter && next !== '\n' && next !== '\r') {
          throw inputError('not a valid CSV: text after a closing quote', {
            position: { file, line },
            hint: 'a quote inside a quoted cell is written twice',
          })
        }
      } else {
        const end = endOfCell(source, at, delimiter)
        cell = source.slice(at, end)
        at = end
      }
      cells.push(cell)
      number += 1
      if (number > PRICE_LIST_CELLS) throw tooMuch(`${count(PRICE_LIST_CELLS)} cells`, file, line)
      if (source[at] === delimiter) at += 1
      else {
        // CRLF, LF or a lone CR; at the end of the text neither is there.
        if (source[at] === '\r') at += 1
        if (source[at] === '\n') at += 1
        line += 1
        ended = true
      }
    }
    if (cells.length > 1 || cells[0]?.trim() !== '') yield { line: start, cells }
  }
}

function endOfCell(source: string, start: number, delimiter: Delimiter): number {
  let at = start
  while (at < source.length) {
    const character = source[at]
    if (character === delimiter || character === '\n' || character === '\r') break
    at += 1
  }
  return at
}

function quoted(
  source: string,
  start: number,
  startLine: number,
  file: string,
): { cell: string; end: number; line: number } {
  let cell = ''
  let from = start + 1
  for (;;) {
    const quote = source.indexOf('"', from)
    if (quote === -1) {
      throw inputError('not a valid CSV: a quote is opened and never closed', { position: { file, line: startLine } })
    }
    cell += source.slice(from, quote)
    if (source[quote + 1] !== '"') {
      const breaks = cell.split('\n').length - 1
      return { cell, end: quote + 1, line: startLine + breaks }
    }
    cell += '"'
    from = quote + 2
  }
}
