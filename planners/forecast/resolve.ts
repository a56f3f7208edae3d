import { type Catalog, get, gpusNamed } from '../../src/catalog/catalog.ts'
import { type Offer, type OwnedCost, type Pricing, pricing } from '../../src/catalog/offer.ts'
import { HOURS_PER_MONTH, ownedCapitalUsdPerHour, ownedRunningUsdPerHour } from '../../src/cost/money.ts'
import type { ForecastNodes, ForecastScenario } from '../../src/scenario/forecast.ts'
import type { RentLimit } from '../../src/scenario/inventory.ts'
import { nodesName } from '../../src/scenario/inventory-checks.ts'
import type { Workload } from '../../src/scenario/workloads.ts'
import type { RunOption } from '../supply/training.ts'
import { compound } from './months.ts'
import type { ForecastProblem, Limit, MachineKind, Serving, Source, Training } from './problem.ts'
import {
  demandOf,
  machinesFor,
  optionsOn,
  type PackedOption,
  type ResolvedWorkload,
  resolveWorkload,
  type SupplyCache,
} from './workload-supply.ts'

/** Where the machines of a source come from. */
export interface SourceDetail {
  /** Offer id, or the name of the owned nodes. */
  readonly name: string
  /** Null for owned nodes. */
  readonly offer: Offer | null
  readonly pricing: Pricing
  readonly gpu: string
  readonly gpusPerMachine: number
}

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

const DEFAULT_PUE = 1.3
const RESERVED_MONTHS: Partial<Record<Pricing, number>> = { 'reserved-1y': 12, 'reserved-3y': 36 }

/** Months that a way to pay binds; 0 where it binds to nothing. */
export function termMonthsOf(pricing: Pricing): number {
  return RESERVED_MONTHS[pricing] ?? 0
}

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
    const packed = new Map(kinds.map((kind) => [kind, optionsOn(options, market.kinds[kind]!, catalog)]))
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
      return least * machine.gpusPerMachine > maxGpus ? Number.POSITIVE_INFINITY : least
    })
    // Replicas that span machines count only where they do with fewer.
    const alone = kinds.findIndex((each) => each.networkGbitPerSecond === null && isAlike(each, machine))
    const within = alone === kind ? undefined : needs.get(alone)
    const isBetter = machines.some((number, t) => number < (within?.[t] ?? Number.POSITIVE_INFINITY))
    if (isBetter) needs.set(kind, machines)
  }
  return { type: 'serve', name, needs, sources }
}

/** The same but for the network. */
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
        kind.networkGbitPerSecond === machine.network_gbit_per_second,
    ),
    machines,
    hours,
  }))
  return { type: 'train', name, runs: growth.map((factor) => runs * factor), ways, sources }
}

/** Collects kinds of machines, their sources and the limits that these count in, each once. */
class Market {
  readonly kinds: MachineKind[] = []
  readonly sources: Source[] = []
  readonly details: SourceDetail[] = []
  readonly limits: Limit[] = []
  readonly #catalog: Catalog
  readonly #trend: readonly number[]
  readonly #quotas: readonly RentLimit[]
  readonly #known = new Map<string, number>()

  constructor(catalog: Catalog, trend: readonly number[], quotas: readonly RentLimit[]) {
    this.#catalog = catalog
    this.#trend = trend
    this.#quotas = quotas
    for (const quota of quotas) this.limits.push({ gpus: quota.gpus, requirement: quotaText(quota) })
  }

