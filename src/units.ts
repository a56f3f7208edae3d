/**
 * Numbers as people write and read them. Inside the project everything is in base units: bytes, seconds, tokens, US dollars,
 * shares between 0 and 1. This file is the only place that parses or formats one.
 */

export const BYTES_PER_GIB = 2 ** 30
export const BYTES_PER_GB = 1e9

const COUNT_SUFFIXES: Readonly<Record<string, number>> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  B: 1e9,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

export const SECONDS_PER_DAY = 86_400

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1e-3,
  s: 1,
  m: 60,
  min: 60,
  h: 3600,
  d: SECONDS_PER_DAY,
  w: 604_800,
}

const NUMBER = '[+-]?(?:\\d+(?:_\\d+)*(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?'
const MEASURE = new RegExp(`^\\s*(${NUMBER})\\s*([A-Za-z%]*)\\s*$`)

/** No number that anyone writes is longer; the patterns below take time that grows with the square of some texts. */
const MEASURE_CHARACTERS = 100

/** A number followed by a unit: `"72h"` -> `[72, "h"]`; undefined when the text is anything else or not finite. */
function split(text: string): [number, string] | undefined {
  const match = text.length > MEASURE_CHARACTERS ? null : MEASURE.exec(text)
  if (match === null) return undefined
  const value = Number((match[1] ?? '').replaceAll('_', ''))
  return Number.isFinite(value) ? [value, match[2] ?? ''] : undefined
}

/** Multiplying 1.1 by 1e9 leaves dust in the last digit; a count that is whole within rounding error is made whole. */
function scaled(value: number, factor: number): number {
  const product = value * factor
  const whole = Math.round(product)
  return Math.abs(product - whole) <= Math.abs(product) * 2 * Number.EPSILON ? whole : product
}

function withUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const parts = split(text)
  if (parts === undefined) return undefined
  const factor = Object.hasOwn(units, parts[1]) ? units[parts[1]] : undefined
  if (factor === undefined) return undefined
  const value = scaled(parts[0], factor)
  return Number.isFinite(value) ? value : undefined
}

/** `"1M"` -> 1,000,000; suffixes k, M, B (or G), T are decimal, Ki and Mi binary (`"128Ki"` -> 131,072). Undefined if unreadable. */
export function parseCount(text: string): number | undefined {
  const parts = split(text)
  if (parts === undefined) return undefined
  return parts[1] === '' ? parts[0] : withUnit(text, COUNT_SUFFIXES)
}

/** `"80GB"` -> 80e9 bytes, `"24 GiB"` -> 25,769,803,776 bytes. A bare number has no unit and is refused (undefined). */
export function parseBytes(text: string): number | undefined {
  return withUnit(text, BYTE_UNITS)
}

/** `"72h"` -> 259,200 seconds; ms, s, m or min, h, d, w, and sums such as `"1h30m"`. A bare number is refused (undefined). */
export function parseDuration(text: string): number | undefined {
  if (text.length > MEASURE_CHARACTERS) return undefined
  const parts = text.trim().match(/[+-]?[\d._]+(?:e[+-]?\d+)?\s*[A-Za-z]+\s*/gi)
  if (parts === null || parts.join('') !== text.trim()) return undefined
  let seconds = 0
  for (const part of parts) {
    const value = withUnit(part, SECONDS_PER_UNIT)
    if (value === undefined) return undefined
    seconds += value
  }
  return seconds
}

/** `"5%"` -> 0.05. The sign is required; a bare number is refused (undefined). */
export function parsePercent(text: string): number | undefined {
  const parts = split(text)
  return parts !== undefined && parts[1] === '%' ? Number((parts[0] / 100).toPrecision(15)) : undefined
}

/** `"$1.99"`, `"1.99"`, `"$50k"`, `"1,200"` -> US dollars; undefined if unreadable. */
export function parseUsd(text: string): number | undefined {
  const plain = text.trim().replace(/^(-?)\$/, '$1')
  const grouped = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)
  return parseCount(grouped ? plain.replaceAll(',', '') : plain)
}

/** Digits of the integer part in groups of three: `1234567.5` with 2 digits -> `"1,234,567.50"`. */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  if (text.includes('e')) return value.toString()
  const [whole = '0', fraction] = text.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const sign = value < 0 && Number(text) !== 0 ? '-' : ''
  return fraction === undefined ? `${sign}${grouped}` : `${sign}${grouped}.${fraction}`
}

/** Significant digits without an exponent and without trailing zeros: `0.004213` with 2 -> `"0.0042"`. */
export function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const magnitude = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))))
  const decimals = Math.min(100, Math.max(0, digits - 1 - magnitude))
  const text = fixed(Number(value.toPrecision(digits)), decimals)
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** Whole numbers with thousands separators: `1024` -> `"1,024"`; fractions keep up to three digits. */
export function count(value: number): string {
  if (Number.isInteger(value)) return fixed(value, 0)
  const text = fixed(value, 3)
  return text.replace(/\.?0+$/, '')
}

