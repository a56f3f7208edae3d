import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Pricing } from '../../src/catalog/offer.ts'
import type { EligibleOffers, PricedOffer } from '../../src/cost/eligibility.ts'
import { instancesFor, packingRefusal } from '../../src/cost/packing.ts'
import { applyDefaults } from '../../src/scenario/defaults.ts'
import type { ForecastScenario } from '../../src/scenario/forecast.ts'
import type { ServeScenario } from '../../src/scenario/serve.ts'
import type { TrainScenario } from '../../src/scenario/train.ts'
import { applyTrainDefaults } from '../../src/scenario/train-defaults.ts'
import type { Workload } from '../../src/scenario/workloads.ts'
import { wholeFor } from '../round.ts'
import type { ServeRequest } from '../serve/request.ts'
import { resolveServe } from '../serve/resolve.ts'
import type { ReplicaOption } from '../supply/replica-option.ts'
import { servingOptions } from '../supply/serving.ts'
import { type RunOption, trainingOptions } from '../supply/training.ts'
import type { TrainRequest } from '../train/request.ts'
import { resolveTrain } from '../train/resolve.ts'
import type { MachineKind } from './problem.ts'

/** A workload with everything that its scenario leaves open filled in. */
export type ResolvedWorkload = (ResolvedServing | ResolvedTraining) & {
  readonly name: string
  readonly offers: EligibleOffers
  /** Rented offers that it may use, with their prices. */
  readonly eligible: readonly PricedOffer[]
  readonly gpus: ReadonlySet<string>
  /** Share of the hours of a month in which rented machines are paid. */
  readonly billedShare: number
  /** Most GPUs at once, where the scenario says so. */
  readonly maxGpus: number
  readonly assumptions: readonly string[]
  /** Growth by month, 1 in the first. */
  readonly growth: readonly number[]
}

interface ResolvedServing {
  readonly type: 'serve'
  readonly request: ServeRequest
  readonly given: ServeScenario
}

interface ResolvedTraining {
  readonly type: 'train'
  readonly request: TrainRequest
  readonly given: TrainScenario
  /** Runs of the first month. */
  readonly runs: number
}

/** Sentences about what a forecast decides itself. */
const DECIDED_HERE = /^(pricing|objective|GPUs): /

interface ResolveWorkloadOptions {
  readonly asOf: string
  /** Ways to pay for what is rented. */
  readonly pricing: readonly Pricing[]
  readonly growth: readonly number[]
  readonly runs: number
  readonly prices: ForecastScenario['prices']
  /** Whether a GPU or a provider is admitted by the forecast itself. */
  readonly admits: (subject: 'gpu' | 'provider', name: string) => boolean
}

/** Reads a workload's scenario as a forecast needs it: its own hardware and targets, the forecast's ways to pay and prices. */
export function resolveWorkload(
  { name, scenario: given }: Workload,
  catalog: Catalog,
  options: ResolveWorkloadOptions,
): ResolvedWorkload {
  const { asOf, growth, admits } = options
  const prices = { ...given.prices, ...options.prices }
  const keep = (offers: EligibleOffers) =>
    offers.eligible.filter(({ offer }) => admits('gpu', offer.gpu) && admits('provider', offer.provider))
  const pricing = [...options.pricing]
  if (given.kind === 'train') {
    const { scenario, assumptions } = applyTrainDefaults({ ...given, prices }, name, catalog)
    const complete = { ...scenario, search: { ...scenario.search, pricing } }
    const { request, offers } = resolveTrain(complete, catalog, { asOf, alternatives: 0 })
    return {
      type: 'train',
      name,
      given,
      runs: options.runs,
      // A budget is of a run that is planned alone; here every dollar counts.
      request: { ...request, gpus: request.gpus.filter(({ id }) => admits('gpu', id)), budgetUsd: null },
      offers,
      eligible: keep(offers),
      gpus: new Set(request.gpus.map(({ id }) => id).filter((id) => admits('gpu', id))),
      billedShare: 1,
      maxGpus: request.maxGpus,
      assumptions: assumptions.filter((each) => !/^(pricing|objective): /.test(each)),
      growth,
    }
  }
  const { scenario, assumptions } = applyDefaults({ ...given, prices }, name)
  const complete = { ...scenario, search: { ...scenario.search, pricing } }
  const resolve = { asOf, alternatives: 0, utilizationGiven: given.utilization !== undefined }
  const { request, offers } = resolveServe(complete, catalog, resolve)
  return {
    type: 'serve',
    name,
    given,
    request: { ...request, gpus: request.gpus.filter(({ id }) => admits('gpu', id)) },
    offers,
    eligible: keep(offers),
    gpus: new Set(request.gpus.map(({ id }) => id).filter((id) => admits('gpu', id))),
    billedShare: request.billedShare,
    maxGpus: given.search?.max_gpus ?? Number.POSITIVE_INFINITY,
    assumptions: assumptions.filter((each) => !DECIDED_HERE.test(each)),
    growth,
  }
}

