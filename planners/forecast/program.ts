import { type LinearProgram, ProgramBuilder, type Term } from '../solver/program.ts'
import { cheapest, type HourlyWay, HOURS_PER_MONTH, hourlyWays, lanesOf, type Pools } from './pools.ts'
import { type ForecastProblem, fixedUsdPerMonth, isSubset, SAME, type Serving, type Training } from './problem.ts'

/** How a workload is carried in a month. */
export type Way =
  /** By the hour, apart from all others. */
  | ({ readonly type: 'hourly' } & HourlyWay)
  /** Serving on machines of a class, drawn from its sources. */
  | { readonly type: 'pool'; readonly class: number; readonly machines: number }
  /**
   * Training on machines that are committed to. With `lane` it takes turns with the other runs of the source; else it keeps
   * its machines for itself.
   */
  | {
      readonly type: 'committed'
      readonly source: number
      readonly run: number
      readonly lane: boolean
      readonly machines: number
      /** Hours of all runs of the month, one after another. */
      readonly hours: number
      readonly usd: number
    }

/** Commitments that are given: machines bought, by source and month. */
export type Bought = ReadonlyMap<number, readonly number[]>

/** What the program asks for. */
export interface ProgramAim {
  /** `cost`: all dollars. `cap`, or the index of a limit: how little of it suffices, whatever the cost. */
  readonly least: 'cost' | 'cap' | number
}

interface WayVariable {
  readonly workload: number
  readonly month: number
  readonly way: Way
  readonly variable: number
}

/** The program with the variables by which its answer is read. */
export interface ForecastProgram {
  readonly program: LinearProgram
  readonly ways: readonly WayVariable[]
  /** Variables of machines bought, by source: one a month. */
  readonly bought: ReadonlyMap<number, readonly number[]>
  /** Machines of a committed source that a class uses, by class, source and month. */
  readonly used: ReadonlyMap<string, number>
  /** Machines that a class rents by the hour, by class, source and month. */
  readonly rented: ReadonlyMap<string, number>
  /** Machines of a committed source that runs take turns on, by source and month. */
  readonly lanes: ReadonlyMap<string, number>
  /** A workload and month that nothing can carry; null where every one has a way. */
  readonly uncarried: { readonly workload: number; readonly month: number } | null
  /** What is asked for where it is not the cost. */
  readonly aim: number | null
}

export const key = (...parts: readonly number[]): string => parts.join(' ')

/** Fewer commitments where the cost is the same: far below a cent each. */
const COMMITMENT_TIE_USD = 1e-4

