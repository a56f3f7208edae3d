import type { ProgramBuilder, Term } from '../solver/program.ts'
import { HOURS_PER_MONTH } from './pools.ts'
import type { WayVariable } from './ways.ts'

/** A name of several numbers. */
export const key = (...parts: readonly number[]): string => parts.join(' ')

/** Adds a term to the list at a place. */
export function append(map: Map<string, Term[]>, place: string, term: Term): void {
  const terms = map.get(place)
  if (terms) terms.push(term)
  else map.set(place, [term])
}

/**
 * Runs that take turns on a group's machines keep as many as the widest of them needs, for no longer than the month; a run of more hours
 * than the month has keeps its machines for itself.
 * @param take told what runs take of a group in a month
 */
export function laneRows(
  builder: ProgramBuilder,
  ways: readonly WayVariable[],
  take: (group: number, month: number, term: Term) => void,
): void {
  const lanes = new Map<string, { lane: number; hours: Term[]; widths: Map<number, Term[]> }>()
  for (const { workload, month, way, variable } of ways) {
    if (way.type !== 'committed') continue
    if (!way.lane) {
      take(way.group, month, [variable, way.machines])
      continue
    }
    const place = key(way.group, month)
    let known = lanes.get(place)
    if (known === undefined) {
      known = { lane: builder.variable(`lane ${place}`), hours: [], widths: new Map() }
      lanes.set(place, known)
      take(way.group, month, [known.lane, 1])
    }
    known.hours.push([variable, way.hours])
    const own = known.widths.get(workload) ?? []
    own.push([variable, -way.machines])
    known.widths.set(workload, own)
  }
  for (const [place, { lane, hours, widths }] of lanes) {
    builder.constraint(`hours ${place}`, hours, { upper: HOURS_PER_MONTH }, null)
    for (const [w, own] of widths) {
      builder.constraint(`width ${place} ${w}`, [[lane, 1], ...own], { lower: 0 }, null)
    }
  }
}
