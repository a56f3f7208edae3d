import type { Catalog } from '../../src/catalog/catalog.ts'
import { HOURS_PER_MONTH } from '../../src/cost/money.ts'
import type {
  Commitment,
  ForecastInstances,
  ForecastMonth,
  ForecastResult,
  ForecastWorkload,
} from '../../src/result/forecast.ts'
import { round } from '../round.ts'
import type { SolveOutcome } from '../solver/outcome.ts'
import type { Running } from './configurations.ts'
import type { MonthLedger } from './ledger.ts'
import type { SourceDetail } from './market.ts'
import type { ResolvedForecast } from './resolve.ts'
import { quantileOf, type Samples } from './sampling.ts'
import type { Solved } from './solve.ts'
import { demandOf, replicasFor } from './workload-supply.ts'

const SECONDS_PER_HOUR = 3600
const MILLION = 1e6

export function solverOf(outcome: SolveOutcome): ForecastResult['solver'] {
  const gap = 'relativeGap' in outcome ? outcome.relativeGap : null
  return {
    name: outcome.solver,
    variables: outcome.variables,
    constraints: outcome.constraints,
    gap: gap === null ? null : round(gap),
    verified: true,
  }
}

/** Which catalog answered, and the day of the newest price that was considered. */
export function catalogKeys(catalog: Catalog, { sources }: ResolvedForecast): ForecastResult['catalog'] {
  const dates = sources.flatMap(({ offer }) => (offer === null ? [] : [offer.price_as_of])).sort()
  return { hash: catalog.hash, prices_as_of: dates.at(-1) ?? null }
}

function machinesOf({ name, offer, gpu, gpusPerMachine, pricing }: SourceDetail) {
  return {
    offer: name,
    provider: offer?.provider ?? null,
    instance: offer?.instance ?? null,
    region: offer?.region ?? null,
    gpu,
    gpus_per_instance: gpusPerMachine,
    pricing,
  }
}

/** Three percentiles of sorted dollars; null without samples. */
export function percentilesOf(samples: Float64Array | null) {
  const at = (share: number) => (samples === null ? null : round(quantileOf(samples, share)))
  return { usd_p10: at(0.1), usd_p50: at(0.5), usd_p90: at(0.9) }
}

/** The months in dollars, machines and configurations. */
export function monthsOf(
  resolved: ResolvedForecast,
  solved: Solved,
  runnings: readonly (readonly Running[])[],
  samples: Samples | null,
  monthNames: readonly string[],
  capUsd: number | null,
): ForecastMonth[] {
  return monthNames.map((month, t): ForecastMonth => {
    const ledger = solved.ledger.months[t]!
    const drawn = samples?.months[t]?.slice().sort() ?? null
    const over = capUsd === null || drawn === null ? null : drawn.filter((usd) => usd > capUsd).length / drawn.length
    return {
      month,
      usd: round(ledger.usd),
      ...percentilesOf(drawn),
      over_cap_share: over,
      instances: instancesOf(resolved, ledger),
      workloads: resolved.workloads.map((_, w) => workloadOf(resolved, solved, runnings[w]!, w, t)),
      idle_usd: round(ledger.idleUsd),
    }
  })
}

/** One entry for each offer and way to pay, however many workloads pay a share of the hours. */
function instancesOf({ sources }: ResolvedForecast, { bills }: MonthLedger): ForecastInstances[] {
  const entries = new Map<string, ForecastInstances>()
  for (const { source, machines, usd } of bills) {
    const detail = machinesOf(sources[source]!)
    const key = `${detail.offer} ${detail.pricing}`
    const known = entries.get(key)
    entries.set(key, {
      ...detail,
      instances: round((known?.instances ?? 0) + machines),
      usd: round((known?.usd ?? 0) + usd),
    })
  }
  return [...entries.values()].sort((a, b) => b.usd - a.usd || (a.offer < b.offer ? -1 : 1))
}

