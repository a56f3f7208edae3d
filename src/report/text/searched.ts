import { entryOf } from '../../table.ts'
import { count } from '../../units.ts'
import type { AnyResult } from '../kinds/index.ts'
import { MARKS, type Style } from '../style.ts'
import { label } from '../words.ts'
import { pad, wrap } from '../wrap.ts'

/** What each bound proves about the configurations that it leaves out. */
const BOUNDS: Readonly<Record<string, string>> = {
  price_bound: 'cannot cost less than a plan already found',
  cost_per_token_bound: 'cannot cost less a token than a plan already found',
  time_bound: 'cannot be faster than a plan already found',
  latency_bound: 'cannot be faster than a plan already found',
  gpus_bound: 'cannot take fewer GPUs than a plan already found',
  energy_bound: 'cannot take less power than a plan already found',
}

export interface SearchedRow {
  readonly count: number
  readonly name: string
  readonly reason: string
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, each) => total + each, 0)

/** Considered = refused + not worth evaluating + feasible; the feasible ones hold the chosen one. */
export function searchedSummary({ search, best }: AnyResult): string {
  return [
    `${count(search.space)} considered`,
    `${count(sum(search.rejected))} refused`,
    `${count(sum(search.pruned))} cannot win`,
    `${count(search.feasible)} feasible`,
    `${best === null ? 'none' : 1} chosen`,
  ].join(` ${MARKS.item} `)
}

/** Why configurations fell out, by constraint and bound, most first. The counts and the feasible ones add up to the space. */
export function searchedRows({ search, constraints }: AnyResult): SearchedRow[] {
  const refused = Object.entries(search.rejected).map(([name, number]) => ({
    count: number,
    name: label(name),
    reason: entryOf(constraints, name) ?? 'refused',
  }))
  const pruned = Object.entries(search.pruned).map(([name, number]) => ({
    count: number,
    name: label(name),
    reason: entryOf(BOUNDS, name) ?? 'cannot be better than a plan already found',
  }))
  return [...refused, ...pruned]
    .filter((row) => row.count > 0)
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}

/** What was searched, and under which names the rest fell out; with `reasons` each name has its sentence. */
export function searched(result: AnyResult, style: Style, reasons: boolean): string[] {
  const rows = searchedRows(result)
  const head = [style.title('Searched'), ...wrap(searchedSummary(result))]
  if (!reasons) {
    if (rows.length === 0) return head
    const fell = rows.map((row) => `${row.name} ${count(row.count)}`).join(` ${MARKS.item} `)
    return [...head, ...wrap(`fell out by: ${fell} (--explain says why)`)]
  }
  const numbers = Math.max(0, ...rows.map((row) => count(row.count).length))
  const names = Math.max(0, ...rows.map((row) => row.name.length))
  return [
    ...head,
    ...rows.flatMap((row) =>
      wrap(row.reason, `  ${pad(count(row.count), numbers, 'right')}  ${pad(row.name, names)}  `),
    ),
  ]
}
