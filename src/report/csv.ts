import type { Violation } from '../result/plan.ts'
import { visibleLines } from '../visible.ts'
import type { Cell } from './csv-fields.ts'
import { type AnyPlan, type AnyResult, kindOfResult } from './kinds/index.ts'

const LEADING = ['scenario', 'status', 'role', 'rank']

/**
 * One table for all scenarios, a row a plan: `role` is best, alternative, pareto (training) or near_miss, `rank` counts within the
 * role. A scenario without any plan has one row with the role `none`. The comparison of scenarios is the rows with the role best.
 * Scenarios of several kinds share the columns that they have in common; a field that a kind does not have is empty.
 */
export function csvReport(results: readonly AnyResult[]): string {
  const columns = [...new Set(results.flatMap((result) => kindOfResult(result).csvColumns))]
  return csv([[...LEADING, ...columns, 'misses'], ...results.flatMap((result) => rowsOf(result, columns))])
}

function rowsOf(result: AnyResult, columns: readonly string[]): Cell[][] {
  const kind = kindOfResult(result)
  const row = (
    role: string,
    rank: number | null,
    plan: AnyPlan | null,
    violations: readonly Violation[] = [],
  ): Cell[] => {
    const record = plan === null ? {} : kind.csvRecord(plan)
    const cells = columns.map((name) => record[name] ?? null)
    return [result.scenario, result.status, role, rank, ...cells, missesCell(violations)]
  }
  return [
    result.best === null ? row('none', null, null) : row('best', 1, result.best),
    ...result.alternatives.map((plan, index) => row('alternative', index + 1, plan)),
    ...(kind.front === null ? [] : result.pareto.map((plan, index) => row('pareto', index + 1, plan))),
    ...result.near_misses.map(({ plan, violations }, index) => row('near_miss', index + 1, plan, violations)),
  ]
}

/** `memory by 6657199308 bytes; tpot by 12.04 ms`. */
export function missesCell(violations: readonly Violation[]): string {
  return violations.map(({ constraint, by, unit }) => `${constraint} by ${by} ${unit}`.trimEnd()).join('; ')
}

/** Rows as RFC 4180: CRLF after each, quotes where a cell needs them. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/**
 * A number as it is; a text quoted where it holds a comma, quote or line break, what cannot be shown written out. A text that a
 * spreadsheet would run as a formula (it starts with `=`, `+`, `-`, `@`, also in full width, tab or line break; OWASP, CSV injection)
 * gets an apostrophe in front.
 */
function cell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const shown = visibleLines(value)
  const inert = /^[=+\-@\t\n＝＋－＠]/.test(shown) ? `'${shown}` : shown
  return /[",\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}