function workloadOf(
  { sources, workloads }: ResolvedForecast,
  { problem, decisions, ledger }: Solved,
  runnings: readonly Running[],
  w: number,
  t: number,
): ForecastWorkload {
  const detail = workloads[w]!
  const way = decisions.ways[w]![t]!
  const running = runnings[t]!
  const source = sources[running.source]!
  const common = {
    workload: detail.name,
    usd: round(ledger.months[t]!.byWorkload[w]!),
    offer: source.name,
    provider: source.offer?.provider ?? null,
    gpu: source.gpu,
    gpus_per_instance: source.gpusPerMachine,
    switched: t > 0 && runnings[t - 1]!.id !== running.id,
  }
  if (detail.type === 'serve') {
    const { option } = running.packed!
    const demand = demandOf(detail.request, detail.growth[t]!)
    const replicas = replicasFor(option, demand, detail.request.redundancy)
    return {
      ...common,
      instances: way.type === 'hourly' || way.type === 'pool' ? way.machines : 1,
      requests_per_second: 'inFlight' in detail.request.peak ? null : round(demand),
      runs: null,
      hours_per_run: null,
      configuration: { ...option.configuration, replicas },
    }
  }
  const training = problem.workloads[w]!
  const run = detail.runOptions[running.run!]!
  return {
    ...common,
    instances: run.machines,
    requests_per_second: null,
    runs: training.type === 'train' ? round(training.runs[t]!) : null,
    hours_per_run: round(run.hours),
    configuration: run.configuration,
  }
}

/** Dollars of all months by workload, with what they pay for. */
export function byWorkloadOf(
  resolved: ResolvedForecast,
  months: readonly ForecastMonth[],
): ForecastResult['by_workload'] {
  const all = months.reduce((sum, { usd }) => sum + usd, 0)
  return resolved.workloads.map((detail, w) => {
    const own = months.map(({ workloads }) => workloads[w]!)
    const usd = own.reduce((sum, each) => sum + each.usd, 0)
    const tokens = tokensOf(detail)
    const runs = own.reduce((sum, each) => sum + (each.runs ?? 0), 0)
    return {
      workload: detail.name,
      usd: round(usd),
      share: all === 0 ? 0 : round(usd / all),
      usd_per_million_tokens: tokens === null ? null : round((usd / tokens) * MILLION),
      usd_per_run: detail.type === 'train' ? round(usd / runs) : null,
      switches: own.filter(({ switched }) => switched).length,
    }
  })
}

/** Tokens of all months, input and output; null where the scenario states no rate. */
function tokensOf(detail: ResolvedForecast['workloads'][number]): number | null {
  if (detail.type !== 'serve' || detail.request.meanRequestsPerSecond === null) return null
  const { meanRequestsPerSecond, inputTokens, outputTokens } = detail.request
  const aMonth = meanRequestsPerSecond * (inputTokens + outputTokens) * HOURS_PER_MONTH * SECONDS_PER_HOUR
  return detail.growth.reduce((sum, factor) => sum + aMonth * factor, 0)
}

export function byProviderOf(months: readonly ForecastMonth[]): ForecastResult['by_provider'] {
  const sums = new Map<string | null, number>()
  for (const { instances } of months) {
    for (const { provider, usd } of instances) sums.set(provider, (sums.get(provider) ?? 0) + usd)
  }
  const all = [...sums.values()].reduce((sum, usd) => sum + usd, 0)
  return [...sums]
    .sort(([a, x], [b, y]) => y - x || ((a ?? '') < (b ?? '') ? -1 : 1))
    .map(([provider, usd]) => ({ provider, usd: round(usd), share: all === 0 ? 0 : round(usd / all) }))
}

export function totalOf(
  solved: Solved,
  months: readonly ForecastMonth[],
  commitments: readonly Commitment[],
  samples: Samples | null,
  onDemandUsd: number | null,
): NonNullable<ForecastResult['total']> {
  const monthsUsd = months.reduce((sum, { usd }) => sum + usd, 0)
  const beyond = commitments.reduce((sum, { beyond_usd }) => sum + beyond_usd, 0)
  const usd = solved.ledger.usd
  return {
    usd: round(usd),
    ...percentilesOf(samples?.total.slice().sort() ?? null),
    months_usd: round(monthsUsd),
    committed_beyond_usd: round(beyond),
    idle_usd: round(months.reduce((sum, { idle_usd }) => sum + idle_usd, 0)),
    on_demand:
      onDemandUsd === null
        ? null
        : {
            usd: round(onDemandUsd),
            saved_usd: round(onDemandUsd - usd),
            saved_share: onDemandUsd === 0 ? 0 : round((onDemandUsd - usd) / onDemandUsd),
          },
    switches: months.reduce((sum, { workloads }) => sum + workloads.filter(({ switched }) => switched).length, 0),
  }
}
