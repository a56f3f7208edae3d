import { HOURS_PER_MONTH, type HourlyWay, hourlyWays, lanesOf, type Pools } from './pools.ts'
import { type ForecastProblem, isSubset, SAME, type Serving, type Training } from './problem.ts'

/** How a workload is carried in a month. */
export type Way =
  /** By the hour, apart from all others. */
  | ({ readonly type: 'hourly' } & HourlyWay)
  /** Serving on machines of a class, drawn from its groups and from what it rents. */
  | { readonly type: 'pool'; readonly class: number; readonly machines: number }
  | CommittedRuns

/** Training on machines that are committed to. */
export interface CommittedRuns {
  readonly type: 'committed'
  readonly group: number
  readonly run: number
  /** It takes turns with the other runs of the group; else it keeps its machines for itself. */
  readonly lane: boolean
  readonly machines: number
  /** Hours of all runs of the month, one after another. */
  readonly hours: number
  /** Electricity. */
  readonly usd: number
}

/** The variable by which a workload goes a way in a month. */
export interface WayVariable {
  readonly workload: number
  readonly month: number
  readonly way: Way
  readonly variable: number
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
  return [...ways, ...committedRuns(pools, workload, t)]
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
  for (const [index, { kind, groups, hourly, members }] of pools.classes.entries()) {
    if (!members.includes(w)) continue
    const machines = workload.needs.get(kind)?.[t] ?? Number.POSITIVE_INFINITY
    if (!Number.isFinite(machines)) continue
    const leastUsd = machines * Math.min(...hourly.map((source) => sources[source]!.usdPerMonth[t]!))
    // What is only rented saves nothing that it does not cost itself.
    if (groups.length === 0 && best !== null && leastUsd >= best.usd) continue
    const [only] = hourly
    const limits = groups.length === 0 && hourly.length === 1 ? sources[only!]!.limits : null
    const gpus = machines * kinds[kind]!.gpusPerMachine
    ways.push({ way: { type: 'pool', class: index, machines }, leastUsd, gpus, limits })
  }
  // A kind that is rented from one source takes the place of another that is dearer, on more GPUs, in the same limits and more.
  const beats = (a: number, b: number): boolean => {
    const [one, other] = [ways[a]!, ways[b]!]
    if (one.limits === null || other.limits === null) return false
    if (one.leastUsd > other.leastUsd || one.gpus > other.gpus || !isSubset(one.limits, other.limits)) return false
    const equal =
      one.leastUsd === other.leastUsd && one.gpus === other.gpus && one.limits.length === other.limits.length
    return !equal || a < b
  }
  return ways.filter((_, b) => !ways.some((_other, a) => a !== b && beats(a, b))).map(({ way }) => way)
}

/** Limited hourly ways without those that another beats in dollars and GPUs, in no other limits. */
function withoutBeaten({ sources, kinds }: ForecastProblem, ways: readonly HourlyWay[]): HourlyWay[] {
  const gpus = ({ source, machines }: HourlyWay): number => machines * kinds[sources[source]!.kind]!.gpusPerMachine
  const beats = (a: HourlyWay, b: HourlyWay): boolean =>
    a.usd <= b.usd && gpus(a) <= gpus(b) && isSubset(sources[a.source]!.limits, sources[b.source]!.limits)
  return ways.filter(
    (way, index) => !ways.some((other, o) => o !== index && beats(other, way) && (!beats(way, other) || o < index)),
  )
}

/** Runs on machines that are committed to: in turns where a month holds them one after another. */
function committedRuns({ groups }: Pools, workload: Training, t: number): Way[] {
  const runs = workload.runs[t]!
  return groups.flatMap(({ kind, sources, runningUsdPerMonth }, group) => {
    if (!workload.sources.has(sources[0]!)) return []
    return workload.ways.flatMap((run, index): Way[] => {
      if (run.kind !== kind) return []
      const hours = runs * run.hours
      const usd = (run.machines * hours * runningUsdPerMonth) / HOURS_PER_MONTH
      const lane = hours <= HOURS_PER_MONTH * (1 + SAME)
      const machines = run.machines * (lane ? 1 : lanesOf(runs, run.hours))
      return [{ type: 'committed', group, run: index, lane, machines, hours, usd }]
    })
  })
}