/** The forecast as a mixed-integer program. */
export function programOf(
  problem: ForecastProblem,
  pools: Pools,
  monthNames: readonly string[],
  aim: ProgramAim = { least: 'cost' },
): ForecastProgram {
  const { months, sources, kinds, limits, workloads, monthlyCapUsd } = problem
  const builder = new ProgramBuilder('minimize')
  const price = (usd: number): number => (aim.least === 'cost' ? usd : 0)
  const at = Array.from({ length: months }, (_, t) => t)
  const ways: WayVariable[] = []
  /** Dollars billed in a month, and GPUs at once by limit and month. */
  const billed: Term[][] = at.map(() => [])
  const counted: Term[][][] = limits.map(() => at.map(() => []))
  const bill = (t: number, variable: number, usd: number): void => {
    if (usd !== 0) billed[t]!.push([variable, usd])
  }
  const countGpus = (source: number, t: number, variable: number, machines: number): void => {
    const { limits: own, kind } = sources[source]!
    for (const limit of own) counted[limit]![t]!.push([variable, machines * kinds[kind]!.gpusPerMachine])
  }

  const bought = new Map<number, number[]>()
  for (const source of pools.committed) {
    const { way, usdPerMonth, termMonths, mayBuy } = sources[source]!
    if (way === 'owned' && mayBuy === 0) continue
    const most = way === 'owned' ? mayBuy : mostMachines(problem, source)
    bought.set(
      source,
      at.map((t) => {
        const paid = way === 'owned' ? months - t : termMonths
        const objective = price(paid * usdPerMonth[t]! + COMMITMENT_TIE_USD)
        return builder.variable(`buy ${source} ${t}`, { objective, integer: true, upper: most })
      }),
    )
    if (way === 'owned') {
      const all = bought.get(source)!.map((variable): Term => [variable, 1])
      builder.constraint(`may buy ${source}`, all, { upper: mayBuy }, null)
    }
  }
  /** Purchases that are at hand in month t: the month of purchase with its variable. */
  const active = (source: number, t: number): [month: number, variable: number][] =>
    (bought.get(source) ?? []).flatMap((variable, from): [number, number][] => {
      const { termMonths } = sources[source]!
      return from <= t && (termMonths === 0 || t < from + termMonths) ? [[from, variable]] : []
    })
  for (const source of bought.keys()) {
    for (const t of at) {
      for (const [from, variable] of active(source, t)) {
        bill(t, variable, sources[source]!.usdPerMonth[from]!)
        if (sources[source]!.way === 'reserved') countGpus(source, t, variable, 1)
      }
    }
  }

  let uncarried: ForecastProgram['uncarried'] = null
  for (const [w, workload] of workloads.entries()) {
    for (const t of at) {
      const possible = waysOf(problem, pools, w, t)
      if (possible.length === 0) {
        uncarried ??= { workload: w, month: t }
        continue
      }
      const chosen = possible.map((way, index): Term => {
        const usd = way.type === 'pool' ? 0 : way.usd
        const variable = builder.variable(`way ${w} ${t} ${index}`, {
          objective: price(usd),
          integer: true,
          upper: 1,
        })
        bill(t, variable, usd)
        if (way.type === 'hourly') countGpus(way.source, t, variable, way.machines)
        ways.push({ workload: w, month: t, way, variable })
        return [variable, 1]
      })
      builder.constraint(`carry ${w} ${t}`, chosen, { lower: 1, upper: 1 }, `workload ${workload.name}`)
    }
  }

  const used = new Map<string, number>()
  const rented = new Map<string, number>()
  const lanes = new Map<string, number>()
  /** What is taken of a committed source in a month. */
  const taken = new Map<string, Term[]>()
  const take = (source: number, t: number, term: Term): void => {
    const place = key(source, t)
    const terms = taken.get(place)
    if (terms) terms.push(term)
    else taken.set(place, [term])
  }
  for (const [c, { committed, hourly }] of pools.classes.entries()) {
    for (const t of at) {
      const users = ways.flatMap(({ way, month, variable }): Term[] =>
        way.type === 'pool' && way.class === c && month === t ? [[variable, -way.machines]] : [],
      )
      if (users.length === 0) continue
      const supply: Term[] = []
      for (const source of committed) {
        const objective = price(sources[source]!.runningUsdPerMonth)
        const variable = builder.variable(`use ${c} ${source} ${t}`, { objective })
        bill(t, variable, sources[source]!.runningUsdPerMonth)
        used.set(key(c, source, t), variable)
        supply.push([variable, 1])
        take(source, t, [variable, 1])
      }
      for (const source of hourly) {
        const usd = sources[source]!.usdPerMonth[t]!
        // What may be rented up to a limit is whole; without one it follows from the rest.
        const integer = sources[source]!.limits.length > 0
        const variable = builder.variable(`rent ${c} ${source} ${t}`, { objective: price(usd), integer })
        bill(t, variable, usd)
        countGpus(source, t, variable, 1)
        rented.set(key(c, source, t), variable)
        supply.push([variable, 1])
      }
      builder.constraint(`supply ${c} ${t}`, [...supply, ...users], { lower: 0 }, null)
    }
  }
  laneRows(problem, ways, builder, lanes, take)
  for (const source of pools.committed) {
    for (const t of at) {
      const terms = taken.get(key(source, t))
      if (terms === undefined) continue
      const supply = active(source, t).map(([, variable]): Term => [variable, -1])
      builder.constraint(`have ${source} ${t}`, [...terms, ...supply], { upper: sources[source]!.existing }, null)
    }
  }

  let aimVariable: number | null = null
  if (aim.least !== 'cost') aimVariable = builder.variable('aim', { objective: 1 })
  for (const [l, { gpus, requirement }] of limits.entries()) {
    for (const t of at) {
      const terms = counted[l]![t]!
      if (terms.length === 0) continue
      const isAim = aim.least === l
      const all: Term[] = isAim ? [...terms, [aimVariable!, -1]] : terms
      builder.constraint(`limit ${l} ${t}`, all, { upper: isAim ? 0 : gpus }, requirement)
    }
  }
  if (monthlyCapUsd !== null || aim.least === 'cap') {
    const fixed = fixedUsdPerMonth(problem)
    for (const t of at) {
      if (billed[t]!.length === 0) continue
      const isAim = aim.least === 'cap'
      const all: Term[] = isAim ? [...billed[t]!, [aimVariable!, -1]] : billed[t]!
      const upper = isAim ? -fixed : (monthlyCapUsd ?? 0) - fixed
      builder.constraint(`cap ${t}`, all, { upper }, `monthly_cap in ${monthNames[t]}`)
    }
  }
  return { program: builder.build(), ways, bought, used, rented, lanes, uncarried, aim: aimVariable }
}

