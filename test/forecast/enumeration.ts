import type { ForecastProblem, Serving, Training } from '../../planners/forecast/problem.ts'

/* The cheapest dollars of a small forecast by trying everything. Written apart from the planner: it shares the types alone. */

const HOURS = 730

/** Least US dollars, Infinity where nothing keeps every requirement. `most` bounds the machines bought at once. */
export function leastUsd(problem: ForecastProblem, most: number): number {
  const { sources, months } = problem
  const buyable = [...sources.keys()].filter((s) => sources[s]!.way === 'reserved' || sources[s]!.mayBuy > 0)
  const known = new Map<string, number>()
  let least = Number.POSITIVE_INFINITY
  const plans = product(buyable.flatMap((s) => range(months).map((t) => choices(problem, s, t, most))))
  for (const plan of plans) {
    const bought = (s: number, t: number): number => {
      const place = buyable.indexOf(s)
      return place < 0 ? 0 : plan[place * months + t]!
    }
    if (
      buyable.some(
        (s) => sources[s]!.way === 'owned' && sum(range(months).map((t) => bought(s, t))) > sources[s]!.mayBuy,
      )
    ) {
      continue
    }
    let usd = 0
    for (const t of range(months)) {
      let standing = 0
      const stock = sources.map((source, s) => {
        standing += source.existing * source.existingUsdPerMonth
        let there = source.existing
        for (const from of range(t + 1)) {
          if (source.termMonths > 0 && t >= from + source.termMonths) continue
          there += bought(s, from)
          standing += bought(s, from) * source.usdPerMonth[from]!
        }
        return there
      })
      const place = JSON.stringify([t, stock])
      const running = known.get(place) ?? monthUsd(problem, t, stock)
      known.set(place, running)
      if (problem.monthlyCapUsd !== null && standing + running > problem.monthlyCapUsd + 1e-7)
        usd = Number.POSITIVE_INFINITY
      usd += standing + running
    }
    for (const s of buyable) {
      for (const from of range(months)) {
        const { termMonths, usdPerMonth } = sources[s]!
        const after = termMonths === 0 ? 0 : Math.max(0, from + termMonths - months)
        usd += after * bought(s, from) * usdPerMonth[from]!
      }
    }
    least = Math.min(least, usd)
  }
  return least
}

function choices({ sources }: ForecastProblem, s: number, _t: number, most: number): number[] {
  return range((sources[s]!.way === 'owned' ? sources[s]!.mayBuy : most) + 1)
}

/** What a serving workload does in a month: so many machines of each source. */
type Use = ReadonlyMap<number, number>
/** What a training workload does: by the hour from a source, or on committed machines of some sources. */
type Run =
  | { readonly hourly: number; readonly usd: number; readonly machines: number }
  | { readonly group: readonly number[]; readonly machines: number; readonly hours: number; readonly usd: number }

/** The least that a month costs beside what is bought, given how many machines of each source are there. */
function monthUsd(problem: ForecastProblem, t: number, stock: readonly number[]): number {
  const { workloads } = problem
  const serves = workloads.filter((each): each is Serving => each.type === 'serve')
  const trains = workloads.filter((each): each is Training => each.type === 'train')
  let least = Number.POSITIVE_INFINITY
  for (const uses of product(serves.map((each) => usesOf(problem, each, t)))) {
    for (const runs of product(trains.map((each) => runsOf(problem, each, t)))) {
      least = Math.min(least, usdOf(problem, t, stock, uses, runs))
    }
  }
  return least
}

function usesOf({ sources }: ForecastProblem, { needs, sources: own }: Serving, t: number): Use[] {
  return [...needs].flatMap(([kind, months]) => {
    const machines = months[t]!
    if (!Number.isFinite(machines)) return []
    return spreads(
      machines,
      [...own].filter((s) => sources[s]!.serves.includes(kind)),
    )
  })
}

