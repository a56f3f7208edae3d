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
 * `columns`, those that may be cut give way, the last of them first.
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
  for (let index = head.length - 1; index >= 0 && excess > 0; index--) {
    const least = head[index]!.least
    if (least === undefined) continue
    const cut = Math.min(excess, Math.max(0, widths[index]! - least))
    widths[index]! -= cut
    excess -= cut
  }
}
