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

/** A sum by key. */
class Sums {
  readonly values = new Map<number, number>()

  add(key: number, value: number): void {
    this.values.set(key, (this.values.get(key) ?? 0) + value)
  }

  of(key: number): number {
    return this.values.get(key) ?? 0
  }
}

function monthOf(problem: ForecastProblem, { classes, groups }: Pools, decisions: Decisions, t: number): MonthLedger {
  const { sources, workloads } = problem
  const byWorkload = workloads.map(() => 0)
  const machines = new Sums()
  const usd = new Sums()
  for (const [source, { way, existing, existingUsdPerMonth, termMonths }] of sources.entries()) {
    if (way === 'hourly' || atHand(problem, decisions.bought, source, t) === 0) continue
    machines.add(source, atHand(problem, decisions.bought, source, t))
    usd.add(source, existing * existingUsdPerMonth)
    for (const purchase of decisions.bought) {
      if (purchase.source !== source || !isActive(purchase.month, termMonths, t)) continue
      usd.add(source, purchaseUsdPerMonth(problem, purchase))
    }
  }
  /** What each machine of a group costs standing: whoever uses one pays the same, whichever commitment it came by. */
  const standing = groups.map((group) => {
    const all = group.sources.reduce((sum, source) => sum + machines.of(source), 0)
    return all === 0 ? 0 : group.sources.reduce((sum, source) => sum + usd.of(source), 0) / all
  })
  const run = (group: number, running: number): void => {
    // Electricity is billed with the machines; sources of a group are alike, so it goes by their number.
    const own = groups[group]!.sources
    const all = own.reduce((sum, source) => sum + machines.of(source), 0)
    for (const source of own) if (running > 0) usd.add(source, (running * machines.of(source)) / all)
  }
  for (const [w, list] of decisions.ways.entries()) {
    const way = list[t]!
    if (way.type === 'hourly') {
      machines.add(way.source, way.machineMonths)
      usd.add(way.source, way.usd)
      byWorkload[w]! += way.usd
    } else if (way.type === 'committed') {
      const workload = workloads[w]!
      const wide = workload.type === 'train' ? workload.ways[way.run]!.machines : way.machines
      byWorkload[w]! += ((wide * way.hours) / HOURS_PER_MONTH) * standing[way.group]! + way.usd
      run(way.group, way.usd)
    }
  }
  for (const { class: c, from, machines: drawn } of decisions.draws[t]!) {
    let cost: number
    if ('source' in from) {
      cost = drawn * sources[from.source]!.usdPerMonth[t]!
      machines.add(from.source, drawn)
      usd.add(from.source, cost)
    } else {
      const running = drawn * groups[from.group]!.runningUsdPerMonth
      cost = drawn * standing[from.group]! + running
      run(from.group, running)
    }
    // Every machine of a class is as good as another: what it draws is shared by use, not by who came first.
    const users = classes[c]!.members.flatMap((w) => {
      const way = decisions.ways[w]![t]!
      return way.type === 'pool' && way.class === c ? [{ w, needs: way.machines }] : []
    })
    const all = users.reduce((sum, { needs }) => sum + needs, 0)
    for (const { w, needs } of users) byWorkload[w]! += (cost * needs) / all
  }
  const bills = [...machines.values]
    .sort(([a], [b]) => a - b)
    .map(([source, number]): Bill => ({ source, machines: number, usd: usd.of(source) }))
  const sum = bills.reduce((all, bill) => all + bill.usd, 0)
  const carried = byWorkload.reduce((all, each) => all + each, 0)
  // Rounding must not leave an idle millionth of a cent, or a negative one.
  return { usd: sum, bills, byWorkload, idleUsd: sum - carried > 1e-6 * sum ? sum - carried : 0 }
}