/** Runs on a committed source take turns on as many machines as the widest of them needs. */
function laneRows(
  { workloads }: ForecastProblem,
  ways: readonly WayVariable[],
  builder: ProgramBuilder,
  lanes: Map<string, number>,
  take: (source: number, t: number, term: Term) => void,
): void {
  const hours = new Map<string, Term[]>()
  const widths = new Map<string, Term[]>()
  const add = (map: Map<string, Term[]>, place: string, term: Term): void => {
    const terms = map.get(place)
    if (terms) terms.push(term)
    else map.set(place, [term])
  }
  for (const { workload, month, way, variable } of ways) {
    if (way.type !== 'committed') continue
    if (!way.lane) {
      take(way.source, month, [variable, way.machines])
      continue
    }
    const place = key(way.source, month)
    if (!lanes.has(place)) {
      const lane = builder.variable(`lane ${place}`)
      lanes.set(place, lane)
      take(way.source, month, [lane, 1])
    }
    add(hours, place, [variable, way.hours])
    add(widths, `${place} ${workload}`, [variable, -way.machines])
  }
  for (const [place, terms] of hours) {
    builder.constraint(`hours ${place}`, terms, { upper: HOURS_PER_MONTH }, null)
    for (const w of workloads.keys()) {
      const own = widths.get(`${place} ${w}`)
      if (own !== undefined) builder.constraint(`width ${place} ${w}`, [[lanes.get(place)!, 1], ...own], { lower: 0 }, null)
    }
  }
}

/** Every way of a workload in a month that may be part of a cheapest answer. */
export function waysOf(problem: ForecastProblem, pools: Pools, w: number, t: number): Way[] {
  const { sources, workloads } = problem
  const workload = workloads[w]!
  const best = pools.hourly[w]![t]!
  const ways: Way[] = best === null ? [] : [{ type: 'hourly', ...best }]
  if (workload.type === 'serve') return [...ways, ...poolWays(problem, pools, workload, w, t, best)]
  const limited = hourlyWays(problem, workload, t).filter(
    ({ source, usd }) => sources[source]!.limits.length > 0 && (best === null || usd < best.usd),
  )
  ways.push(...withoutBeaten(problem, limited).map((way): Way => ({ type: 'hourly', ...way })))
  return [...ways, ...committedWays(problem, pools, workload, t)]
}

