import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Engine, EngineRelease } from '../../../src/catalog/engine.ts'
import type { Gpu } from '../../../src/catalog/gpu.ts'
import type { Link } from '../../../src/catalog/performance.ts'
import type { KvFormat, Quantization } from '../../../src/catalog/quantization.ts'
import { newestRelease, releaseFor, supportFor } from '../../../src/catalog/support.ts'
import { gpusOf } from '../gpus.ts'
import { type Rented, rentable } from '../offers.ts'
import { amountOf, type Written } from '../scenario.ts'
import type { OracleModel } from './model.ts'
import type { ServeWish } from './wish.ts'

/** An engine with the release that is planned for. */
export interface EngineChoice {
  readonly engine: Engine
  readonly release: EngineRelease
}

/** A GPU joined to its neighbours by one kind of link, with the machines that join it so. */
export interface Board {
  readonly gpu: Gpu
  readonly link: Link
  readonly rented: readonly Rented[]
}

/** Everything that a plan may choose from, one list for each choice. */
export interface Choices {
  readonly engines: readonly EngineChoice[]
  readonly quantizations: readonly Quantization[]
  readonly kvFormats: readonly KvFormat[]
  readonly boards: readonly Board[]
  readonly tensorParallel: readonly number[]
  readonly pipelineParallel: readonly number[]
  readonly expertParallel: readonly number[]
  readonly concurrencies: readonly number[]
}

/** Degrees of parallelism that are tried where the scenario lists none. */
const USUAL_DEGREES = [1, 2, 4, 8]

/** Caps on sequences in flight: the powers of two up to 1024 and half-way (times 1.5) between them from 2 on. */
function usualConcurrencies(): number[] {
  const caps = [1]
  for (let power = 2; power <= 1024; power *= 2) {
    caps.push(power)
    if (power < 1024) caps.push(power * 1.5)
  }
  return caps
}

/** The lists of a scenario: "every list narrows the space; absent = everything the catalogs allow" (README). */
export function choicesOf(wish: ServeWish, model: OracleModel, catalog: Catalog, asOf: string): Choices {
  const search = wish.search ?? {}
  const engines = enginesOf(wish, catalog)
  const gpus = gpusOf(catalog, search)
  return {
    engines,
    quantizations:
      search.quantization === undefined
        ? [...catalog.quantizations.values()].filter((format) => isUsualFormat(format, model, engines))
        : namedBy(search.quantization, catalog.quantizations),
    kvFormats:
      search.kv_cache === undefined
        ? [...catalog.kvFormats.values()].filter((format) => isUsualKv(format, engines, gpus))
        : namedBy(search.kv_cache, catalog.kvFormats),
    boards: boardsOf(gpus, rentable(catalog, search, wish.prices ?? {}, asOf), catalog),
    tensorParallel: eachOnce(search.tensor_parallel ?? USUAL_DEGREES),
    pipelineParallel: eachOnce(search.pipeline_parallel ?? USUAL_DEGREES),
    // Without routed experts there is nothing to spread.
    expertParallel: eachOnce(search.expert_parallel ?? (model.profile.experts > 0 ? USUAL_DEGREES : [1])),
    concurrencies: concurrenciesOf(wish),
  }
}

/** `engine: any` is every engine; a stated version picks its release, otherwise the newest counts. vLLM without `engine`. */
function enginesOf({ engine = 'vllm', engine_version }: ServeWish, catalog: Catalog): EngineChoice[] {
  const found: EngineChoice[] = []
  for (const each of catalog.engines.values()) {
    if (engine !== 'any' && each.id !== engine && !each.aliases.includes(engine)) continue
    const stated = engine_version === undefined ? undefined : releaseFor(each, engine_version)
    found.push({ engine: each, release: stated?.ok ? stated.release : newestRelease(each) })
  }
  return found
}

/**
 * Weight formats of a search that lists none: those marked for it, in a kind of file that one of the engines loads; formats that only
 * exist for models released in them, only for those models.
 */
function isUsualFormat(format: Quantization, model: OracleModel, engines: readonly EngineChoice[]): boolean {
  if (!format.searched_by_default) return false
  if (!engines.some(({ engine }) => isLoadedBy(format, engine))) return false
  return !format.only_native || isNative(format, model)
}

/** GGUF files go into engines that take them, and nothing else does. */
export function isLoadedBy(format: Quantization, engine: Engine): boolean {
  const isGgufFile = format.gguf !== undefined
  return engine.weight_files === 'gguf' ? isGgufFile : !isGgufFile
}

/** Whether the format holds a model's weights as they were released. */
export function isNative(format: Quantization, { native }: OracleModel): boolean {
  if (native === undefined) return false
  return format.id === native || (format.holds_exactly ?? []).includes(native)
}

/** KV formats of a search that lists none: those marked for it that some engine runs on some GPU of the search. */
function isUsualKv(format: KvFormat, engines: readonly EngineChoice[], gpus: readonly Gpu[]): boolean {
  if (!format.searched_by_default) return false
  return engines.some(({ engine }) => gpus.some((gpu) => supportFor(format, engine.id, gpu).level !== 'refused'))
}

/** Entries by id or alias, each once. */
function namedBy<T extends { id: string; aliases: string[] }>(
  list: readonly string[],
  entries: ReadonlyMap<string, T>,
): T[] {
  return [...entries.values()].filter(({ id, aliases }) => list.some((name) => name === id || aliases.includes(name)))
}

/** Machines apart by GPU and by link: tensor parallelism runs at another speed over another link. */
function boardsOf(gpus: readonly Gpu[], rented: readonly Rented[], catalog: Catalog): Board[] {
  const boards: Board[] = []
  for (const gpu of gpus) {
    for (const link of catalog.links.values()) {
      const joined = rented.filter(
        ({ offer }) => offer.gpu === gpu.id && (offer.link ?? gpu.interconnect.link) === link.id,
      )
      if (joined.length > 0) boards.push({ gpu, link, rented: joined })
    }
  }
  return boards
}

/** Where the scenario says how many requests are in flight, a replica never holds more than all of them. */
function concurrenciesOf({ traffic }: ServeWish): number[] {
  const usual = usualConcurrencies()
  if (traffic.concurrency === undefined) return usual
  const all = inFlightOf(traffic.concurrency, traffic.peak_factor)
  const largest = usual.at(-1) ?? 1
  if (all > largest) return usual
  return eachOnce([...usual.filter((cap) => cap < all), all])
}

/** Whole requests in flight at the busiest hour. 10 x 1.1 is 11: the last bit of a product is no further request. */
export function inFlightOf(concurrency: Written, peakFactor = 1): number {
  return Math.ceil(Number((amountOf(concurrency) * peakFactor).toPrecision(12)))
}

function eachOnce(values: readonly number[]): number[] {
  return [...new Set(values)]
}
