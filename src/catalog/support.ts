import type { Engine, EngineRelease } from './engine.ts'
import type { Gpu } from './gpu.ts'
import type { KvFormat, Quantization, SupportRow } from './quantization.ts'

/**
 * How an engine runs a format on a GPU. `kernel` stands in for the format's own. `expands_to`: bytes in memory follow that format.
 * `reason` is written for the reader of a plan.
 */
export type Support = Pick<SupportRow, 'level' | 'kernel' | 'expands_to' | 'reason'>

type Board = Pick<Gpu, 'generation' | 'vendor' | 'formats'>

/** The first row of a format's support matrix that matches; no matching row means refused. */
export function supportFor(format: { readonly support: readonly SupportRow[] }, engineId: string, gpu: Board): Support {
  const row = format.support.find((candidate) => matches(candidate, engineId, gpu))
  if (row === undefined) {
    return { level: 'refused', reason: `${engineId} documents no support on ${gpu.vendor} ${gpu.generation}` }
  }
  return {
    level: row.level,
    reason: row.reason,
    ...(row.kernel === undefined ? {} : { kernel: row.kernel }),
    ...(row.expands_to === undefined ? {} : { expands_to: row.expands_to }),
  }
}

function matches(row: SupportRow, engineId: string, gpu: Board): boolean {
  return (
    (row.engines === undefined || row.engines.includes(engineId)) &&
    (row.generations === undefined || row.generations.includes(gpu.generation)) &&
    (row.vendors === undefined || row.vendors.includes(gpu.vendor)) &&
    (row.needs === undefined || gpu.formats[row.needs])
  )
}

/**
 * Whether a weight format belongs to the default search on this GPU: fp16 repeats bf16 wherever that runs.
 */
export function searchedByDefault(
  quantization: Pick<Quantization, 'searched_by_default' | 'searched_only_without'>,
  gpu: Pick<Gpu, 'formats'>,
): boolean {
  const { searched_by_default, searched_only_without: without } = quantization
  return searched_by_default && (without === undefined || !gpu.formats[without])
}

/** Whether a format stores the weights of a model released in `nativeScheme` as they are. */
export function holdsNative(quantization: Pick<Quantization, 'id' | 'holds_exactly'>, nativeScheme: string): boolean {
  return quantization.id === nativeScheme || (quantization.holds_exactly?.includes(nativeScheme) ?? false)
}

/** Percent of the average benchmark score; `expected` lies in [low, high]. */
export interface QualityLoss {
  readonly low: number
  readonly high: number
  readonly expected: number
}

/** Model sizes, in parameters, at which the published quality rows are split. */
const MEDIUM_FROM = 4e9
const LARGE_ABOVE = 30e9
/** Tokens beyond which the long-context range of a KV format applies. */
export const LONG_CONTEXT_TOKENS = 32_768

/**
 * Expected loss of a weight format with a KV format, percent of the average benchmark score against the model as published.
 *
 * Weights: the range of the model's size class, expected in its middle; 0 for a model released in the format or in one that this
 * format stores exactly. KV: its range, or the long-context range beyond {@link LONG_CONTEXT_TOKENS}; expected in the middle unless
 * the sources name a typical value. The two are added: an assumption without a source of its own (measured FP8 caches cost no more
 * on FP8 weights than on BF16 weights).
 *
 * @param model parameters as a count, and the id of the format the model was released in
 * @param contextTokens longest sequence, tokens
 */
export function qualityLoss(
  quantization: Pick<Quantization, 'id' | 'quality' | 'holds_exactly'>,
  model: { readonly parameters: number; readonly nativeScheme?: string | undefined },
  kv: Pick<KvFormat, 'loss' | 'typical_loss' | 'long_context_loss'>,
  contextTokens: number,
): QualityLoss {
  const native = model.nativeScheme !== undefined && holdsNative(quantization, model.nativeScheme)
  const weights = native ? NO_LOSS : middle(sizeClass(quantization.quality, model.parameters))
  const cache = kvLoss(kv, contextTokens)
  return {
    low: weights.low + cache.low,
    high: weights.high + cache.high,
    expected: weights.expected + cache.expected,
  }
}

const NO_LOSS: QualityLoss = { low: 0, high: 0, expected: 0 }

type LossRange = readonly [number, number]

function middle([low, high]: LossRange): QualityLoss {
  return { low, high, expected: (low + high) / 2 }
}

function sizeClass(quality: Quantization['quality'], parameters: number): LossRange {
  if (parameters < MEDIUM_FROM) return quality.small
  return parameters > LARGE_ABOVE ? quality.large : quality.medium
}

function kvLoss(kv: Pick<KvFormat, 'loss' | 'typical_loss' | 'long_context_loss'>, contextTokens: number): QualityLoss {
  if (kv.long_context_loss !== undefined && contextTokens > LONG_CONTEXT_TOKENS) return middle(kv.long_context_loss)
  const range = middle(kv.loss)
  return kv.typical_loss === undefined ? range : { ...range, expected: kv.typical_loss }
}

type Releases = Pick<Engine, 'name' | 'releases'>

/** The release range that begins last. */
export function newestRelease(engine: Releases): EngineRelease {
  return engine.releases.reduce((newest, release) =>
    compareVersions(release.from, newest.from) > 0 ? release : newest,
  )
}

export type ReleaseAnswer =
  | { readonly ok: true; readonly release: EngineRelease }
  /** `message` names the ranges that are known. */
  | { readonly ok: false; readonly message: string }

/** `0.22 and later`, `0.18 to below 0.21`. */
export function releaseRange({ from, until }: Pick<EngineRelease, 'from' | 'until'>): string {
  return until === null ? `${from} and later` : `${from} to below ${until}`
}

/**
 * The release range that holds a version: `0.19.1`, `v0.19`, a build number such as `b6325`, a pre-release such as `1.2.0rc2`, which
 * counts as the release it precedes.
 */
export function releaseFor(engine: Releases, version: string): ReleaseAnswer {
  const dotted = /^[vb]?(\d+(?:\.\d+)*)(?:[.+]?[a-z][\w.+]*)?$/i.exec(version.trim())?.[1]
  const release =
    dotted === undefined
      ? undefined
      : engine.releases.find(
          ({ from, until }) =>
            compareVersions(dotted, from) >= 0 && (until === null || compareVersions(dotted, until) < 0),
        )
  if (release !== undefined) return { ok: true, release }
  const known = engine.releases.map(releaseRange)
  const problem = dotted === undefined ? 'is not a version' : 'is outside the known releases'
  return { ok: false, message: `${engine.name} "${version}" ${problem}; known: ${known.join(', ')}` }
}

/** Order of dotted numbers: negative, zero or positive; `0.9` comes before `0.10`, `0.19` equals `0.19.0`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  for (let place = 0; place < Math.max(left.length, right.length); place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
