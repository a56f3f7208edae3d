import { type ForecastProblem, isSubset, SAME, type Serving, type Source, type Training } from './problem.ts'

/*
 * What is left of a forecast once everything that cannot be part of a cheapest answer is gone, and the proof of each cut:
 *
 * - Hourly, unlimited: nothing is shared, so of all ways to carry a workload in a month by the hour and without a limit only the cheapest
 *   counts, whatever the machine.
 * - Between sources of one kind: a source that is nowhere dearer, counts in no other limit and may be used by the same workloads takes the
 *   place of another.
 * - Kinds that can be committed to (reserved or owned): every machine in use is paid at no less than the kind's cheapest price of that month.
 *   Where that is dearer than the cheapest hourly way for every workload in every month, moving all of them away saves money: the kind is
 *   never used. A kind that is dearer only in some months must stay: in those a commitment made for others may stand idle, free of charge.
 */

/** The cheapest way by the hour that counts in no limit. */
export interface HourlyWay {
  readonly usd: number
  readonly source: number
  /** Machine-months: whole machines of serving, hours x machines / 730 of training. */
  readonly machineMonths: number
  /** Machines at once. */
  readonly machines: number
  /** Index of the run way; null for serving. */
  readonly run: number | null
  /** Kind as which the machines are used. */
  readonly kind: number
}

/** Reserved and owned sources of a kind that nobody tells apart: the same workloads use them, at the same cost. */
export interface CommittedGroup {
  readonly kind: number
  readonly sources: readonly number[]
  /** Electricity of a machine in use all month, US dollars. */
  readonly runningUsdPerMonth: number
}

/** Workloads that draw machines of a kind from the same sources. */
export interface PoolClass {
  readonly kind: number
  /** Indices of groups, those that cost least to use first. */
  readonly groups: readonly number[]
  /** Cheapest first. */
  readonly hourly: readonly number[]
  /** Indices of workloads. */
  readonly members: readonly number[]
}

export interface Pools {
  /** By workload and month; null where there is none. */
  readonly hourly: readonly (readonly (HourlyWay | null)[])[]
  /** Serving on kinds that may be committed to, or of which what may be rented is limited. */
  readonly classes: readonly PoolClass[]
  readonly groups: readonly CommittedGroup[]
  /** Committed sources that may be bought or are there. */
  readonly committed: readonly number[]
}

export const HOURS_PER_MONTH = 730

/** Runs of a month one after another: how many must run at the same time to end within it. */
export function lanesOf(runs: number, hours: number): number {
  return Math.max(1, Math.ceil((runs * hours) / HOURS_PER_MONTH - SAME))
}

/** Every way by the hour of a workload in a month, without what another one of the same limits beats. */
export function hourlyWays(problem: ForecastProblem, workload: Serving | Training, month: number): HourlyWay[] {
  const ways: HourlyWay[] = []
  if (workload.type === 'serve') {
    for (const index of workload.sources) {
      const source = problem.sources[index]!
      if (source.way !== 'hourly') continue
      for (const kind of source.serves) {
        const machines = workload.needs.get(kind)?.[month] ?? Number.POSITIVE_INFINITY
        if (!Number.isFinite(machines)) continue
        const usd = machines * source.usdPerMonth[month]!
        ways.push({ usd, source: index, machineMonths: machines, machines, run: null, kind })
      }
    }
    return ways
  }
  const runs = workload.runs[month]!
  for (const [run, { kind, machines, hours }] of workload.ways.entries()) {
    for (const index of workload.sources) {
      const source = problem.sources[index]!
      if (source.kind !== kind || source.way !== 'hourly' || !source.trains) continue
      const machineMonths = (runs * machines * hours) / HOURS_PER_MONTH
      const usd = machineMonths * source.usdPerMonth[month]!
      ways.push({ usd, source: index, machineMonths, machines: machines * lanesOf(runs, hours), run, kind })
    }
  }
  return ways
}

/** Cheapest of the ways; of equal ones the first. */
export function cheapest(ways: readonly HourlyWay[]): HourlyWay | null {
  return ways.reduce<HourlyWay | null>((best, way) => (best === null || way.usd < best.usd ? way : best), null)
}

