import { key } from './lanes.ts'
import type { Pools } from './pools.ts'
import type { ForecastProblem } from './problem.ts'
import type { ForecastProgram } from './program.ts'
import type { Way } from './ways.ts'

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

/** Machines that a class uses in a month: of a committed group, or rented from a source. */
export interface Draw {
  readonly class: number
  readonly from: { readonly group: number } | { readonly source: number }
  readonly machines: number
}

/** Reads the answer of a solved program. Numbers of machines are whole: no solver's dust reaches a reader. */
export function decisionsOf(
  problem: ForecastProblem,
  pools: Pools,
  program: ForecastProgram,
  values: readonly number[],
): Decisions {
  const ways: Way[][] = problem.workloads.map(() => [])
  for (const { workload, month, way, variable } of program.ways) {
    if (values[variable]! > 0.5) ways[workload]![month] = way
  }
  const bought: Purchase[] = []
  for (const [source, variables] of program.bought) {
    for (const [month, variable] of variables.entries()) {
      const machines = Math.round(values[variable]!)
      if (machines > 0) bought.push({ source, month, machines })
    }
  }
  bought.sort((a, b) => a.month - b.month || a.source - b.source)
  const draws = Array.from({ length: problem.months }, (_, t) =>
    drawsOf(problem, pools, program, values, ways, bought, t),
  )
  return { ways, bought, draws }
}

function drawsOf(
  problem: ForecastProblem,
  { classes, groups }: Pools,
  { used, rented }: ForecastProgram,
  values: readonly number[],
  ways: readonly (readonly Way[])[],
  bought: readonly Purchase[],
  t: number,
): Draw[] {
  const left = groups.map(
    (_, group) => groupAtHand(problem, { groups }, bought, group, t) - runMachines(ways, group, t),
  )
  const needs = classes.map((_, c) => machinesOf(ways, c, t))
  const draws: Draw[] = []
  const draw = (c: number, group: number, wanted: number): void => {
    const machines = Math.min(wanted, needs[c]!, left[group]!)
    if (machines <= 0) return
    needs[c]! -= machines
    left[group]! -= machines
    const known = draws.findIndex((each) => each.class === c && 'group' in each.from && each.from.group === group)
    if (known < 0) draws.push({ class: c, from: { group }, machines })
    else draws[known] = { ...draws[known]!, machines: draws[known]!.machines + machines }
  }
  const asked = (map: ReadonlyMap<string, number>, place: string): number =>
    Math.round(values[map.get(place) ?? -1] ?? 0)
  for (const [c, { groups: own }] of classes.entries()) {
    for (const group of own) draw(c, group, asked(used, key(c, group, t)))
  }
  for (const [c, { groups: own, hourly }] of classes.entries()) {
    // A solver may leave a machine idle that costs nothing more to use.
    for (const group of own) if (groups[group]!.runningUsdPerMonth === 0) draw(c, group, needs[c]!)
    for (const source of hourly) {
      const isFree = problem.sources[source]!.limits.length === 0
      const machines = Math.min(needs[c]!, isFree ? needs[c]! : asked(rented, key(c, source, t)))
      if (machines <= 0) continue
      draws.push({ class: c, from: { source }, machines })
      needs[c]! -= machines
    }
    if (needs[c]! > 0)
      throw new Error(`month ${t}: class ${c} lacks ${needs[c]} machines of those that its program has`)
  }
  return draws
}

/** Machines that a class needs in a month. */
export function machinesOf(ways: readonly (readonly Way[])[], c: number, month: number): number {
  return ways.reduce((sum, list) => {
    const way = list[month]!
    return sum + (way.type === 'pool' && way.class === c ? way.machines : 0)
  }, 0)
}

/** Machines of a group that runs keep in a month: in turns as many as the widest needs, and those that a run has for itself. */
export function runMachines(ways: readonly (readonly Way[])[], group: number, month: number): number {
  let lane = 0
  let alone = 0
  for (const list of ways) {
    const way = list[month]!
    if (way.type !== 'committed' || way.group !== group) continue
    if (way.lane) lane = Math.max(lane, way.machines)
    else alone += way.machines
  }
  return lane + alone
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

/** The same of all sources of a group. */
export function groupAtHand(
  problem: Pick<ForecastProblem, 'sources'>,
  { groups }: Pick<Pools, 'groups'>,
  bought: readonly Purchase[],
  group: number,
  month: number,
): number {
  return groups[group]!.sources.reduce((sum, source) => sum + atHand(problem, bought, source, month), 0)
}

/** Whether a purchase counts in a month; a term of 0 months never ends. */
export function isActive(from: number, termMonths: number, month: number): boolean {
  return from <= month && (termMonths === 0 || month < from + termMonths)
}
