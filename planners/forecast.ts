import type { Catalog } from '../src/catalog/catalog.ts'
import type { Pricing } from '../src/catalog/offer.ts'
import type { ForecastResult } from '../src/result/forecast.ts'
import { InputError, inputError } from '../src/scenario/diagnostic.ts'
import type { ForecastScenario } from '../src/scenario/forecast.ts'
import { nodesName } from '../src/scenario/inventory-checks.ts'
import type { LocatedScenario } from '../src/scenario/schema.ts'
import { nameOfFile, type ReadScenario, readWorkloads } from '../src/scenario/workloads.ts'
import { count, percent, usd } from '../src/units.ts'
import { breaksOf, conflictOf, remediesOf, whyUncarried } from './forecast/breaks.ts'
import { commitmentsOf } from './forecast/commitments.ts'
import { runningsOf } from './forecast/configurations.ts'
import { termMonthsOf } from './forecast/market.ts'
import { monthsFrom } from './forecast/months.ts'
import { cheapest, hourlyWays } from './forecast/pools.ts'
import { type ForecastProblem, fixedUsdPerMonth } from './forecast/problem.ts'
import { type ResolvedForecast, resolveForecast, restricted } from './forecast/resolve.ts'
import { byProviderOf, byWorkloadOf, catalogKeys, monthsOf, solverOf, totalOf } from './forecast/result.ts'
import { sampled, type Uncertainty } from './forecast/sampling.ts'
import { checkAmounts, checkGrowth } from './forecast/scales.ts'
import { assumptionsOf, offerWarnings } from './forecast/sentences.ts'
import { DEFAULT_GAP, type ForecastSolveOptions, isSolved, type Solved, solveForecast } from './forecast/solve.ts'
import { SupplyCache } from './forecast/workload-supply.ts'
import type { PlanOptions, ProgramOptions } from './index.ts'
import { round } from './round.ts'
import { unkeptLimits } from './supply/unkept.ts'

const DEFAULT_TIME_LIMIT_SECONDS = 60
const DEFAULT_SAMPLES = 1000
const DEFAULT_SEED = 1

/**
 * What the coming months cost, and what to commit to: the cheapest way through them as a mixed-integer program over the configurations of
 * the workloads and the prices of the catalog.
 * @throws InputError for what cannot be read, and at its place for what leaves nothing to decide
 */
export async function planForecast(
  located: LocatedScenario<ForecastScenario>,
  catalog: Catalog,
  options: PlanOptions & ProgramOptions,
  read: ReadScenario,
): Promise<ForecastResult> {
  const { scenario } = located
  const given = readWorkloads(located, catalog, read, options.asOf)
  checkGrowth(located)
  const { ways, warnings } = waysToPay(located)
  const resolved = resolveForecast(scenario, given, catalog, new SupplyCache(catalog), options.asOf)
  const names = monthsFrom(scenario.start, scenario.months)
  const solve: ForecastSolveOptions = {
    gap: options.gap,
    timeLimitSeconds: options.timeLimitSeconds ?? DEFAULT_TIME_LIMIT_SECONDS,
    ...(options.solver === undefined ? {} : { solver: options.solver }),
  }
  checkAmounts(located, resolved, names)
  const limited = restricted(resolved, ways, true)
  checkCap(located, limited)
  const uncertainty = uncertaintyOf(scenario)
  const head = {
    version: 1 as const,
    kind: 'forecast' as const,
    scenario: scenario.name ?? nameOfFile(located.file),
    objective: 'cost' as const,
    monthly_cap_usd: scenario.monthly_cap ?? null,
    catalog: catalogKeys(catalog, resolved),
    uncertainty:
      uncertainty === null
        ? null
        : {
            growth_percent: uncertainty.growthPercent,
            price_percent: uncertainty.pricePercent,
            samples: uncertainty.samples,
            seed: uncertainty.seed,
          },
    assumptions: assumptionsOf(scenario, resolved, ways, uncertainty),
  }
  warnings.push(...offerWarnings(resolved))
  warnings.push(...given.flatMap((workload) => unkeptLimits(workload, 'forecast')))

  const free = await solveForecast(restricted(resolved, ways, false), names, solve)
  const isFree = limited.monthlyCapUsd === null && limited.limits.length === 0
  const keepsAll = isSolved(free) && (isFree || breaksOf(limited, free, names, true).length === 0)
  const answer = keepsAll || (isFree && !isSolved(free)) ? free : await solveForecast(limited, names, solve)

  if (!isSolved(answer)) {
    if (answer.status === 'unknown') {
      throw inputError(
        'no months within the time limit: nothing was found that keeps every requirement, nor that none does',
        {
          hint: '--time-limit gives it longer',
        },
      )
    }
    const quick = {
      ...solve,
      gap: solve.gap ?? DEFAULT_GAP.whole,
      timeLimitSeconds: Math.min(solve.timeLimitSeconds, 10),
    }
    return {
      ...head,
      status: 'infeasible',
      solver: { ...solverOf(answer.outcome), gap: null },
      months: [],
      commitments: [],
      total: null,
      by_workload: [],
      by_provider: [],
      breaks: isSolved(free) ? breaksOf(limited, free, names, false) : [],
      kept_for_usd: null,
      conflict: await conflictOf(answer, names, quick),
      remedies: await remediesOf(resolved, answer, ways, names, quick),
      warnings: [...whyUncarried(resolved, answer, catalog), ...warnings],
    }
  }

  if (answer.status === 'feasible') warnings.push(timeWarning(answer))
  const runnings = runningsOf(resolved, answer)
  const samples = uncertainty === null ? null : sampled(resolved, answer, runnings, uncertainty)
  const months = monthsOf(resolved, answer, runnings, samples, names, scenario.monthly_cap ?? null)
  const lots = new Map((scenario.inventory ?? []).map((lot) => [nodesName(lot), { capexUsd: lot.owned.capex }]))
  const trend = scenario.price_trend_percent_per_month ?? 0
  const commitments = commitmentsOf(resolved, answer, lots, scenario.start, trend)
  const breaks = isSolved(free) && !keepsAll ? breaksOf(limited, free, names, true) : []
  return {
    ...head,
    status: answer.status,
    solver: solverOf(answer.outcome),
    months,
    commitments,
    total: totalOf(answer, months, commitments, samples, onDemandUsd(resolved)),
    by_workload: byWorkloadOf(resolved, months),
    by_provider: byProviderOf(months),
    breaks,
    kept_for_usd: breaks.length > 0 && isSolved(free) ? round(Math.max(0, answer.ledger.usd - free.ledger.usd)) : null,
    conflict: null,
    remedies: [],
    warnings,
  }
}

