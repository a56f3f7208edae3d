import { type Catalog, gpusNamed } from '../../src/catalog/catalog.ts'
import { type Pricing, pricing } from '../../src/catalog/offer.ts'
import type { ForecastScenario } from '../../src/scenario/forecast.ts'
import type { Workload } from '../../src/scenario/workloads.ts'
import type { RunOption } from '../supply/training.ts'
import { Market, type SourceDetail, termMonthsOf } from './market.ts'
import { compound } from './months.ts'
import type { ForecastProblem, MachineKind, Serving, Training } from './problem.ts'
import {
  demandOf,
  machinesFor,
  optionsOn,
  type PackedOption,
  type ResolvedWorkload,
  resolveWorkload,
  type SupplyCache,
} from './workload-supply.ts'

/** How a workload runs on machines of each kind. */
export type WorkloadDetail = ResolvedWorkload & {
  /** Serving: replicas by machine kind. */
  readonly packed: ReadonlyMap<number, readonly PackedOption[]>
  /** Training: runs, in the order of the ways of the problem. */
  readonly runOptions: readonly RunOption[]
}

export interface ResolvedForecast {
  readonly problem: ForecastProblem
  readonly sources: readonly SourceDetail[]
  readonly workloads: readonly WorkloadDetail[]
  /** What a month's price is of the first month's. */
  readonly trend: readonly number[]
}

/** More GPUs than anybody runs for one workload: growth that needs them is a slip of the pen. */
const MOST_GPUS = 1e6

/** Every way to rent. */
const RENT = pricing.exclude(['owned']).options

/** A forecast as numbers, with what they stand for: every way to pay, the cap and the quotas. {@link restricted} takes some away. */
export function resolveForecast(
  scenario: ForecastScenario,
  given: readonly Workload[],
  catalog: Catalog,
  supply: SupplyCache,
  asOf: string,
): ResolvedForecast {
  const { months } = scenario
  const trend = compound(scenario.price_trend_percent_per_month ?? 0, months)
  const workloads = given.map((workload) => {
    const entry = scenario.workloads[workload.index]!
    return resolveWorkload(workload, catalog, {
      asOf,
      pricing: RENT,
      growth: compound(entry.growth_percent_per_month ?? 0, months),
      runs: entry.runs_per_month ?? 1,
      prices: scenario.prices,
      admits: admission(scenario, catalog),
    })
  })
  const market = new Market(catalog, trend, scenario.limits ?? [])
  const sourcesOf = workloads.map((workload) => market.rented(workload))
  for (const lot of scenario.inventory ?? []) {
    const index = market.owned(lot)
    for (const [w, { gpus }] of workloads.entries()) if (gpus.has(lot.gpu)) sourcesOf[w]!.add(index)
  }
  const details = workloads.map((workload, w): WorkloadDetail => {
    const own = [...sourcesOf[w]!].map((index) => market.sources[index]!)
    const used = new Set(own.flatMap(({ kind, serves }) => (workload.type === 'train' ? [kind] : serves)))
    const kinds = [...used].sort((a, b) => a - b)
    const machines = kinds.map((kind) => market.kinds[kind]!)
    if (workload.type === 'train') {
      return { ...workload, packed: new Map(), runOptions: supply.training(workload, machines) }
    }
    const options = supply.serving(workload, machines)
    const packed = new Map(kinds.map((kind) => [kind, optionsOn(options, market.kinds[kind]!)]))
    return { ...workload, packed, runOptions: [] }
  })
  const problem: ForecastProblem = {
    months,
    kinds: market.kinds,
    sources: market.sources,
    limits: market.limits,
    workloads: details.map((detail, w) =>
      detail.type === 'serve' ? servingOf(detail, market, sourcesOf[w]!) : trainingOf(detail, market, sourcesOf[w]!),
    ),
    monthlyCapUsd: scenario.monthly_cap ?? null,
  }
  return { problem, sources: market.details, workloads: details, trend }
}

