import type { Pools } from './pools.ts'
import type { ForecastProblem } from './problem.ts'
import { type ForecastProgram, key, type Way } from './program.ts'

/** What a solved forecast decides. */
export interface Decisions {
  /** By workload and month. */
  readonly ways: readonly (readonly Way[])[]
  /** Machines committed to, in order of month and source. */
  readonly bought: readonly Purchase[]
  /** Machines that the classes draw, by month. */
  readonly draws: readonly (readonly Draw[])[]
}

export interface Purchase {
  readonly source: number
  readonly month: number
  readonly machines: number
}

/** Machines of a source that a class uses in a month. */
export interface Draw {
  readonly class: number
  readonly source: number
  readonly machines: number
}

/** Reads the answer of a solved program. Numbers of machines are whole: no solver's dust reaches a reader. */
export function decisionsOf(
  problem: ForecastProblem,
  pools: Pools,
  { ways, bought, used, rented, lanes }: ForecastProgram,
  values: readonly number[],
): Decisions {
  const { sources, months, workloads } = problem
  const chosen: Way[][] = workloads.map(() => [])
  for (const { workload, month, way, variable } of ways) {
    if (values[variable]! > 0.5) chosen[workload]![month] = way
  }
  const purchases: Purchase[] = []
  for (const [source, variables] of bought) {
    for (const [month, variable] of variables.entries()) {
      const machines = Math.round(values[variable]!)
      if (machines > 0) purchases.push({ source, month, machines })
    }
  }
  purchases.sort((a, b) => a.month - b.month || a.source - b.source)

  const draws = Array.from({ length: months }, (_, t) => {
    const left = new Map(
      pools.committed.map((source) => {
        const lane = lanes.get(key(source, t))
        // Machines on which runs take turns, and those that a run has for itself, are not serving's.
        const own = chosen.reduce((sum, list) => {
          const way = list[t]!
          return sum + (way.type === 'committed' && way.source === source && !way.lane ? way.machines : 0)
        }, 0)
        return [source, atHand(problem, purchases, source, t) - own - (lane === undefined ? 0 : laneWidth(chosen, source, t))]
      }),
    )
    const list: Draw[] = []
    const needs = pools.classes.map((_, c) => machinesOf(chosen, c, t))
    const draw = (c: number, source: number, wanted: number): void => {
      const machines = Math.min(wanted, needs[c]!, left.get(source) ?? Number.POSITIVE_INFINITY)
      if (machines <= 0) return
      list.push({ class: c, source, machines })
      needs[c]! -= machines
      if (left.has(source)) left.set(source, left.get(source)! - machines)
    }
    const asked = (map: ReadonlyMap<string, number>, c: number, source: number): number =>
      Math.round(values[map.get(key(c, source, t)) ?? -1] ?? 0)
    for (const [c, { committed }] of pools.classes.entries()) {
      for (const source of committed) draw(c, source, asked(used, c, source))
    }
    for (const [c, { committed, hourly }] of pools.classes.entries()) {
      // A solver may leave a machine idle that costs nothing more to use.
      for (const source of committed) {
        if (sources[source]!.runningUsdPerMonth === 0) draw(c, source, needs[c]!)
      }
      for (const source of hourly) {
        const free = sources[source]!.limits.length === 0
        draw(c, source, free ? needs[c]! : asked(rented, c, source))
      }
      if (needs[c]! > 0) throw new Error(`month ${t}: class ${c} lacks ${needs[c]} machines of those that the program gave it`)
    }
    return merged(list)
  })
  return { ways: chosen, bought: purchases, draws }
}

/** Machines that a class needs in a month. */
export function machinesOf(ways: readonly (readonly Way[])[], c: number, month: number): number {
  return ways.reduce((sum, list) => {
    const way = list[month]!
    return sum + (way.type === 'pool' && way.class === c ? way.machines : 0)
  }, 0)
}

function merged(draws: readonly Draw[]): Draw[] {
  const sums = new Map<string, Draw>()
  for (const draw of draws) {
    const place = key(draw.class, draw.source)
    const known = sums.get(place)
    sums.set(place, known ? { ...known, machines: known.machines + draw.machines } : draw)
  }
  return [...sums.values()]
}

/** Machines of a committed source that are there in a month. */
export function atHand(
  { sources }: Pick<ForecastProblem, 'sources'>,
  bought: readonly Purchase[],
  source: number,
  month: number,
): number {
  const { existing, termMonths } = sources[source]!
  return bought
    .filter((each) => each.source === source && isActive(each.month, termMonths, month))
    .reduce((sum, { machines }) => sum + machines, existing)
}

/** Whether a purchase counts in a month; a term of 0 months never ends. */
export function isActive(from: number, termMonths: number, month: number): boolean {
  return from <= month && (termMonths === 0 || month < from + termMonths)
}

/** Machines on which the runs of a source take turns in a month. */
export function laneWidth(ways: readonly (readonly Way[])[], source: number, month: number): number {
  return Math.max(
    0,
    ...ways.map((list) => {
      const way = list[month]!
      return way.type === 'committed' && way.source === source && way.lane ? way.machines : 0
    }),
  )
}
