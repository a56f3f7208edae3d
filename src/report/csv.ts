import type { Plan, ServeResult, Violation } from '../result/plan.ts'
import { type Cell, FIELDS } from './csv-fields.ts'

const LEADING = ['scenario', 'status', 'role', 'rank']

/**
 * One table for all scenarios, a row a plan: `role` is best, alternative or near_miss, `rank` counts within the role. A
 * scenario without any plan has one row with the role `none`. The comparison of scenarios is the rows with the role best.
 */
export function csvReport(results: readonly ServeResult[]): string {
  return csv([[...LEADING, ...Object.keys(FIELDS), 'misses'], ...results.flatMap(rowsOf)])
}

function rowsOf(result: ServeResult): Cell[][] {
  const row = (role: string, rank: number | null, plan: Plan | null, violations: readonly Violation[] = []): Cell[] => [
    result.scenario,
    result.status,
    role,
    rank,
    ...Object.values(FIELDS).map((field) => (plan === null ? null : field(plan))),
    violations.map(({ constraint, by, unit }) => `${constraint} by ${by} ${unit}`.trimEnd()).join('; '),
  ]
  return [
    result.best === null ? row('none', null, null) : row('best', 1, result.best),
    ...result.alternatives.map((plan, index) => row('alternative', index + 1, plan)),
    ...result.near_misses.map(({ plan, violations }, index) => row('near_miss', index + 1, plan, violations)),
  ]
}

/** Rows as RFC 4180: CRLF after each, quotes where a cell needs them. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/**
 * A number as it is, a text quoted where it holds a comma, quote or line break. A text that a spreadsheet would run as a
 * formula (it starts with `=`, `+`, `-`, `@`, tab or carriage return) gets an apostrophe in front.
 */
function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const inert = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
