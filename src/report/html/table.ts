import type { Column } from '../table.ts'
import { type Html, html, type Value } from './html.ts'

/** A cell: a value, or one with the number by which its column is sorted. */
export type HtmlCell = Value | { readonly show: Value; readonly sort: number | null }

export interface TableOptions {
  /** What the table holds, for who hears it and over it where `title` is not shown otherwise. */
  readonly label: string
  /** Columns can be sorted by their heads, where scripts run. */
  readonly sortable?: boolean
  /** Rows become paragraphs on a phone: for tables of a few short columns that must be seen whole. */
  readonly cards?: boolean
  /** Place of the row that is marked. */
  readonly marked?: number
}

/** A table in a frame of its own, which scrolls where the page is too narrow. */
export function htmlTable(
  head: readonly Column[],
  rows: readonly (readonly HtmlCell[])[],
  options: TableOptions,
): Html {
  const { label, sortable = false, cards = false, marked = -1 } = options
  const scope = (column: Column): Html => html`<th scope="col"${right(column)}>${column.title}</th>`
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table${sortable ? html` class="sortable"` : cards ? html` class="cards"` : null}>
<thead><tr>${head.map(scope)}</tr></thead>
<tbody>${rows.map(
    (
      row,
      index,
    ) => html`<tr${index === marked ? html` class="chosen"` : null}>${head.map((column, place) => cell(row[place] ?? '', column))}</tr>
`,
  )}</tbody></table></div>`
}

/** Characters from which a text is broken into lines: on paper, and on any page. */
const MIDDLE = 15
const LONG = 36

function cell(value: HtmlCell, column: Column): Html {
  if (typeof value === 'object' && value !== null && 'show' in value) {
    const key = value.sort === null ? null : html` data-sort="${value.sort}"`
    return html`<td${right(column)}${key}>${value.show}</td>`
  }
  return html`<td${right(column) ?? breaking(value)}>${value}</td>`
}

function breaking(value: Value): Html | null {
  if (typeof value !== 'string' || value.length < MIDDLE) return null
  return value.length < LONG ? html` class="middle"` : html` class="long"`
}

function right(column: Column): Html | null {
  return column.align === 'right' ? html` class="number"` : null
}
