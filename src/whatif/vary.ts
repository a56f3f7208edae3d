import { inputError } from '../scenario/diagnostic.ts'
import { compactCount, exactDuration, parseCount, parseDuration, parsePercent, seconds, significant } from '../units.ts'

/** How the values of a key are written: as a number, a share in percent, a time, or a change in percent of what it is now. */
export type Form = 'number' | 'share' | 'duration' | 'factor'

/** A key with the range that it goes through. Durations in seconds, shares and factors as fractions (`-30%` is the factor 0.7). */
export interface Vary {
  /** As it was written. */
  readonly text: string
  readonly key: string
  readonly form: Form
  readonly from: number
  readonly to: number
}

const SHAPE = /^((?:"[^"]*"|[^="])+)=(.*?)\.\.(.*)$/s

/**
 * Reads `KEY=FROM..TO`: `context=4k..128k`, `deadline=24h..96h`, `headroom=0%..20%`, and with signs a change of what the key is now,
 * `price=-30%..+30%`.
 * @throws InputError that says what is missing.
 */
export function parseVary(text: string): Vary {
  const match = SHAPE.exec(text)
  if (match === null) throw varyError(text, 'expected KEY=FROM..TO')
  const [, name = '', low = '', high = ''] = match
  const key = name.trim()
  const from = readEnd(low.trim())
  const to = readEnd(high.trim())
  if (from === undefined) throw varyError(text, `${JSON.stringify(low)} is no number, percent or time`)
  if (to === undefined) throw varyError(text, `${JSON.stringify(high)} is no number, percent or time`)
  const form = from.form === 'number' && from.value === 0 ? to.form : from.form
  if (to.form !== form) {
    const hint = form === 'factor' && to.form === 'share' ? `a change carries its sign: +${high.trim()}` : undefined
    throw varyError(text, 'both ends are written in the same way', hint)
  }
  const isFactor = form === 'factor'
  const [start, end] = [isFactor && from.form === 'number' ? 1 : from.value, to.value]
  if (!(start < end)) throw varyError(text, 'the range goes from the smaller value to the larger one')
  if (isFactor && start <= 0) throw varyError(text, 'a change of -100% or more leaves nothing')
  return { text, key, form, from: start, to: end }
}

function readEnd(text: string): { form: Form; value: number } | undefined {
  const percent = parsePercent(text)
  if (percent !== undefined) {
    // A sign says change; without one a share itself is meant.
    return /^[+-]/.test(text)
      ? { form: 'factor', value: Number((1 + percent).toPrecision(12)) }
      : { form: 'share', value: percent }
  }
  const number = parseCount(text)
  if (number !== undefined) return { form: 'number', value: number }
  const duration = parseDuration(text)
  return duration === undefined ? undefined : { form: 'duration', value: duration }
}

export function varyError(
  text: string,
  message: string,
  hint = 'e.g. --vary context=4k..128k, --vary price=-30%..+30%',
) {
  return inputError(`--vary ${text}: ${message}`, { hint })
}

/** A value as `--set` reads it back. */
export function written(value: number, form: Form): string {
  switch (form) {
    case 'share':
      return `${Number((value * 100).toPrecision(12))}%`
    case 'duration':
      return exactDuration(Math.round(value))
    default:
      return String(value)
  }
}

/** A value for people: `23,457`, `12.5%`, `72h`, `-8.8%`. */
export function shown(value: number, form: Form): string {
  switch (form) {
    case 'share':
      return `${significant(value * 100, 6)}%`
    case 'duration':
      return value >= 7200 ? `${significant(value / 3600, 5)} h` : seconds(value)
    case 'factor': {
      const percent = Number(((value - 1) * 100).toPrecision(5))
      return `${percent < 0 ? '-' : '+'}${significant(Math.abs(percent), 5)}%`
    }
    default:
      return value >= 1e6 ? compactCount(value) : significant(value, 9)
  }
}
