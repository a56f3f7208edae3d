import { atHand, type Decisions, isActive, type Purchase } from './decisions.ts'
import { HOURS_PER_MONTH, type Pools } from './pools.ts'
import type { ForecastProblem } from './problem.ts'

/** What is billed for machines of a source in a month. */
export interface Bill {
  readonly source: number
  /** Machines there or rented; machine-months of runs that are paid by the hour. */
  readonly machines: number
  readonly usd: number
}

export interface MonthLedger {
  readonly usd: number
  readonly bills: readonly Bill[]
  /** US dollars by workload: its own and its share of what it uses together with others. */
  readonly byWorkload: readonly number[]
  /** The same by workload and source. */
  readonly shares: readonly ReadonlyMap<number, number>[]
  /** Commitments that are paid and stand idle. */
  readonly idleUsd: number
}

export interface Ledger {
  readonly months: readonly MonthLedger[]
  /** Months of reservations that are still to be paid after the last one. */
  readonly beyondUsd: number
  /** Of the months and beyond. */
  readonly usd: number
}

/** US dollars a month that a purchase is paid by while it is active. */
export function purchaseUsdPerMonth({ sources }: ForecastProblem, { source, month, machines }: Purchase): number {
  return machines * sources[source]!.usdPerMonth[month]!
}

/** US dollars of a reservation's months after the last of the forecast; bought nodes stay the owner's and are not charged further. */
export function beyondUsd(problem: ForecastProblem, purchase: Purchase): number {
  const { termMonths } = problem.sources[purchase.source]!
  const rest = termMonths === 0 ? 0 : Math.max(0, purchase.month + termMonths - problem.months)
  return rest * purchaseUsdPerMonth(problem, purchase)
}

/** Adds up decisions in dollars, month by month. */
export function ledgerOf(problem: ForecastProblem, pools: Pools, decisions: Decisions): Ledger {
  const months = Array.from({ length: problem.months }, (_, t) => monthOf(problem, pools, decisions, t))
  const beyond = decisions.bought.reduce((sum, purchase) => sum + beyondUsd(problem, purchase), 0)
  return { months, beyondUsd: beyond, usd: months.reduce((sum, { usd }) => sum + usd, beyond) }
}

function monthOf(problem: ForecastProblem, pools: Pools, decisions: Decisions, t: number): MonthLedger {
  const { sources, workloads } = problem
  const shares = workloads.map(() => new Map<number, number>())
  const give = (w: number, source: number, usd: number): void => {
    shares[w]!.set(source, (shares[w]!.get(source) ?? 0) + usd)
  }
  const rented = new Map<number, { machines: number; usd: number }>()
  const rent = (source: number, machines: number, usd: number): void => {
    const known = rented.get(source) ?? { machines: 0, usd: 0 }
    rented.set(source, { machines: known.machines + machines, usd: known.usd + usd })
  }
  const running = new Map<number, number>()
  const run = (source: number, usd: number): void => {
    running.set(source, (running.get(source) ?? 0) + usd)
  }
  const standing = new Map(
    [...sources.keys()].flatMap((source): [number, { machines: number; usd: number }][] => {
      const { way, existing, existingUsdPerMonth, termMonths } = sources[source]!
      if (way === 'hourly') return []
      const machines = atHand(problem, decisions.bought, source, t)
      if (machines === 0) return []
      const active = decisions.bought.filter((each) => each.source === source && isActive(each.month, termMonths, t))
      const usd = active.reduce((sum, each) => sum + purchaseUsdPerMonth(problem, each), existing * existingUsdPerMonth)
      return [[source, { machines, usd }]]
    }),
  )
  const each = (source: number): number => {
    const stands = standing.get(source)
    return stands === undefined ? 0 : stands.usd / stands.machines
  }

  for (const [w, list] of decisions.ways.entries()) {
    const way = list[t]!
    if (way.type === 'hourly') {
      rent(way.source, way.machineMonths, way.usd)
      give(w, way.source, way.usd)
    } else if (way.type === 'committed') {
      const workload = workloads[w]!
      const { machines } = workload.type === 'train' ? workload.ways[way.run]! : way
      give(w, way.source, ((machines * way.hours) / HOURS_PER_MONTH) * each(way.source) + way.usd)
      run(way.source, way.usd)
    }
  }
  for (const { class: c, source, machines } of decisions.draws[t]!) {
    const { way, usdPerMonth, runningUsdPerMonth } = sources[source]!
    const usd = machines * (way === 'hourly' ? usdPerMonth[t]! : each(source) + runningUsdPerMonth)
    if (way === 'hourly') rent(source, machines, usd)
    else run(source, machines * runningUsdPerMonth)
    // Every machine of a class is as good as another: what it draws is shared by use, not by who came first.
    const users = pools.classes[c]!.members.flatMap((w) => {
      const way = decisions.ways[w]![t]!
      return way.type === 'pool' && way.class === c ? [{ w, machines: way.machines }] : []
    })
    const all = users.reduce((sum, user) => sum + user.machines, 0)
    for (const user of users) give(user.w, source, (usd * user.machines) / all)
  }
  const bills: Bill[] = [...sources.keys()].flatMap((source) => {
    const stands = standing.get(source)
    if (stands !== undefined) {
      return [{ source, machines: stands.machines, usd: stands.usd + (running.get(source) ?? 0) }]
    }
    const hired = rented.get(source)
    return hired === undefined ? [] : [{ source, ...hired }]
  })
  const usd = bills.reduce((sum, bill) => sum + bill.usd, 0)
  const byWorkload = shares.map((own) => [...own.values()].reduce((sum, each) => sum + each, 0))
  const carried = byWorkload.reduce((sum, each) => sum + each, 0)
  // Rounding must not leave an idle millionth of a cent, or a negative one.
  const idleUsd = usd - carried > 1e-6 * usd ? usd - carried : 0
  return { usd, bills, byWorkload, shares, idleUsd }
}
