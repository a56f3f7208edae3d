import { printable } from '../printable.ts'
import { MARKS, styleFor } from '../style.ts'
import { table } from '../table.ts'
import { wrap } from '../wrap.ts'
import { type Compared, compared, type Option } from './options.ts'
import { cellsOf, columns, lostCell, verdictMark, versusCell, whyNot } from './table.ts'

/** Options side by side within 80 columns: the cheapest ticked, under the table why the others have no plan. */
export function compareText(title: string, options: readonly Option[], color: boolean): string {
  const style = styleFor(color)
  const rows = printable(compared(options))
  const cells = cellsOf(rows)
  const head = [{ title: '  option', least: 24 }, ...columns(rows), { title: 'vs best', least: 8 }]
  const [titles, ...lines] = table(
    head,
    rows.map((row) => [`${verdictMark(row) || ' '} ${row.option}`, ...cells(row), standing(row)]),
  )
  const marked = lines.map((line, index) => {
    const row = rows[index]!
    return row.cheapest ? style.good(line) : row.status === 'optimal' ? line : style.bad(line)
  })
  const reasons = rows.map(whyNot).filter((reason) => reason !== null)
  const parts = [
    [...wrap(printable(title)).map(style.title), style.faint(titles!), ...marked],
    reasons.flatMap((reason) => wrap(reason, `${MARKS.bad} `).map(style.bad)),
  ]
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`
}

/** One column for the narrow screen: the price beside the cheapest, or what kept the option out. */
function standing(row: Compared): string {
  return row.status === 'optimal' ? versusCell(row) : lostCell(row)
}