function poolWays(
  { sources, kinds }: ForecastProblem,
  pools: Pools,
  workload: Serving,
  w: number,
  t: number,
  best: HourlyWay | null,
): Way[] {
  const ways: { way: Way; leastUsd: number; gpus: number; limits: readonly number[] | null }[] = []
  for (const [index, { kind, committed, hourly, members }] of pools.classes.entries()) {
    if (!members.includes(w)) continue
    const machines = workload.needs.get(kind)?.[t] ?? Number.POSITIVE_INFINITY
    if (!Number.isFinite(machines)) continue
    const leastUsd = machines * Math.min(...hourly.map((source) => sources[source]!.usdPerMonth[t]!))
    // What is only rented saves nothing that it does not cost itself.
    if (committed.length === 0 && best !== null && leastUsd >= best.usd) continue
    const [only] = hourly
    const limits = committed.length === 0 && hourly.length === 1 ? sources[only!]!.limits : null
    const gpus = machines * kinds[kind]!.gpusPerMachine
    ways.push({ way: { type: 'pool', class: index, machines }, leastUsd, gpus, limits })
  }
  // A kind that is rented from one source takes the place of another that is dearer, on more GPUs, in the same limits and more.
  return ways
    .filter(
      (one, a) =>
        one.limits === null ||
        !ways.some(
          (other, b) =>
            a !== b &&
            other.limits !== null &&
            other.leastUsd <= one.leastUsd &&
            other.gpus <= one.gpus &&
            isSubset(other.limits, one.limits!) &&
            (other.leastUsd < one.leastUsd || other.gpus < one.gpus || other.limits.length < one.limits!.length || b < a),
        ),
    )
    .map(({ way }) => way)
}

/** Limited hourly ways without those that another beats in dollars and GPUs, in no other limits. */
function withoutBeaten({ sources, kinds }: ForecastProblem, ways: readonly HourlyWay[]): HourlyWay[] {
  const gpus = ({ source, machines }: HourlyWay): number => machines * kinds[sources[source]!.kind]!.gpusPerMachine
  const beats = (a: HourlyWay, b: HourlyWay): boolean =>
    a.usd <= b.usd && gpus(a) <= gpus(b) && isSubset(sources[a.source]!.limits, sources[b.source]!.limits)
  return ways.filter((way, index) => !ways.some((other, o) => o !== index && beats(other, way) && (!beats(way, other) || o < index)))
}

/** Runs on machines that are committed to: in turns where a month holds them one after another. */
function committedWays({ sources }: ForecastProblem, { committed }: Pools, workload: Training, t: number): Way[] {
  const runs = workload.runs[t]!
  return committed.flatMap((source) => {
    const { kind, runningUsdPerMonth, trains } = sources[source]!
    if (!workload.sources.has(source) || !trains) return []
    return workload.ways.flatMap((run, index): Way[] => {
      if (run.kind !== kind) return []
      const hours = runs * run.hours
      const usd = (run.machines * hours * runningUsdPerMonth) / HOURS_PER_MONTH
      const side = lanesOf(runs, run.hours)
      const lane = hours <= HOURS_PER_MONTH * (1 + SAME)
      return [{ type: 'committed', source, run: index, lane, machines: run.machines * (lane ? 1 : side), hours, usd }]
    })
  })
}

/** No more machines of a source are bought than all workloads together could use at once. */
function mostMachines({ workloads, sources, months }: ForecastProblem, source: number): number {
  const { kind } = sources[source]!
  let most = 0
  for (let t = 0; t < months; t++) {
    let sum = 0
    for (const workload of workloads) {
      if (!workload.sources.has(source)) continue
      if (workload.type === 'serve') {
        const machines = workload.needs.get(kind)?.[t] ?? 0
        sum += Number.isFinite(machines) ? machines : 0
      } else {
        const wide = workload.ways.filter((way) => way.kind === kind)
        sum += Math.max(0, ...wide.map(({ machines, hours }) => machines * lanesOf(workload.runs[t]!, hours)))
      }
    }
    most = Math.max(most, sum)
  }
  return most
}

export { cheapest }
