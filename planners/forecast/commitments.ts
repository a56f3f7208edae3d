import type { Commitment } from '../../src/result/forecast.ts'
import { round } from '../round.ts'
import { groupAtHand, type Purchase } from './decisions.ts'
import { beyondUsd, purchaseUsdPerMonth } from './ledger.ts'
import { monthAfter } from './months.ts'
import { HOURS_PER_MONTH } from './pools.ts'
import type { ResolvedForecast } from './resolve.ts'
import type { Solved } from './solve.ts'

/** Longer than any hardware lasts: what has not paid off by then never does. */
const LONGEST_MONTHS = 600

/** What to sign and buy, in order of time. */
export function commitmentsOf(
  resolved: ResolvedForecast,
  solved: Solved,
  lots: ReadonlyMap<string, { readonly capexUsd: number }>,
  start: string,
  trendPercent: number,
): Commitment[] {
  const { problem } = solved
  return solved.decisions.bought.map((purchase): Commitment => {
    const source = problem.sources[purchase.source]!
    const detail = resolved.sources[purchase.source]!
    const monthly = purchaseUsdPerMonth(problem, purchase)
    const { termMonths } = source
    const bought = source.way === 'owned'
    const factor = resolved.trend[purchase.month]!
    const usd = bought ? purchase.machines * lots.get(detail.name)!.capexUsd * factor : monthly * termMonths
    const onDemand = onDemandUsd(resolved, source.serves[0]!, purchase.month)
    return {
      month: monthAfter(start, purchase.month),
      action: bought ? 'buy' : 'reserve',
      offer: detail.name,
      provider: detail.offer?.provider ?? null,
      instance: detail.offer?.instance ?? null,
      region: detail.offer?.region ?? null,
      gpu: detail.gpu,
      gpus_per_instance: detail.gpusPerMachine,
      pricing: detail.pricing,
      instances: purchase.machines,
      term_months: bought ? null : termMonths,
      until: bought ? null : monthAfter(start, purchase.month + termMonths - 1),
      usd_per_month: round(monthly),
      usd: round(usd),
      beyond_usd: round(beyondUsd(problem, purchase)),
      on_demand_usd_per_month: onDemand === null ? null : round(onDemand * purchase.machines),
      break_even_months:
        onDemand === null
          ? null
          : breakEvenMonths(usd / purchase.machines, onDemand, source.runningUsdPerMonth, trendPercent),
      used_share: round(usedShare(solved, purchase)),
    }
  })
}

/** US dollars a month of as many of the same GPUs on demand: of such a machine, else of the cheapest by GPU; null where nobody rents them out. */
function onDemandUsd({ problem, sources }: ResolvedForecast, kind: number, month: number): number | null {
  const { gpu, gpusPerMachine } = problem.kinds[kind]!
  const rents = problem.sources.flatMap((source, index) => {
    const detail = sources[index]!
    return detail.pricing === 'on-demand' && detail.gpu === gpu ? [{ source, gpus: detail.gpusPerMachine }] : []
  })
  const same = rents.filter(({ gpus }) => gpus === gpusPerMachine)
  const usd = (same.length > 0 ? same : rents).map(
    ({ source, gpus }) => (source.usdPerMonth[month]! / gpus) * gpusPerMachine,
  )
  return usd.length === 0 ? null : Math.min(...usd)
}

/**
 * Months of use after which renting on demand, less what an own machine costs to run, comes to what the commitment costs; prices
 * go on changing as they do. Fractions count within a month.
 * @returns null where they never do
 */
export function breakEvenMonths(
  usd: number,
  onDemandUsd: number,
  runningUsd: number,
  trendPercent: number,
): number | null {
  let saved = 0
  let rent = onDemandUsd
  for (let month = 0; month < LONGEST_MONTHS; month++) {
    const gain = rent - runningUsd
    if (gain <= 0) return null
    if (saved + gain >= usd) return round(month + (usd - saved) / gain)
    saved += gain
    rent *= 1 + trendPercent / 100
  }
  return null
}

/** Machine-months in use of those there, from the purchase to the last month, of all sources that nobody tells apart. */
function usedShare({ problem, pools, decisions }: Solved, { source, month }: Purchase): number {
  const group = pools.groups.findIndex(({ sources }) => sources.includes(source))
  let used = 0
  let there = 0
  for (let t = month; t < problem.months; t++) {
    there += groupAtHand(problem, pools, decisions.bought, group, t)
    for (const { from, machines } of decisions.draws[t]!) {
      if ('group' in from && from.group === group) used += machines
    }
    for (const [w, ways] of decisions.ways.entries()) {
      const way = ways[t]!
      const workload = problem.workloads[w]!
      if (way.type !== 'committed' || way.group !== group || workload.type !== 'train') continue
      used += (workload.ways[way.run]!.machines * way.hours) / HOURS_PER_MONTH
    }
  }
  return there === 0 ? 0 : Math.min(1, used / there)
}