/**
 * The problem with some of the ways to pay, and with or without its cap and quotas. Sources keep their places. Without `owned` nothing is
 * owned; a reservation that binds beyond the last month from the first day on is never made.
 */
export function restricted(
  { problem, sources }: Pick<ResolvedForecast, 'problem' | 'sources'>,
  ways: ReadonlySet<Pricing>,
  limited: boolean,
): ForecastProblem {
  const { months, workloads, monthlyCapUsd, limits } = problem
  const usable = sources.map(({ pricing }) => ways.has(pricing) && termMonthsOf(pricing) <= months)
  return {
    ...problem,
    sources: problem.sources.map((source, index) => ({
      ...source,
      ...(usable[index] ? {} : { existing: 0, mayBuy: 0 }),
      ...(limited ? {} : { limits: [] }),
    })),
    workloads: workloads.map((workload) => ({
      ...workload,
      sources: new Set([...workload.sources].filter((index) => usable[index])),
    })),
    limits: limited ? limits : [],
    monthlyCapUsd: limited ? monthlyCapUsd : null,
  }
}

/** GPUs and providers that the forecast's own search admits. */
function admission({ search }: ForecastScenario, catalog: Catalog) {
  const ids = (names: readonly string[] | undefined) =>
    names === undefined ? undefined : new Set(names.flatMap((name) => gpusNamed(catalog, name)))
  const only = { gpu: ids(search?.gpus), provider: search?.providers && new Set(search.providers) }
  const except = { gpu: ids(search?.exclude_gpus), provider: new Set(search?.exclude_providers) }
  return (subject: 'gpu' | 'provider', name: string): boolean =>
    only[subject]?.has(name) !== false && except[subject]?.has(name) !== true
}

function servingOf(
  { name, request, growth, packed, maxGpus }: WorkloadDetail & { type: 'serve' },
  { kinds }: Market,
  sources: ReadonlySet<number>,
): Serving {
  const needs = new Map<number, readonly number[]>()
  for (const [kind, options] of packed) {
    const machine = kinds[kind]!
    const machines = growth.map((factor) => {
      const demand = demandOf(request, factor)
      const least = Math.min(...options.map(({ option }) => machinesFor(option, machine, demand, request.redundancy)))
      return least * machine.gpusPerMachine > Math.min(maxGpus, MOST_GPUS) ? Number.POSITIVE_INFINITY : least
    })
    // Replicas that span machines count only where they do with fewer.
    const alone = kinds.findIndex((each) => isAlone(each) && isAlike(each, machine))
    const within = alone === kind ? undefined : needs.get(alone)
    const isBetter = machines.some((number, t) => number < (within?.[t] ?? Number.POSITIVE_INFINITY))
    if (isBetter) needs.set(kind, machines)
  }
  return { type: 'serve', name, needs, sources }
}

/** The kind as which every machine serves, whatever its network and its memory. */
function isAlone({ networkGbitPerSecond, ramGb }: MachineKind): boolean {
  return networkGbitPerSecond === null && (ramGb ?? null) === null
}

/** The same but for the network and the memory. */
function isAlike(a: MachineKind, b: MachineKind): boolean {
  return a.gpu === b.gpu && a.gpusPerMachine === b.gpusPerMachine && a.link === b.link
}

function trainingOf(
  { name, runs, growth, runOptions }: WorkloadDetail & { type: 'train' },
  { kinds }: Market,
  sources: ReadonlySet<number>,
): Training {
  const ways = runOptions.map(({ machine, machines, hours }) => ({
    kind: kinds.findIndex(
      (kind) =>
        kind.gpu === machine.gpu &&
        kind.gpusPerMachine === machine.gpu_count &&
        (machine.link === null || kind.link === machine.link) &&
        kind.networkGbitPerSecond === machine.network_gbit_per_second &&
        (kind.ramGb ?? null) === (machine.ram_gb ?? null),
    ),
    machines,
    hours,
  }))
  return { type: 'train', name, runs: growth.map((factor) => runs * factor), ways, sources }
}