/** @param prune false keeps every kind: the answer must be the same. */
export function poolsOf(problem: ForecastProblem, prune = true): Pools {
  const { sources, workloads, months } = problem
  const isUnlimited = ({ source }: HourlyWay) => sources[source]!.limits.length === 0
  const hourly = workloads.map((workload) =>
    Array.from({ length: months }, (_, t) => cheapest(hourlyWays(problem, workload, t).filter(isUnlimited))),
  )
  let committed = [...sources.keys()].filter((index) => {
    const { way, existing, mayBuy } = sources[index]!
    return way === 'reserved' || (way === 'owned' && existing + mayBuy > 0)
  })
  committed = committed.filter((index) => workloads.some((workload) => workload.sources.has(index)))
  if (prune) {
    committed = withoutDominated(problem, committed)
    committed = withoutDear(problem, committed, hourly)
  }
  const groups = groupsOf(problem, committed)
  return { hourly, groups, classes: classesOf(problem, groups), committed }
}

function groupsOf({ sources, workloads }: ForecastProblem, committed: readonly number[]): CommittedGroup[] {
  const groups = new Map<string, { kind: number; sources: number[]; runningUsdPerMonth: number }>()
  for (const source of committed) {
    const { kind, runningUsdPerMonth } = sources[source]!
    const users = [...workloads.keys()].filter((w) => workloads[w]!.sources.has(source))
    const key = JSON.stringify([kind, runningUsdPerMonth, users])
    const known = groups.get(key)
    if (known) known.sources.push(source)
    else groups.set(key, { kind, sources: [source], runningUsdPerMonth })
  }
  return [...groups.values()]
}

/** Reserved sources without those that another of the same kind and term beats for everyone. */
function withoutDominated({ sources, workloads }: ForecastProblem, committed: readonly number[]): number[] {
  const beats = (a: number, b: number): boolean => {
    const [one, other] = [sources[a]!, sources[b]!]
    if (one.way !== 'reserved' || other.way !== 'reserved' || a === b) return false
    if (one.kind !== other.kind || one.termMonths !== other.termMonths || (other.trains && !one.trains)) return false
    if (!isSubset(one.limits, other.limits)) return false
    if (one.usdPerMonth.some((usd, t) => usd > other.usdPerMonth[t]!)) return false
    if (workloads.some((workload) => workload.sources.has(b) && !workload.sources.has(a))) return false
    const equal =
      isSubset(other.limits, one.limits) &&
      one.usdPerMonth.every((usd, t) => usd === other.usdPerMonth[t]!) &&
      one.trains === other.trains &&
      workloads.every((workload) => workload.sources.has(a) === workload.sources.has(b))
    return !equal || a < b
  }
  return committed.filter((index) => !committed.some((other) => beats(other, index)))
}

function withoutDear(problem: ForecastProblem, committed: readonly number[], hourly: Pools['hourly']): number[] {
  const { sources } = problem
  const kinds = new Set(committed.map((index) => sources[index]!.serves[0]!))
  const dear = [...kinds].filter((kind) => isDear(problem, kind, committed, hourly))
  return committed.filter((index) => !dear.includes(sources[index]!.serves[0]!))
}

/** Whether even the cheapest price of the kind, all its networks together, is dearer than renting by the hour, for every workload in every month. */
function isDear(
  { sources, workloads, months }: ForecastProblem,
  kind: number,
  committed: readonly number[],
  hourly: Pools['hourly'],
): boolean {
  const own = [...sources.keys()].filter((index) => {
    const source = sources[index]!
    return source.serves[0] === kind && (source.way === 'hourly' || committed.includes(index))
  })
  const least = Array.from({ length: months }, (_, t) => Math.min(...own.map((index) => leastUsd(sources[index]!, t))))
  return workloads.every((workload, w) => {
    if (!own.some((index) => workload.sources.has(index))) return true
    return least.every((usd, t) => {
      const best = hourly[w]![t]
      const machineMonths = Math.min(...own.map((index) => machineMonthsOn(workload, sources[index]!, t)))
      if (best === null || best === undefined) return machineMonths === Number.POSITIVE_INFINITY
      return machineMonths * usd > best.usd * (1 + SAME)
    })
  })
}

