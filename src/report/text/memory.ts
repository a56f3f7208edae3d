import { fixed, gib } from '../../units.ts'
import { memoryBand } from '../accuracy.ts'
import { type AnyPlan, kindOf } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { pad, wrap } from '../wrap.ts'

const NAME_COLUMNS = 14
const SIZE_COLUMNS = 10
const BAR_COLUMNS = 40
const SHARE_COLUMNS = 6
/** From here on a decimal of the share says nothing and takes room. */
const MANY_TIMES = 10

/** Every term of the fullest GPU with its share of what its driver reports, their total, and what stays free. */
export function memoryBars(plan: AnyPlan, style: Style): string[] {
  const { capacity_bytes, total_bytes, free_bytes, terms } = plan.memory
  const shown = terms.filter((term) => term.bytes > 0)
  // A terabyte too much is wider than the column: the bars give way.
  const sizes = Math.max(
    SIZE_COLUMNS,
    ...[...shown.map((term) => term.bytes), total_bytes].map((each) => gib(each).length + 1),
  )
  const size = (name: string, bytes: number): string => `  ${pad(name, NAME_COLUMNS)}${pad(gib(bytes), sizes, 'right')}`
  const line = (name: string, bytes: number): string => {
    const share = capacity_bytes > 0 ? bytes / capacity_bytes : 0
    const percentage = pad(`${fixed(share * 100, share < MANY_TIMES ? 1 : 0)}%`, SHARE_COLUMNS, 'right')
    return `${size(name, bytes)}  ${bar(share, BAR_COLUMNS + SIZE_COLUMNS - sizes)} ${percentage}`
  }
  const notes = [...kindOf(plan).memoryNotes(plan), ...memoryBand(plan)]
  return [
    style.title(`Memory of the fullest GPU, ${gib(capacity_bytes)} as its driver reports`),
    ...shown.map((term) => line(term.name, term.bytes)),
    style.title(line('total', total_bytes)),
    free_bytes < 0 ? style.bad(size('short by', -free_bytes)) : size('free', free_bytes),
    ...(notes.length === 0 ? [] : wrap(notes.join(` ${MARKS.item} `), '  ')),
  ]
}

/** Full and empty cells. */
export function bar(share: number, columns = BAR_COLUMNS): string {
  const full = Math.min(columns, Math.max(0, Math.round(share * columns)))
  return '█'.repeat(full) + '░'.repeat(columns - full)
}
