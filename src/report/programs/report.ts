import type { Cell } from '../csv-fields.ts'
import type { TextOptions } from '../text.ts'

/** How results of a kind that places or budgets several workloads are told. A kind adds its own in `index.ts`. */
export interface ProgramReport<R> {
  text(result: R, options: TextOptions): string
  /** Blocks for a pull request, the headline first. */
  markdown(result: R, options: { readonly explain?: boolean }): string[]
  /** Titles of the table, with units in the names. */
  readonly csvColumns: readonly string[]
  csvRows(result: R): readonly (readonly Cell[])[]
  /** US dollars by which `--max-cost` is judged; null where there is no plan. */
  price(result: R): number | null
  /** The same with what it pays for: `$9.96/h`. */
  priceText(usd: number): string
}