  /** Sources of the offers that a workload may rent. */
  rented({ eligible, billedShare }: ResolvedWorkload): Set<number> {
    return new Set(
      eligible.map(({ offer, pricing, usdPerHour }) => {
        const termMonths = termMonthsOf(pricing)
        // What is reserved is paid whether it is up or not.
        const share = termMonths > 0 ? 1 : billedShare
        return this.#once(JSON.stringify([offer.id, pricing, usdPerHour, share]), () => {
          const kinds = this.#kinds(offer.gpu, offer.gpu_count, offer.link, offer.network_gbit_per_second)
          const usd = usdPerHour * HOURS_PER_MONTH * share
          const limits = this.#limitsOf(offer, pricing)
          const { gpu, gpu_count: gpusPerMachine } = offer
          this.details.push({ name: offer.id, offer, pricing, gpu, gpusPerMachine })
          return {
            ...kinds,
            way: termMonths > 0 ? 'reserved' : 'hourly',
            usdPerMonth: this.#trend.map((factor) => usd * factor),
            runningUsdPerMonth: 0,
            termMonths,
            existing: 0,
            existingUsdPerMonth: 0,
            mayBuy: 0,
            trains: pricing !== 'spot',
            limits,
          }
        })
      }),
    )
  }

  /** The source of a lot of owned nodes. */
  owned(lot: ForecastNodes): number {
    const name = nodesName(lot)
    return this.#once(`owned ${name}`, () => {
      const gpusPerMachine = lot.gpus_per_node ?? 1
      const cost: OwnedCost = {
        capex_usd: lot.owned.capex,
        years: lot.owned.years,
        watts: lot.owned.watts,
        usd_per_kwh: lot.owned.usd_per_kwh,
        pue: lot.owned.pue ?? DEFAULT_PUE,
      }
      const usd = ownedCapitalUsdPerHour(cost) * HOURS_PER_MONTH
      this.details.push({ name, offer: null, pricing: 'owned', gpu: lot.gpu, gpusPerMachine })
      return {
        ...this.#kinds(lot.gpu, gpusPerMachine, lot.link ?? null, lot.network_gbit_per_second ?? null),
        way: 'owned',
        usdPerMonth: this.#trend.map((factor) => usd * factor),
        runningUsdPerMonth: ownedRunningUsdPerHour(cost) * HOURS_PER_MONTH,
        termMonths: 0,
        existing: lot.nodes,
        existingUsdPerMonth: usd,
        mayBuy: lot.buy ?? 0,
        trains: true,
        limits: [],
      }
    })
  }

  #once(key: string, make: () => Source): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const source = make()
    this.#known.set(key, this.sources.length)
    return this.sources.push(source) - 1
  }

  /** The kind of a machine, and those as which it serves. */
  #kinds(gpu: string, gpus: number, link: string | null, network: number | null): Pick<Source, 'kind' | 'serves'> {
    const alone = this.#kind(gpu, gpus, link, null)
    if (network === null) return { kind: alone, serves: [alone] }
    return {
      kind: this.#kind(gpu, gpus, link, network),
      serves: [alone, this.#kind(gpu, gpus, link, Number.POSITIVE_INFINITY)],
    }
  }

  #kind(gpu: string, gpusPerMachine: number, link: string | null, networkGbitPerSecond: number | null): number {
    const usual = get(this.#catalog, 'gpus', gpu).interconnect.link
    const kind = { gpu, gpusPerMachine, link: gpusPerMachine === 1 ? usual : (link ?? usual), networkGbitPerSecond }
    const found = this.kinds.findIndex(
      (each) =>
        each.gpu === gpu &&
        each.gpusPerMachine === gpusPerMachine &&
        each.link === kind.link &&
        each.networkGbitPerSecond === networkGbitPerSecond,
    )
    return found >= 0 ? found : this.kinds.push(kind) - 1
  }

  #limitsOf(offer: Offer, pricing: Pricing): number[] {
    const own = [...this.#quotas.keys()].filter((index) => {
      const quota = this.#quotas[index]!
      return (
        (quota.provider ?? offer.provider) === offer.provider &&
        (quota.region ?? offer.region) === offer.region &&
        (quota.gpu ?? offer.gpu) === offer.gpu &&
        (quota.pricing ?? pricing) === pricing
      )
    })
    if (offer.max_instances === undefined) return own
    const requirement = `instances of ${offer.id}`
    const found = this.limits.findIndex((limit) => limit.requirement === requirement)
    const gpus = offer.max_instances * offer.gpu_count
    return [...own, found >= 0 ? found : this.limits.push({ gpus, requirement }) - 1]
  }
}

/** `limit of 16 GPUs at gcp`. */
export function quotaText({ gpus, gpu, provider, region, pricing }: RentLimit): string {
  const what = `${gpus}${gpu === undefined ? '' : ` ${gpu}`} ${gpus === 1 ? 'GPU' : 'GPUs'}`
  const where = [provider === undefined ? '' : ` at ${provider}`, region === undefined ? '' : ` in ${region}`].join('')
  return `limit of ${what}${where}${pricing === undefined ? '' : ` ${pricing}`}`
}
