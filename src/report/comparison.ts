import type { Cell } from './csv-fields.ts'
import { type AnyResult, kindOfResult, kinds } from './kinds/index.ts'
import { printable } from './printable.ts'
import { type Style, styleFor } from './style.ts'
import { type Column, table } from './table.ts'

/** One scenario of several in the figures that people compare. */
export function compare(result: AnyResult): Record<string, Cell> {
  const { scenario, status, best } = result
  return { scenario, status, ...kindOfResult(result).comparisonFields(best) }
}

/** Scenarios of one kind side by side: titles, and a row each. */
export interface ComparisonTable {
  readonly title: string
  readonly head: readonly Column[]
  readonly rows: readonly (readonly string[])[]
  readonly results: readonly AnyResult[]
}

/** A table for each kind that occurs, in the order of the kinds. */
export function comparisonTables(results: readonly AnyResult[]): ComparisonTable[] {
  const present = Object.entries(kinds).flatMap(([name, kind]) => {
    const own = results.filter((result) => result.kind === name)
    return own.length === 0 ? [] : [{ name, kind, own }]
  })
  return present.map(({ name, kind, own }) => ({
    title: present.length === 1 ? 'Comparison' : `Comparison, ${name}`,
    head: [{ title: 'scenario', least: 24 }, ...kind.comparison, { title: 'status' }],
    rows: own.map((result) => [
      result.scenario,
      ...kind.comparisonRow(result.best),
      result.status === 'optimal' ? 'ok' : 'no plan',
    ]),
    results: own,
  }))
}

/** The scenarios side by side within 80 columns. */
export function comparisonText(results: readonly AnyResult[], options: { readonly color: boolean }): string {
  const style = styleFor(options.color)
  return comparisonTables(printable(results))
    .map((each) => `${lines(each, style).join('\n')}\n`)
    .join('\n')
}

function lines({ title, head, rows, results }: ComparisonTable, style: Style): string[] {
  const [titles, ...cells] = table(head, rows)
  const marked = cells.map((line, index) => (results[index]!.status === 'optimal' ? line : style.bad(line)))
  return [style.title(title), style.faint(titles!), ...marked]
}