/** The shortest exact form that {@link parseCount} reads back: `1_000_000` -> `"1M"`, `8192` -> `"8192"`, `70.6e9` -> `"70.6B"`. */
export function compactCount(value: number): string {
  let best = String(value)
  for (const suffix of ['k', 'M', 'B', 'T']) {
    const factor = COUNT_SUFFIXES[suffix] ?? 1
    const text = `${value / factor}${suffix}`
    if (text.length < best.length && parseCount(text) === value) best = text
  }
  return best
}

/** Rounded for reading: `70_553_706_496` -> `"70.6B"`, `131_072` -> `"131k"`. Three significant digits. */
export function roundedCount(value: number): string {
  for (const suffix of ['T', 'B', 'M', 'k']) {
    const factor = COUNT_SUFFIXES[suffix] ?? 1
    if (Math.abs(Number(value.toPrecision(3))) >= factor) return `${significant(value / factor, 3)}${suffix}`
  }
  return significant(value, 3)
}

/** Bytes as GiB (2^30) with one digit: `"32.9 GiB"`; more digits where one would print zero. */
export function gib(bytes: number, digits = 1): string {
  return `${smallFixed(bytes / BYTES_PER_GIB, digits)} GiB`
}

/** Bytes as decimal GB (1e9), the unit of data sheets. */
export function gb(bytes: number, digits = 1): string {
  return `${smallFixed(bytes / BYTES_PER_GB, digits)} GB`
}

function smallFixed(value: number, digits: number): string {
  const rounded = fixed(value, digits)
  return value !== 0 && Math.abs(value) < 10 ** -digits ? significant(value, 2) : rounded
}

/** Bytes exactly, in the largest binary unit that stays exact, as {@link parseBytes} reads it back: `"1.5GiB"`, `"17B"`. */
export function exactBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const value = bytes / (BYTE_UNITS[unit] ?? 1)
    const text = `${value}${unit}`
    if (Math.abs(value) >= 1 && text.length <= 10 && parseBytes(text) === bytes) return text
  }
  return `${bytes}B`
}

/** US dollars: `"$1.99"`, `"$15,709.60"`, `"$120,000"` (no cents from 100,000 on), `"$0.0042"` (two digits under a cent). */
export function usd(value: number): string {
  const size = Math.abs(value)
  const sign = value < 0 ? '-' : ''
  if (size !== 0 && size < 0.01) return `${sign}$${significant(size, 2)}`
  return `${sign}$${fixed(size, size >= 100_000 ? 0 : 2)}`
}

/** US dollars an hour: `"$1.99/h"`. */
export function usdPerHour(value: number): string {
  return `${usd(value)}/h`
}

/** US dollars a month (730 hours, computed by the caller): `"$1,452.70/month"`. */
export function usdPerMonth(value: number): string {
  return `${usd(value)}/month`
}

/** US dollars a million tokens: `"$0.42/M tokens"`; three significant digits under a dollar. */
export function usdPerMillionTokens(value: number): string {
  const size = Math.abs(value)
  return size !== 0 && size < 1 ? `$${significant(value, 3)}/M tokens` : `${usd(value)}/M tokens`
}

/** Milliseconds: `"12.5 ms"`, `"1,830 ms"`, `"0.042 ms"`. */
export function ms(value: number): string {
  return `${significant(value, 3)} ms`
}

/** Seconds given, printed in the unit a person would choose: `"42 ms"`, `"12.5 s"`, `"3 min"`, `"72 h"`, `"12 d"`. */
export function seconds(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0 s'
  if (size < 1e-3) return `${significant(value * 1e6, 3)} us`
  if (size < 1) return `${significant(value * 1e3, 3)} ms`
  if (size < 120) return `${significant(value, 3)} s`
  if (size < 7200) return `${significant(value / 60, 3)} min`
  if (size < 10 * SECONDS_PER_DAY) return `${significant(value / 3600, 3)} h`
  return `${significant(value / SECONDS_PER_DAY, 3)} d`
}

/** Seconds exactly, as {@link parseDuration} reads them back: `259_200` -> `"72h"`, `90` -> `"90s"`, `604_800` -> `"7d"`. */
export function exactDuration(value: number): string {
  if (value !== 0 && value % SECONDS_PER_DAY === 0 && value > 3 * SECONDS_PER_DAY) return `${value / SECONDS_PER_DAY}d`
  if (value !== 0 && value % 3600 === 0) return `${value / 3600}h`
  if (value !== 0 && value % 60 === 0) return `${value / 60}m`
  return `${value}s`
}

/** A share as percent: `0.0532` -> `"5.3%"`, `0.9` -> `"90%"`. */
export function percent(share: number, digits = 1): string {
  const text = fixed(share * 100, digits)
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text}%`
}

/** A rate without its unit: three significant digits, thousands separated: `12345` -> `"12,345"`, `0.01234` -> `"0.0123"`. */
export function rate(value: number): string {
  return Math.abs(value) >= 100 ? fixed(value, 0) : significant(value, 3)
}
