import { blocks, bullets, escaped, markdownTable } from '../markdown/blocks.ts'
import { printable } from '../printable.ts'
import { compared, type Option } from './options.ts'
import { cellsOf, columns, lostCell, verdictMark, versusCell, whyNot } from './table.ts'

/** Options side by side for a pull request, and under the table why some have no plan. */
export function compareMarkdown(title: string, options: readonly Option[]): string {
  const rows = printable(compared(options))
  const cells = cellsOf(rows)
  const head = [
    { title: '' },
    { title: 'option' },
    ...columns(rows),
    { title: 'vs best', align: 'right' },
    { title: 'lost on' },
  ] as const
  const lines = rows.map((row) => [verdictMark(row), row.option, ...cells(row), versusCell(row), lostCell(row)])
  const reasons = rows.map(whyNot).filter((reason) => reason !== null)
  return blocks([
    `## ${escaped(title)}`,
    markdownTable(head, lines),
    ...(reasons.length === 0 ? [] : [bullets(reasons)]),
  ])
}