/** The least that a machine of the source in use costs in a month, whenever it was bought. */
function leastUsd({ way, usdPerMonth, termMonths, runningUsdPerMonth }: Source, month: number): number {
  if (way === 'hourly') return usdPerMonth[month]!
  if (way === 'owned') return runningUsdPerMonth
  return Math.min(...usdPerMonth.slice(Math.max(0, month - termMonths + 1), month + 1))
}

/** The fewest machine-months of a source that carry the workload in a month; Infinity where none do. */
function machineMonthsOn(workload: Serving | Training, { kind, serves }: Source, month: number): number {
  if (workload.type === 'serve') {
    return Math.min(...serves.map((each) => workload.needs.get(each)?.[month] ?? Number.POSITIVE_INFINITY))
  }
  const ways = workload.ways.filter((way) => way.kind === kind)
  return Math.min(...ways.map(({ machines, hours }) => (machines * hours * workload.runs[month]!) / HOURS_PER_MONTH))
}

function classesOf({ sources, workloads }: ForecastProblem, groups: readonly CommittedGroup[]): PoolClass[] {
  const classes = new Map<string, { kind: number; groups: number[]; hourly: number[]; members: number[] }>()
  for (const [w, workload] of workloads.entries()) {
    if (workload.type !== 'serve') continue
    for (const kind of workload.needs.keys()) {
      const own = [...workload.sources].filter((index) => sources[index]!.serves.includes(kind))
      // What costs nothing more to use comes first.
      const bound = [...groups.keys()]
        .filter((g) => own.includes(groups[g]!.sources[0]!))
        .sort((a, b) => groups[a]!.runningUsdPerMonth - groups[b]!.runningUsdPerMonth || a - b)
      const hourly = cheapestFirst(
        own.filter((index) => sources[index]!.way === 'hourly'),
        sources,
      )
      if (bound.length === 0 && hourly.every((index) => sources[index]!.limits.length === 0)) continue
      const key = JSON.stringify([kind, bound, hourly])
      const known = classes.get(key)
      if (known) known.members.push(w)
      else classes.set(key, { kind, groups: bound, hourly, members: [w] })
    }
  }
  return [...classes.values()]
}

/** Hourly sources without those that a cheaper one of no other limits beats, cheapest first. */
function cheapestFirst(indices: readonly number[], sources: readonly Source[]): number[] {
  const beats = (a: number, b: number): boolean => {
    const [one, other] = [sources[a]!, sources[b]!]
    if (a === b || !isSubset(one.limits, other.limits)) return false
    if (one.usdPerMonth.some((usd, t) => usd > other.usdPerMonth[t]!)) return false
    const equal = isSubset(other.limits, one.limits) && one.usdPerMonth.every((usd, t) => usd === other.usdPerMonth[t]!)
    return !equal || a < b
  }
  return indices
    .filter((index) => !indices.some((other) => beats(other, index)))
    .sort((a, b) => sources[a]!.usdPerMonth[0]! - sources[b]!.usdPerMonth[0]! || a - b)
}

/** No more machines of a source are bought than all workloads together could use at once. */
export function mostMachines({ workloads, sources, months }: ForecastProblem, source: number): number {
  const { kind, serves } = sources[source]!
  let most = 0
  for (let t = 0; t < months; t++) {
    let sum = 0
    for (const workload of workloads) {
      if (!workload.sources.has(source)) continue
      if (workload.type === 'serve') {
        const needs = serves.map((each) => workload.needs.get(each)?.[t] ?? 0)
        sum += Math.max(0, ...needs.filter(Number.isFinite))
      } else {
        const wide = workload.ways.filter((way) => way.kind === kind)
        sum += Math.max(0, ...wide.map(({ machines, hours }) => machines * lanesOf(workload.runs[t]!, hours)))
      }
    }
    most = Math.max(most, sum)
  }
  return most
}
