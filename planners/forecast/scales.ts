import { type Diagnostic, InputError, type Path } from '../../src/scenario/diagnostic.ts'
import type { ForecastScenario } from '../../src/scenario/forecast.ts'
import type { LocatedScenario } from '../../src/scenario/schema.ts'
import { count, usd } from '../../src/units.ts'
import { hourlyWays, lanesOf } from './pools.ts'
import type { ForecastProblem, Serving, Training } from './problem.ts'
import type { ResolvedForecast } from './resolve.ts'

/*
 * What leaves every scale is a slip of the pen, and is said at its place. The programs add up what is below 1e15, and every limit here
 * stays far below.
 */

/** Nothing grows a million times within the months of a forecast. */
const MOST_FACTOR = 1e6

/** US dollars a month: all the world earns some 1e13 (World Bank, world GDP 2024: 1.1e14 a year). */
const MOST_USD = 1e13

/** Machines of one workload at once: more than were ever made. */
const MOST_MACHINES = 1e9

/** @throws InputError where traffic, runs or prices leave every scale by the last month. */
export function checkGrowth({ scenario, locate }: LocatedScenario<ForecastScenario>): void {
  const { months, workloads, price_trend_percent_per_month: trend } = scenario
  const check = (percentPerMonth: number | undefined, path: Path, what: string): Diagnostic[] => {
    const factor = (1 + (percentPerMonth ?? 0) / 100) ** (months - 1)
    if (factor <= MOST_FACTOR && factor >= 1 / MOST_FACTOR) return []
    const times = factor > 1 ? `${factor.toExponential(0)} times` : `1/${(1 / factor).toExponential(0)} of`
    const message = `${what}: ${percentPerMonth} % a month make ${times} the first month's in the last of ${count(months)}`
    return [{ severity: 'error', path, position: locate(path), message }]
  }
  const wrong = [
    ...check(trend, ['price_trend_percent_per_month'], 'price_trend_percent_per_month'),
    ...workloads.flatMap(({ growth_percent_per_month: growth }, index) =>
      check(growth, ['workloads', index, 'growth_percent_per_month'], 'growth_percent_per_month'),
    ),
  ]
  if (wrong.length > 0) throw new InputError(wrong)
}

/** @throws InputError where machines, or what is paid for them, leave every scale in some month. */
export function checkAmounts(
  { locate }: LocatedScenario<ForecastScenario>,
  { problem, sources }: Pick<ResolvedForecast, 'problem' | 'sources'>,
  monthNames: readonly string[],
): void {
  const wrong: Diagnostic[] = []
  const report = (path: Path, message: string, hint: string): void => {
    wrong.push({ severity: 'error', path, position: locate(path), message, hint })
  }
  for (const [index, workload] of problem.workloads.entries()) {
    const amount = amountOf(problem, workload, monthNames)
    if (amount === null) continue
    const hint = 'traffic, runs, growth or the trend of prices: one of them is too large'
    report(['workloads', index], `"${workload.name}" ${amount}`, hint)
  }
  for (const [index, { usdPerMonth, termMonths }] of problem.sources.entries()) {
    const most = Math.max(...usdPerMonth) * Math.max(termMonths, problem.months)
    if (most <= MOST_USD) continue
    const message = `a machine of ${sources[index]!.name} costs ${usd(most)} by the last month`
    report(['price_trend_percent_per_month'], message, 'the trend of prices is too large')
  }
  if (wrong.length > 0) throw new InputError(wrong)
}

/** What a workload takes in the first month in which that leaves every scale, in words; null where it never does. */
function amountOf(
  problem: ForecastProblem,
  workload: Serving | Training,
  monthNames: readonly string[],
): string | null {
  for (const [t, month] of monthNames.entries()) {
    const most = Math.max(0, ...hourlyWays(problem, workload, t).map((way) => way.usd))
    if (most > MOST_USD) return `costs up to ${usd(most)} in ${month}`
    if (workload.type === 'serve') continue
    const runs = workload.runs[t]!
    const machines = Math.max(0, ...workload.ways.map((way) => way.machines * lanesOf(runs, way.hours)))
    if (machines > MOST_MACHINES) return `takes up to ${count(machines)} machines at once in ${month}`
  }
  return null
}
