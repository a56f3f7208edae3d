import { pad, SCREEN_COLUMNS, truncate, width } from './wrap.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be cut, down to so many columns, when the table is too wide. Absent: never cut. */
  readonly least?: number
}

/** Blanks between two columns. */
const GAP = 2

/**
 * A table of aligned cells, the titles first. Columns are as wide as their longest cell; where the whole is wider than
 * `columns`, the widest of those that may be cut give way first.
 *
 * @returns lines without trailing blanks
 */
export function table(
  head: readonly Column[],
  rows: readonly (readonly string[])[],
  columns = SCREEN_COLUMNS,
): string[] {
  const all = [head.map((column) => column.title), ...rows]
  const widths = head.map((_, index) => Math.max(...all.map((row) => width(row[index] ?? ''))))
  shrink(head, widths, columns - GAP * (head.length - 1))
  return all.map((row) =>
    head
      .map((column, index) => pad(truncate(row[index] ?? '', widths[index]!), widths[index]!, column.align))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

function shrink(head: readonly Column[], widths: number[], available: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) - available
  while (excess > 0) {
    let widest = -1
    for (const [index, column] of head.entries()) {
      if (column.least === undefined || widths[index]! <= column.least) continue
      if (widest < 0 || widths[index]! > widths[widest]!) widest = index
    }
    if (widest < 0) return
    widths[widest]! -= 1
    excess -= 1
  }
}
