import { atHand } from './decisions.ts'
import { cheapest, type HourlyWay, hourlyWays } from './pools.ts'
import { type ForecastProblem, SAME } from './problem.ts'
import type { ResolvedForecast } from './resolve.ts'
import type { Solved } from './solve.ts'
import { demandOf, machinesFor, type PackedOption } from './workload-supply.ts'

/** What a workload runs on in a month: of all ways that cost the same, those that change least from month to month. */
export interface Running {
  /** Kind of machine and configuration by one name: a change of it is a switch. Who rents the machines out is none. */
  readonly id: string
  readonly kind: number
  /** Where most of its machines come from. */
  readonly source: number
  /** Serving: the replica. */
  readonly packed: PackedOption | null
  /** Training: index of the run way. */
  readonly run: number | null
}

/** By workload and month. */
export function runningsOf(resolved: ResolvedForecast, solved: Solved): Running[][] {
  return resolved.workloads.map((_, w) => fewestChanges(candidates(resolved, solved, w)))
}

/**
 * One of each month's candidates, with as few changes as can be: each is kept as long as it stays among them, and of those that may
 * follow the one that lasts longest is taken, the first of equals. No other rule changes less often.
 */
export function fewestChanges<T extends { readonly id: string }>(months: readonly (readonly T[])[]): T[] {
  const chosen: T[] = []
  while (chosen.length < months.length) {
    const from = chosen.length
    let best: { readonly lasts: number; readonly candidate: T } | null = null
    for (const candidate of months[from]!) {
      let lasts = 1
      while (from + lasts < months.length && months[from + lasts]!.some(({ id }) => id === candidate.id)) lasts++
      if (best === null || lasts > best.lasts) best = { lasts, candidate }
    }
    if (best === null) throw new Error('a month without a candidate')
    for (let t = from; t < from + best.lasts; t++) {
      chosen.push(months[t]!.find(({ id }) => id === best.candidate.id)!)
    }
  }
  return chosen
}

function candidates({ workloads }: ResolvedForecast, solved: Solved, w: number): Running[][] {
  const { problem, decisions, pools } = solved
  const detail = workloads[w]!
  return decisions.ways[w]!.map((way, t): Running[] => {
    if (way.type === 'committed') {
      const { kind, sources } = pools.groups[way.group]!
      return [{ id: `r${way.run}`, kind, source: mainSource(solved, sources, t), packed: null, run: way.run }]
    }
    if (way.type === 'pool') {
      const source = drawnSource(solved, way.class, t)
      return replicas(detail, problem.kinds, pools.classes[way.class]!.kind, t, source)
    }
    return equalWays(problem, w, t, way).flatMap((equal): Running[] => {
      const { kind } = equal
      if (equal.run !== null) return [{ id: `r${equal.run}`, kind, source: equal.source, packed: null, run: equal.run }]
      return replicas(detail, problem.kinds, kind, t, equal.source)
    })
  })
}

/** The source from which a class draws most machines. */
function drawnSource(solved: Solved, c: number, t: number): number {
  const own = solved.decisions.draws[t]!.filter((draw) => draw.class === c)
  const most = own.reduce((best, draw) => (draw.machines > best.machines ? draw : best), own[0]!)
  return 'source' in most.from ? most.from.source : mainSource(solved, solved.pools.groups[most.from.group]!.sources, t)
}

/** Of sources that nobody tells apart the one with most machines. */
function mainSource({ problem, decisions }: Solved, sources: readonly number[], t: number): number {
  const number = (source: number) => atHand(problem, decisions.bought, source, t)
  return sources.reduce((best, source) => (number(source) > number(best) ? source : best), sources[0]!)
}

/** Hourly ways of the same dollars and limits as the chosen one; a limited one stands for itself. */
function equalWays(problem: ForecastProblem, w: number, t: number, way: HourlyWay): HourlyWay[] {
  const { sources, workloads } = problem
  if (sources[way.source]!.limits.length > 0) return [way]
  const unlimited = hourlyWays(problem, workloads[w]!, t).filter(({ source }) => sources[source]!.limits.length === 0)
  const least = cheapest(unlimited)?.usd ?? way.usd
  const equal = unlimited.filter(({ usd }) => usd <= least * (1 + SAME))
  return equal.length === 0 ? [way] : equal
}

/** Replicas that do with the fewest machines of the kind. */
function replicas(
  detail: ResolvedForecast['workloads'][number],
  kinds: ForecastProblem['kinds'],
  kind: number,
  t: number,
  source: number,
): Running[] {
  if (detail.type !== 'serve') return []
  const machine = kinds[kind]!
  const demand = demandOf(detail.request, detail.growth[t]!)
  const counted = (detail.packed.get(kind) ?? []).map((packed) => ({
    packed,
    machines: machinesFor(packed.option, machine, demand, detail.request.redundancy),
  }))
  const least = Math.min(...counted.map(({ machines }) => machines))
  return counted
    .filter(({ machines }) => machines === least)
    .sort((a, b) => a.packed.option.lossPercent - b.packed.option.lossPercent || a.packed.index - b.packed.index)
    .map(({ packed }) => ({
      id: `k${kind} o${packed.index}`,
      kind,
      source,
      packed,
      run: null,
    }))
}
