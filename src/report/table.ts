import { pad, SCREEN_COLUMNS, truncate, width } from './wrap.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** May be cut, down to so many columns, when the table is too wide. Absent: never cut. */
  readonly least?: number
  /** May be left out, before anything is cut. */
  readonly spare?: boolean
}

/** Blanks between two columns. */
const GAP = 2

/**
 * A table of aligned cells, the titles first. Columns are as wide as their longest cell; where the whole is wider than
 * `columns`, spare columns are left out and those that may be cut give way, the last of them first.
 *
 * @returns lines without trailing blanks
 */
export function table(
  head: readonly Column[],
  rows: readonly (readonly string[])[],
  columns = SCREEN_COLUMNS,
): string[] {
  const all = [head.map((column) => column.title), ...rows]
  const natural = head.map((_, index) => all.reduce((most, row) => Math.max(most, width(row[index] ?? '')), 0))
  const kept = affordable(head, natural, columns)
  const widths = natural.filter((_, index) => kept.includes(index))
  const shown = kept.map((index) => head[index]!)
  shrink(shown, widths, columns - GAP * (shown.length - 1))
  return all.map((row) =>
    shown
      .map((column, place) => pad(truncate(row[kept[place]!] ?? '', widths[place]!), widths[place]!, column.align))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

/** Indices of the columns that stay. Spare ones go, the last of them first, until nothing else need be cut. */
function affordable(head: readonly Column[], widths: readonly number[], columns: number): number[] {
  let kept = head.map((_, index) => index)
  while (kept.reduce((sum, index) => sum + widths[index]! + GAP, -GAP) > columns) {
    const dropped = kept.findLast((index) => head[index]!.spare === true)
    if (dropped === undefined) break
    kept = kept.filter((index) => index !== dropped)
  }
  return kept
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