function timeWarning({ outcome }: Solved): string {
  const gap = 'relativeGap' in outcome ? outcome.relativeGap : null
  const proof = gap === null ? 'nothing is proved of it' : `at most ${percent(gap, 2)} above the cheapest`
  return `The time limit came first: this is the best found by then, ${proof}. Another run may find another.`
}

/**
 * Ways to pay that may be used. Without `commitments`: on demand, and what is owned.
 * @throws InputError where none is left
 */
function waysToPay({ scenario, locate }: LocatedScenario<ForecastScenario>): {
  ways: ReadonlySet<Pricing>
  warnings: string[]
} {
  const { commitments, inventory = [], months } = scenario
  const hasNodes = inventory.some(({ nodes, buy }) => nodes + (buy ?? 0) > 0)
  const warnings: string[] = []
  if (commitments === undefined) {
    return { ways: new Set<Pricing>(hasNodes ? ['on-demand', 'owned'] : ['on-demand']), warnings }
  }
  const wrong: string[] = []
  const usable = commitments.filter((way) => {
    const term = termMonthsOf(way)
    if (term > months) {
      wrong.push(`${way} binds for ${term} months, longer than the ${count(months)} of the forecast`)
      warnings.push(`${wrong.at(-1)}: never bought.`)
      return false
    }
    if (way === 'owned' && !hasNodes) {
      wrong.push('the forecast has no nodes in its inventory')
      warnings.push('Nothing is owned: the inventory has no nodes.')
      return false
    }
    return true
  })
  if (usable.length === 0) {
    throw inputError(`no way to pay is left: ${wrong.join('; ')}`, {
      path: ['commitments', 0],
      position: locate(['commitments', 0]),
      hint: 'add on-demand, or more months',
    })
  }
  if (hasNodes && !commitments.includes('owned')) {
    warnings.push('The inventory is not used: owned is not among the commitments.')
  }
  if (usable.includes('spot'))
    warnings.push('Spot machines can be taken back at any time: keep what must stay up off them.')
  return { ways: new Set(usable), warnings }
}

/** @throws InputError where what is owned already costs more than the cap. */
function checkCap({ scenario, locate }: LocatedScenario<ForecastScenario>, problem: ForecastProblem): void {
  const fixed = fixedUsdPerMonth(problem)
  if (scenario.monthly_cap === undefined || fixed <= scenario.monthly_cap) return
  throw new InputError([
    {
      severity: 'error',
      path: ['monthly_cap'],
      position: locate(['monthly_cap']),
      message: `monthly_cap: ${usd(scenario.monthly_cap)} a month is below the ${usd(fixed)} that the owned nodes cost a month, used or not`,
    },
  ])
}

function uncertaintyOf({ uncertainty }: ForecastScenario): Uncertainty | null {
  if (uncertainty === undefined) return null
  return {
    growthPercent: uncertainty.growth_percent ?? 0,
    pricePercent: uncertainty.price_percent ?? 0,
    samples: uncertainty.samples ?? DEFAULT_SAMPLES,
    seed: uncertainty.seed ?? DEFAULT_SEED,
  }
}

/** Everything rented on demand, each workload in each month the cheapest way, without cap and quotas; null where something cannot be. */
function onDemandUsd(resolved: ResolvedForecast): number | null {
  const problem = restricted(resolved, new Set<Pricing>(['on-demand']), false)
  let sum = 0
  for (const workload of problem.workloads) {
    for (let t = 0; t < problem.months; t++) {
      const best = cheapest(hourlyWays(problem, workload, t))
      if (best === null) return null
      sum += best.usd
    }
  }
  return sum
}