/** What the busiest hour of a month asks for: requests a second, or requests in flight. */
export function demandOf({ peak }: ServeRequest, growth: number): number {
  return 'inFlight' in peak ? Math.ceil(peak.inFlight * growth - 1e-9) : peak.requestsPerSecond * growth
}

/** The options of workloads, searched once for each scenario however many workloads and months use it. */
export class SupplyCache {
  readonly #catalog: Catalog
  readonly #serving = new Map<object, Map<string, readonly ReplicaOption[]>>()
  readonly #training = new Map<object, Map<string, readonly RunOption[]>>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** Replicas of a serving workload that no others beat, on the kinds of machines. */
  serving(
    { given, request, growth }: ResolvedWorkload & { type: 'serve' },
    kinds: readonly MachineKind[],
  ): readonly ReplicaOption[] {
    const links = new Map<string, Set<string>>()
    for (const { gpu, link } of kinds) links.set(gpu, (links.get(gpu) ?? new Set()).add(link))
    const wanted: ServeRequest = { ...grown(request, growth), gpus: request.gpus.filter(({ id }) => links.has(id)) }
    const place = JSON.stringify([wanted.maxConcurrency, wanted.gpus.map(({ id }) => [id, [...links.get(id)!].sort()])])
    return remembered(this.#serving, given, place, () => servingOptions(wanted, this.#catalog, links))
  }

  /** Fastest runs of a training workload on the kinds of machines. */
  training(
    { given, request }: ResolvedWorkload & { type: 'train' },
    kinds: readonly MachineKind[],
  ): readonly RunOption[] {
    const machines = kinds.map((kind) => ({
      gpu: kind.gpu,
      gpu_count: kind.gpusPerMachine,
      link: kind.gpusPerMachine === 1 ? null : kind.link,
      network_gbit_per_second: kind.networkGbitPerSecond,
      ram_gb: kind.ramGb ?? null,
    }))
    return remembered(this.#training, given, JSON.stringify(machines), () =>
      trainingOptions(request, this.#catalog, machines),
    )
  }
}

function remembered<T>(known: Map<object, Map<string, T>>, scenario: object, place: string, make: () => T): T {
  const own = known.get(scenario) ?? new Map<string, T>()
  known.set(scenario, own)
  const found = own.get(place) ?? make()
  own.set(place, found)
  return found
}

/** The request with the caps on concurrency that its busiest and its quietest month may want. */
function grown(request: ServeRequest, growth: readonly number[]): ServeRequest {
  if (!('inFlight' in request.peak)) return request
  const most = demandOf(request, Math.max(...growth))
  const least = demandOf(request, Math.min(...growth))
  const steps = Array.from({ length: 64 }, (_, index) => Math.round(2 ** (index / 2))).filter((cap) => cap < most)
  const caps = [...new Set([...request.maxConcurrency, ...steps, least, most])].filter(
    (cap) => cap <= 1024 || cap === least,
  )
  return { ...request, maxConcurrency: caps.sort((a, b) => a - b) }
}

/** A replica on machines of a kind. */
export interface PackedOption {
  readonly option: ReplicaOption
  /** Index in the options of the workload. */
  readonly index: number
}

/** Options that fit machines of a kind, without those that carry less on as many GPUs. */
export function optionsOn(options: readonly ReplicaOption[], kind: MachineKind): PackedOption[] {
  const fitting = options.flatMap((option, index): PackedOption[] => {
    if (option.gpu !== kind.gpu || option.link !== kind.link) return []
    const { gpusPerReplica, gpusTogether, maySpan } = option
    const network = kind.networkGbitPerSecond !== null
    if (packingRefusal(gpusPerReplica, gpusTogether, kind.gpusPerMachine, network) !== null) return []
    if (gpusPerReplica > kind.gpusPerMachine && !maySpan) return []
    return [{ option, index }]
  })
  const beats = (a: ReplicaOption, b: ReplicaOption): boolean =>
    a.gpusPerReplica <= b.gpusPerReplica &&
    a.gpusTogether <= b.gpusTogether &&
    a.capacity >= b.capacity &&
    (a.gpusPerReplica < b.gpusPerReplica || a.gpusTogether < b.gpusTogether || a.capacity > b.capacity)
  return fitting.filter(({ option }) => !fitting.some((other) => beats(other.option, option)))
}

/** Replicas that carry a demand, spares included. */
export function replicasFor({ capacity }: ReplicaOption, demand: number, redundancy: number): number {
  // A load that fills its replicas exactly must not round up to one more through the last bit.
  return Math.max(1, wholeFor(demand / capacity)) + redundancy
}

/** Whole machines of a kind that carry a demand with an option. */
export function machinesFor(option: ReplicaOption, kind: MachineKind, demand: number, redundancy: number): number {
  const replicas = replicasFor(option, demand, redundancy)
  return instancesFor(replicas, option.gpusPerReplica, option.gpusTogether, kind.gpusPerMachine)
}
