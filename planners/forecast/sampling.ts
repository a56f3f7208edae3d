import type { Running } from './configurations.ts'
import { groupAtHand, runMachines } from './decisions.ts'
import { beyondUsd } from './ledger.ts'
import { HOURS_PER_MONTH, lanesOf } from './pools.ts'
import { mulberry32, normals } from './random.ts'
import type { ResolvedForecast } from './resolve.ts'
import type { Solved } from './solve.ts'
import { demandOf, machinesFor } from './workload-supply.ts'

export interface Uncertainty {
  /** Standard deviation of the monthly growth, percentage points: one draw a future, for all workloads and months. */
  readonly growthPercent: number
  /** Standard deviation of prices, percent: one draw a future; what is not agreed in the first month costs exp(draw) times as much. */
  readonly pricePercent: number
  readonly samples: number
  readonly seed: number
}

/** Dollars of the sampled futures. */
export interface Samples {
  /** By month, then by sample. */
  readonly months: readonly Float64Array[]
  /** Months and commitments beyond them, by sample. */
  readonly total: Float64Array
}

/**
 * Draws futures and bills them. Commitments are made as planned and each month keeps its configurations; what traffic needs beyond the
 * machines at hand is rented by the hour. Caps and quotas do not hold here: how often a cap is passed is a result.
 */
export function sampled(
  resolved: ResolvedForecast,
  solved: Solved,
  runnings: readonly (readonly Running[])[],
  uncertainty: Uncertainty,
): Samples {
  const { samples, seed, growthPercent, pricePercent } = uncertainty
  const normal = normals(mulberry32(seed))
  const { months } = solved.problem
  const byMonth = Array.from({ length: months }, () => new Float64Array(samples))
  const total = new Float64Array(samples)
  const bills = Array.from({ length: months }, (_, t) => monthBill(resolved, solved, runnings, t))
  const beyond = { agreed: 0, open: 0 }
  for (const purchase of solved.decisions.bought) {
    beyond[purchase.month === 0 ? 'agreed' : 'open'] += beyondUsd(solved.problem, purchase)
  }
  for (let sample = 0; sample < samples; sample++) {
    const growth = (growthPercent / 100) * normal()
    const price = Math.exp((pricePercent / 100) * normal())
    let sum = beyond.agreed + beyond.open * price
    for (let t = 0; t < months; t++) {
      const usd = bills[t]!(growth, price)
      byMonth[t]![sample] = usd
      sum += usd
    }
    total[sample] = sum
  }
  return { months: byMonth, total }
}

type MonthBill = (growth: number, price: number) => number

/** Growth never turns traffic negative. */
const LEAST_FACTOR = 1e-6

/** What a month costs when growth strays by so much a month and prices by such a factor. */
function monthBill(
  { workloads }: ResolvedForecast,
  { problem, decisions, pools }: Solved,
  runnings: readonly (readonly Running[])[],
  t: number,
): MonthBill {
  const { sources, kinds } = problem
  let agreed = 0
  let open = 0
  // Machines of each group that serving may use.
  const left = pools.groups.map(
    (_, group) => groupAtHand(problem, pools, decisions.bought, group, t) - runMachines(decisions.ways, group, t),
  )
  for (const [index, { way, existing, existingUsdPerMonth, termMonths, usdPerMonth }] of sources.entries()) {
    if (way === 'hourly') continue
    agreed += existing * existingUsdPerMonth
    for (const { source, month, machines } of decisions.bought) {
      if (source !== index || month > t || (termMonths > 0 && t >= month + termMonths)) continue
      const usd = machines * usdPerMonth[month]!
      if (month === 0) agreed += usd
      else open += usd
    }
  }
  /** Dearest-first does not matter: what is at hand costs nothing more, then electricity, then rent. */
  const rentOf = (w: number, kind: number): number => {
    const own = [...problem.workloads[w]!.sources]
      .map((index) => sources[index]!)
      .filter((source) => source.kind === kind || source.serves.includes(kind))
    const hourly = own.filter(({ way }) => way === 'hourly').map(({ usdPerMonth }) => usdPerMonth[t]!)
    // Where nothing is rented by the hour, more of the same is reserved.
    const reserved = own.filter(({ way }) => way === 'reserved').map(({ usdPerMonth }) => usdPerMonth[t]!)
    return Math.min(...(hourly.length > 0 ? hourly : reserved.length > 0 ? reserved : [0]))
  }
  interface Need {
    readonly machines: (factor: number) => number
    readonly groups: readonly number[]
    readonly usdPerMachine: number
  }
  const needs: Need[] = []
  const runs: ((factor: number, price: number) => number)[] = []
  for (const [w, detail] of workloads.entries()) {
    const way = decisions.ways[w]![t]!
    const running = runnings[w]![t]!
    if (detail.type === 'serve') {
      const machine = kinds[running.kind]!
      const { option } = running.packed!
      const { redundancy } = detail.request
      needs.push({
        machines: (factor) => machinesFor(option, machine, demandOf(detail.request, factor), redundancy),
        groups: way.type === 'pool' ? pools.classes[way.class]!.groups : [],
        usdPerMachine: way.type === 'hourly' ? sources[way.source]!.usdPerMonth[t]! : rentOf(w, running.kind),
      })
      continue
    }
    const training = problem.workloads[w]!
    if (training.type !== 'train') continue
    const base = training.runs[t]!
    const { machines, hours } = training.ways[running.run!]!
    if (way.type === 'hourly') {
      const usd = way.usd / base
      runs.push((factor, price) => usd * factor * price)
    } else if (way.type === 'committed') {
      const usd = way.usd / base
      const rent = pools.hourly[w]![t]
      const rentPerRun =
        rent === null || rent === undefined
          ? (machines * hours * rentOf(w, running.kind)) / HOURS_PER_MONTH
          : rent.usd / base
      // Runs that the lane has no hours for are made elsewhere.
      const room = way.lane ? HOURS_PER_MONTH / hours : (lanesOf(base, hours) * HOURS_PER_MONTH) / hours
      runs.push((factor, price) => usd * Math.min(factor, room) + rentPerRun * Math.max(0, factor - room) * price)
    }
  }
  const serving = workloads.flatMap((detail, w) => (detail.type === 'serve' ? [w] : []))
  const training = workloads.flatMap((detail, w) => (detail.type === 'train' ? [w] : []))
  const growthOf = workloads.map((_, w) => resolvedGrowth(workloads[w]!.growth, t))
  return (growth, price) => {
    let usd = agreed + open * price
    const rest = [...left]
    for (const [n, need] of needs.entries()) {
      let machines = need.machines(growthOf[serving[n]!]!(growth))
      for (const group of need.groups) {
        const used = Math.min(machines, rest[group]!)
        rest[group]! -= used
        machines -= used
        usd += used * pools.groups[group]!.runningUsdPerMonth
      }
      usd += machines * need.usdPerMachine * price
    }
    for (const [n, run] of runs.entries()) {
      const w = training[n]!
      const workload = problem.workloads[w]!
      const base = workload.type === 'train' ? workload.runs[0]! : 0
      usd += run(base * growthOf[w]!(growth), price)
    }
    return usd
  }
}

/** The factor of month t when each month grows by so much more. */
function resolvedGrowth(growth: readonly number[], t: number): (error: number) => number {
  const monthly = growth.length > 1 ? growth[1]! : 1
  return (error) => Math.max(LEAST_FACTOR, monthly + error) ** t
}

/** Quantile by linear interpolation of a sorted list. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]!
  const high = sorted[Math.ceil(at)]!
  return low + (high - low) * (at - Math.floor(at))
}