/** Every way to take so many machines of some sources. */
function spreads(machines: number, from: readonly number[]): Use[] {
  const [first, ...rest] = from
  if (first === undefined) return machines === 0 ? [new Map()] : []
  return range(machines + 1).flatMap((taken) =>
    spreads(machines - taken, rest).map((use) => new Map([...use, [first, taken]])),
  )
}

function runsOf(problem: ForecastProblem, { runs, ways, sources: own }: Training, t: number): Run[] {
  const { sources, workloads } = problem
  return ways.flatMap(({ kind, machines, hours }): Run[] => {
    const all = runs[t]! * hours
    const together = Math.max(1, Math.ceil(all / HOURS - 1e-9))
    const here = [...own].filter((s) => sources[s]!.kind === kind)
    const rents = here
      .filter((s) => sources[s]!.way === 'hourly' && sources[s]!.trains)
      .map((s) => ({
        hourly: s,
        usd: ((all * machines) / HOURS) * sources[s]!.usdPerMonth[t]!,
        machines: machines * together,
      }))
    const alike = new Map<string, number[]>()
    for (const s of here.filter((each) => sources[each]!.way !== 'hourly')) {
      const users = workloads.map((each) => each.sources.has(s))
      const name = JSON.stringify([sources[s]!.runningUsdPerMonth, users])
      alike.set(name, [...(alike.get(name) ?? []), s])
    }
    const stays = [...alike.values()].map((group) => ({
      group,
      machines: machines * together,
      hours: all,
      usd: ((all * machines) / HOURS) * sources[group[0]!]!.runningUsdPerMonth,
    }))
    return [...rents, ...stays]
  })
}

function usdOf(
  { sources, kinds, limits }: ForecastProblem,
  t: number,
  stock: readonly number[],
  uses: readonly Use[],
  runs: readonly Run[],
): number {
  let usd = 0
  const counted = limits.map(() => 0)
  const count = (s: number, machines: number): void => {
    for (const limit of sources[s]!.limits) counted[limit]! += machines * kinds[sources[s]!.kind]!.gpusPerMachine
  }
  const taken = sources.map(() => 0)
  for (const use of uses) {
    for (const [s, machines] of use) {
      const { way, usdPerMonth, runningUsdPerMonth } = sources[s]!
      if (way === 'hourly') {
        usd += machines * usdPerMonth[t]!
        count(s, machines)
      } else {
        usd += machines * runningUsdPerMonth
        taken[s]! += machines
      }
    }
  }
  for (const [s, { way }] of sources.entries()) if (way === 'reserved') count(s, stock[s]!)
  const groups = new Map<string, { sources: readonly number[]; runs: { machines: number; hours: number }[] }>()
  for (const run of runs) {
    usd += run.usd
    if ('hourly' in run) count(run.hourly, run.machines)
    else {
      const name = run.group.join(' ')
      const known = groups.get(name) ?? { sources: run.group, runs: [] }
      known.runs.push(run)
      groups.set(name, known)
    }
  }
  for (const [s, machines] of taken.entries())
    if (machines > stock[s]! && sources[s]!.way !== 'hourly') return Number.POSITIVE_INFINITY
  for (const { sources: own, runs: kept } of groups.values()) {
    const inTurns = kept.filter(({ hours }) => hours <= HOURS * (1 + 1e-9))
    const alone = kept.filter(({ hours }) => hours > HOURS * (1 + 1e-9))
    if (sum(inTurns.map(({ hours }) => hours)) > HOURS + 1e-6) return Number.POSITIVE_INFINITY
    const wide = Math.max(0, ...inTurns.map(({ machines }) => machines)) + sum(alone.map(({ machines }) => machines))
    if (wide > sum(own.map((s) => stock[s]! - taken[s]!))) return Number.POSITIVE_INFINITY
  }
  return limits.some(({ gpus }, l) => counted[l]! > gpus) ? Number.POSITIVE_INFINITY : usd
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

function product<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((rows, list) => rows.flatMap((row) => list.map((each) => [...row, each])), [[]])
}
