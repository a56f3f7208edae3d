import { nearest } from '../../catalog/suggest.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { Csv, CsvRow } from './csv.ts'

/** Control characters, line breaks among them: names of machines have none, and YAML and terminals would trip over them. */
const CONTROL = /[\p{Cc}\u2028\u2029]+/gu

/** Every digit can be read in one way only: otherwise a cell of digits that ends in a letter takes time that grows with its square. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** A row of a CSV whose cells are read by the name of their column. */
export class Row {
  readonly file: string
  readonly line: number
  readonly #cells: readonly string[]
  readonly #columns: ReadonlyMap<string, number>

  constructor(file: string, row: CsvRow, columns: ReadonlyMap<string, number>) {
    this.file = file
    this.line = row.line
    this.#cells = row.cells
    this.#columns = columns
  }

  /** The cell without blanks at its ends and on one line; empty where the file has no such column. */
  text(column: string): string {
    const index = this.#columns.get(column)
    return index === undefined ? '' : (this.#cells[index] ?? '').replace(CONTROL, ' ').trim()
  }

  /** The number of a cell; null where it is empty; undefined where it is anything but a finite number. */
  number(column: string): number | null | undefined {
    const text = this.text(column)
    if (text === '') return null
    const value = NUMBER.test(text) ? Number(text) : Number.NaN
    return Number.isFinite(value) ? value : undefined
  }
}

/** A CSV with its columns by name. */
export interface Table {
  readonly file: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Rows with more or fewer cells than the header: what stands in which column is not known. */
  readonly ragged: readonly { readonly line: number; readonly cells: number }[]
}

/** @throws InputError for a column that is named twice: which of them counts would be a guess. */
export function tableOf(csv: Csv, file: string): Table {
  const columns = csv.header.cells.map((name) => name.trim())
  const index = new Map<string, number>()
  for (const [at, name] of columns.entries()) {
    if (name !== '' && index.has(name)) {
      throw inputError(`the column ${JSON.stringify(name)} occurs twice`, { position: { file, line: csv.header.line } })
    }
    index.set(name, at)
  }
  const rows: Row[] = []
  const ragged: { line: number; cells: number }[] = []
  for (const row of csv.rows) {
    if (row.cells.length === columns.length) rows.push(new Row(file, row, index))
    else ragged.push({ line: row.line, cells: row.cells.length })
  }
  return { file, columns, rows, ragged }
}

/** What a person may have meant by a column that the form does not know. */
export function nearestColumn(name: string, known: readonly string[]): string | undefined {
  return nearest(name, known)[0]
}
