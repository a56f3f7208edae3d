import { resultVersion } from '../../result/version.ts'
import { csv, missesCell } from '../csv.ts'
import { json } from '../json.ts'
import type { CompareDocument } from './document.ts'
import { type Compared, compared, type Option, record } from './options.ts'

/** One document: the options in order with their verdicts, and the names of the cheapest. */
export function compareJson(options: readonly Option[], by: string | null): string {
  const rows = compared(options)
  return json<CompareDocument>({
    version: resultVersion,
    by,
    cheapest: rows.filter((row) => row.cheapest).map((row) => row.option),
    comparison: rows.map((row) => ({ ...record(row), violations: row.violations, errors: row.errors })),
  })
}

/** A row an option, in order. */
export function compareCsv(options: readonly Option[]): string {
  const rows = compared(options)
  const cells = (row: Compared) => ({
    ...record(row),
    cheapest: String(row.cheapest),
    lost_on: row.lostOn.join('; '),
    misses: missesCell(row.violations),
    errors: row.errors.join('; '),
  })
  const [first] = rows
  if (first === undefined) return ''
  return csv([Object.keys(cells(first)), ...rows.map((row) => Object.values(cells(row)))])
}
