import type { Plan } from '../../result/plan.ts'
import { fixed, gib } from '../../units.ts'
import type { Style } from '../style.ts'
import { pad } from '../wrap.ts'

const NAME_COLUMNS = 14
const SIZE_COLUMNS = 10
const BAR_COLUMNS = 40
const SHARE_COLUMNS = 6

/** Every term of the fullest GPU with its share of what its driver reports, their total, and what stays free. */
export function memoryBars(memory: Plan['memory'], style: Style): string[] {
  const { capacity_bytes, total_bytes, free_bytes, terms } = memory
  const line = (name: string, bytes: number): string => row(name, bytes, capacity_bytes)
  const rest =
    free_bytes < 0
      ? style.bad(`  ${pad('short by', NAME_COLUMNS)}${pad(gib(-free_bytes), SIZE_COLUMNS, 'right')}`)
      : `  ${pad('free', NAME_COLUMNS)}${pad(gib(free_bytes), SIZE_COLUMNS, 'right')}`
  return [
    style.title(`Memory of the fullest GPU, ${gib(capacity_bytes)} as its driver reports`),
    ...terms.filter((term) => term.bytes > 0).map((term) => line(term.name, term.bytes)),
    style.title(line('total', total_bytes)),
    rest,
  ]
}

function row(name: string, bytes: number, capacity: number): string {
  const share = capacity > 0 ? bytes / capacity : 0
  return `  ${pad(name, NAME_COLUMNS)}${pad(gib(bytes), SIZE_COLUMNS, 'right')}  ${bar(share)} ${pad(`${fixed(share * 100, 1)}%`, SHARE_COLUMNS, 'right')}`
}

/** Full and empty cells. */
export function bar(share: number, columns = BAR_COLUMNS): string {
  const full = Math.min(columns, Math.max(0, Math.round(share * columns)))
  return '█'.repeat(full) + '░'.repeat(columns - full)
}
