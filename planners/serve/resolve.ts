import { type Catalog, get, gpusNamed } from '../../src/catalog/catalog.ts'
import type { Engine } from '../../src/catalog/engine.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { KvFormat, Quantization } from '../../src/catalog/quantization.ts'
import { holdsNative, newestRelease, releaseFor, supportFor } from '../../src/catalog/support.ts'
import { type EligibleOffers, eligibleOffers } from '../../src/cost/eligibility.ts'
import type { CompleteServeScenario } from '../../src/scenario/defaults.ts'
import { SECONDS_PER_DAY } from '../../src/units.ts'
import { modelOf, type ResolvedModel, resolveModel } from '../model.ts'
import { wholeFor } from '../round.ts'
import type { ServeRequest } from './request.ts'

/** Degrees that engines split over; a scenario may name others. */
const DEGREES = [1, 2, 4, 8]

/** Caps on concurrency that are tried: powers of two and the steps between them. */
const CONCURRENCIES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]

export interface ResolveOptions {
  /** Day from which the age of prices is judged, YYYY-MM-DD. */
  readonly asOf: string
  readonly alternatives: number
  /** The scenario states the engine's memory utilization itself. */
  readonly utilizationGiven: boolean
}

export interface ResolvedServe {
  readonly request: ServeRequest
  readonly offers: EligibleOffers
}

/** Puts catalog entries in the place of names, and domains in the place of absent lists. */
export function resolveServe(
  scenario: CompleteServeScenario,
  catalog: Catalog,
  options: ResolveOptions,
): ResolvedServe {
  const { traffic, search, latency } = scenario
  const model = resolveModel(modelOf(scenario.model, catalog))
  const engines = enginesOf(scenario, catalog)
  const gpus = gpusOf(search, catalog)
  const offers = eligibleOffers(catalog.offers.values(), {
    asOf: options.asOf,
    maxAgeDays: scenario.prices.max_age_days,
    minConfidence: scenario.prices.min_confidence,
    pricing: search.pricing,
    providers: search.providers,
    excludeProviders: search.exclude_providers,
    gpus: gpus.map((gpu) => gpu.id),
    sets: scenario.prices.offers.length === 0 ? undefined : scenario.prices.offers,
    discountPercent: scenario.prices.discount_percent,
    overrides: scenario.prices.overrides,
  })
  const mean = meanRate(traffic)
  const inFlight = wholeFor((traffic.concurrency ?? 1) * traffic.peak_factor)
  const request: ServeRequest = {
    name: scenario.name,
    ...model,
    context: scenario.context,
    inputTokens: traffic.input_tokens,
    outputTokens: traffic.output_tokens,
    prefixCached: traffic.prefix_cached,
    peak: mean === null ? { inFlight } : { requestsPerSecond: mean * traffic.peak_factor },
    meanRequestsPerSecond: mean,
    peakFactor: traffic.peak_factor,
    ttftMs: latency.ttft_ms ?? null,
    tpotMs: latency.tpot_ms ?? null,
    maxLossPercent: scenario.quality.max_loss_percent,
    redundancy: scenario.redundancy,
    engines,
    memoryModel: scenario.memory_model,
    utilization: options.utilizationGiven ? scenario.utilization : null,
    maxBatchedTokens: scenario.max_batched_tokens ?? null,
    headroom: scenario.headroom,
    accuracy: catalog.physics.accuracy,
    quantizations:
      search.quantization === undefined
        ? [...catalog.quantizations.values()].filter((each) => isDefaultFormat(each, model, engines))
        : search.quantization.map((id) => get(catalog, 'quantizations', id)),
    defaultQuantizations: search.quantization === undefined,
    kvFormats:
      search.kv_cache === undefined
        ? [...catalog.kvFormats.values()].filter(
            (each) => each.searched_by_default && runsSomewhere(each, engines, gpus),
          )
        : search.kv_cache.map((id) => get(catalog, 'kvFormats', id)),
    gpus,
    tensorParallel: sorted(search.tensor_parallel ?? DEGREES),
    pipelineParallel: sorted(search.pipeline_parallel ?? DEGREES),
    expertParallel: sorted(search.expert_parallel ?? (model.profile.experts > 0 ? DEGREES : [1])),
    maxConcurrency: mean === null ? concurrenciesUpTo(inFlight) : CONCURRENCIES,
    maxGpus: search.max_gpus,
    offers: offers.eligible,
    objective: scenario.objective,
    alternatives: options.alternatives,
    billedShare: scenario.prices.billed_share,
  }
  return { request, offers }
}

/** Caps where the requests in flight are stated: no replica ever holds more than all of them. */
function concurrenciesUpTo(inFlight: number): number[] {
  const below = CONCURRENCIES.filter((cap) => cap < inFlight)
  return below.length < CONCURRENCIES.length ? [...below, inFlight] : below
}

/** Mean requests a second; null where the scenario states requests in flight. */
function meanRate(traffic: CompleteServeScenario['traffic']): number | null {
  if (traffic.requests_per_second !== undefined) return traffic.requests_per_second
  if (traffic.tokens_per_day === undefined) return null
  return traffic.tokens_per_day / (traffic.input_tokens + traffic.output_tokens) / SECONDS_PER_DAY
}

function enginesOf(scenario: CompleteServeScenario, catalog: Catalog): ServeRequest['engines'] {
  const engines: Engine[] =
    scenario.engine === 'any' ? [...catalog.engines.values()] : [get(catalog, 'engines', scenario.engine)]
  return engines.map((engine) => {
    const version = scenario.engine_version
    const answer = version === undefined ? undefined : releaseFor(engine, version)
    // The scenario reader has refused versions outside the known releases.
    const release = answer?.ok === true ? answer.release : newestRelease(engine)
    return { engine, release, version: version ?? release.from }
  })
}

/** Formats that a search without a list of them tries: those an engine loads, and native ones only for their own models. */
function isDefaultFormat(format: Quantization, { model }: ResolvedModel, engines: ServeRequest['engines']): boolean {
  const native = model.native_quantization?.scheme
  return (
    format.searched_by_default &&
    engines.some(({ engine }) => (engine.weight_files === 'gguf') === (format.gguf !== undefined)) &&
    (!format.only_native || (native !== undefined && holdsNative(format, native)))
  )
}

function runsSomewhere(format: KvFormat, engines: ServeRequest['engines'], gpus: readonly Gpu[]): boolean {
  return engines.some(({ engine }) => gpus.some((gpu) => supportFor(format, engine.id, gpu).level !== 'refused'))
}

function gpusOf(search: CompleteServeScenario['search'], catalog: Catalog): Gpu[] {
  const wanted =
    search.gpus === undefined ? [...catalog.gpus.keys()] : search.gpus.flatMap((name) => gpusNamed(catalog, name))
  const excluded = new Set((search.exclude_gpus ?? []).flatMap((name) => gpusNamed(catalog, name)))
  return sorted([...new Set(wanted)].filter((id) => !excluded.has(id))).map((id) => get(catalog, 'gpus', id))
}

function sorted<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))
}
