import type { RecordKind } from '../../measurements/record.ts'
import { BYTES_PER_GIB, count, fixed, gib, ms, rate, significant } from '../../units.ts'

/** Kinds of records in the order in which reports show them. */
export const kindTitles: Readonly<Record<RecordKind, string>> = {
  'serving-memory': 'Serving memory',
  'serving-throughput': 'Serving throughput',
  'training-memory': 'Training memory',
  'training-throughput': 'Training throughput',
}
export const recordKinds = Object.keys(kindTitles) as readonly RecordKind[]

/** What an error is of. */
interface QuantityWords {
  readonly title: string
  /** Short enough for the head of a column. */
  readonly short: string
  print(value: number): string
  /**
   * A figure that people plan by. Others are parts of one (activations, graphs, runtime), whose relative errors say little, or are
   * the same figure held against another base.
   */
  readonly headline: boolean
}

const gibibytes = (value: number): string => gib(value * BYTES_PER_GIB, 2)
const tokenRate = (value: number): string => `${rate(value)} tokens/s`
const tokens = (value: number): string => `${count(Math.round(value))} tokens`

const QUANTITIES: Readonly<Record<string, QuantityWords>> = {
  weights_gib: { title: 'weights', short: 'weights', print: gibibytes, headline: true },
  kv_cache_gib: { title: 'KV cache room', short: 'KV room', print: gibibytes, headline: false },
  kv_cache_of_gpu: { title: 'KV cache room, of GPU memory', short: 'KV room/GPU', print: errorPercent, headline: true },
  kv_tokens: { title: 'KV cache tokens', short: 'KV tokens', print: tokens, headline: true },
  activations_gib: { title: 'activations', short: 'activations', print: gibibytes, headline: false },
  runtime_gib: { title: 'runtime', short: 'runtime', print: gibibytes, headline: false },
  graphs_gib: { title: 'graphs', short: 'graphs', print: gibibytes, headline: false },
  peak_gib: { title: 'peak', short: 'peak', print: gibibytes, headline: true },
  output_tokens_per_second: { title: 'output tokens/s', short: 'output tok/s', print: tokenRate, headline: true },
  tokens_per_second: { title: 'tokens/s', short: 'tokens/s', print: tokenRate, headline: true },
  ttft_ms: { title: 'TTFT', short: 'TTFT', print: ms, headline: true },
  tpot_ms: { title: 'TPOT', short: 'TPOT', print: ms, headline: true },
}

/** The words of a quantity; one that has none is shown under its own name. */
export function quantityWords(quantity: string): QuantityWords {
  const words = Object.hasOwn(QUANTITIES, quantity) ? QUANTITIES[quantity] : undefined
  return words ?? { title: quantity, short: quantity, print: (value) => significant(value, 3), headline: true }
}

/** Below this share a figure of an error says only that it is small. */
const LEAST_SHARE = 1e-6

/** The size of an error for people: `12.3%`, `0.043%` (two digits under one percent), `<0.0001%`, `0%`. */
export function errorPercent(share: number): string {
  const size = Math.abs(share)
  if (size === 0) return '0%'
  if (size < LEAST_SHARE) return '<0.0001%'
  return `${size < 0.00995 ? significant(size * 100, 2) : fixed(size * 100, size < 1 ? 1 : 0)}%`
}

/** An error as a bare number of percent, for cells that hold several: `12.3`, `0.04`; `0`, `<0.01` and `>999` at the ends. */
export function shortPercent(share: number): string {
  const percent = Math.abs(share) * 100
  if (percent === 0) return '0'
  if (percent < 0.01) return '<0.01'
  if (percent > 999) return '>999'
  return fixed(percent, percent < 0.995 ? 2 : percent < 100 ? 1 : 0)
}

/** The same with its sign: `+12.3%`, `-0.043%`. */
export function signedError(share: number): string {
  const text = errorPercent(share)
  return share === 0 ? text : `${share < 0 ? '-' : '+'}${text}`
}

/** Digits of a figure in machine-readable forms: beyond them every machine's arithmetic differs. */
const DIGITS = 6

/** A figure with six significant digits; a whole number as it is. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS))
}
