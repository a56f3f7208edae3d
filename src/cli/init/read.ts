import type { Catalog } from '../../catalog/catalog.ts'
import { find, names } from '../../catalog/catalog.ts'
import type { Model } from '../../catalog/model.ts'
import { didYouMean } from '../../catalog/suggest.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import { type RateKey, rateKeys } from '../../scenario/serve.ts'
import { parseMoment } from '../../scenario/train-fields.ts'
import type { TrainingMethod } from '../../training/configuration.ts'
import { parseCount, parseDuration } from '../../units.ts'
import type { Flags } from '../flags.ts'

/** Says that something is not wanted: a target, a deadline, a budget. */
export const NONE = 'none'

/** As many ids as a person reads in a message. */
const MOST_SUGGESTED = 3

/**
 * The model of the catalog by id, alias or its name on the Hugging Face hub.
 * @throws InputError with the nearest ids where the catalog has none of that name
 */
export function catalogModel(text: string, catalog: Catalog): Model {
  const found = inCatalog(text, catalog)
  if (found !== undefined) return found
  const short = text.slice(text.lastIndexOf('/') + 1)
  const hint = didYouMean(short, names(catalog, 'models'), MOST_SUGGESTED)
  throw inputError(`the catalog has no model ${JSON.stringify(text)}`, {
    hint: hint ?? 'plan catalog list models, or plan catalog import model for one of your own',
  })
}

/** The same, or undefined where the catalog has none. */
export function inCatalog(text: string, catalog: Catalog): Model | undefined {
  const lower = text.toLowerCase()
  return (
    find(catalog, 'models', text) ??
    find(catalog, 'models', lower) ??
    [...catalog.models.values()].find(({ huggingface }) => huggingface?.toLowerCase() === lower)
  )
}

/** A number above 0, with a suffix if wanted (`1M`). */
export function readNumber(flags: Flags, name: string): number | undefined {
  const text = flags.text(name)
  if (text === undefined) return undefined
  const value = parseCount(text)
  if (value !== undefined && value > 0) return value
  throw inputError(`--${name} takes a number above 0, got ${JSON.stringify(text)}`)
}

/** Milliseconds, as a number or with a unit (`2s`); null for `none`. */
export function readMilliseconds(flags: Flags, name: string): number | null | undefined {
  const text = flags.text(name)
  if (text === undefined) return undefined
  if (text.toLowerCase() === NONE) return null
  const seconds = parseDuration(text)
  const value = parseCount(text) ?? (seconds === undefined ? undefined : seconds * 1000)
  if (value !== undefined && value > 0) return value
  throw inputError(`--${name} takes milliseconds above 0, a time such as 2s, or none, got ${JSON.stringify(text)}`)
}

/** US dollars above 0; null for `none`. */
export function readBudget(flags: Flags): number | null {
  if (flags.text('budget')?.toLowerCase() === NONE) return null
  return flags.usd('budget') ?? null
}

/** A duration or a date, as a scenario takes it; null for `none`. */
export function readDeadline(flags: Flags, fallback: string): string | null {
  const text = flags.text('deadline') ?? fallback
  if (text.toLowerCase() === NONE) return null
  const seconds = parseDuration(text)
  if ((seconds !== undefined && seconds > 0) || parseMoment(text) !== undefined) return text
  throw inputError(
    `--deadline takes a duration such as 72h, a date such as 2027-03-31, or none, got ${JSON.stringify(text)}`,
  )
}

/** The one rate that was given. */
export function readRate(flags: Flags): { key: RateKey; value: number } {
  const given = rateKeys.filter((key) => flags.given(flagOf(key)))
  const [key = 'requests_per_second', second] = given
  if (second !== undefined) {
    throw inputError(`--${flagOf(key)} and --${flagOf(second)} say the same thing twice`, { hint: 'leave out one' })
  }
  const value = key === 'concurrency' ? flags.whole('concurrency') : readNumber(flags, flagOf(key))
  return { key, value: value ?? 1 }
}

export function flagOf(key: string): string {
  return key.replaceAll('_', '-')
}

const METHODS = ['full', 'lora', 'qlora'] as const satisfies readonly TrainingMethod[]

/** Methods, several joined by commas or by repeating the flag. */
export function readMethods(flags: Flags, fallback: readonly TrainingMethod[]): TrainingMethod[] {
  const texts = flags.texts('method').flatMap((text) => text.split(/[\s,]+/).filter((each) => each !== ''))
  const methods = texts.map((text) => {
    const found = METHODS.find((method) => method === text.toLowerCase())
    if (found !== undefined) return found
    const hint = didYouMean(text, METHODS)
    throw inputError(
      `--method takes ${METHODS.join(', ')}, got ${JSON.stringify(text)}`,
      hint === undefined ? {} : { hint },
    )
  })
  return methods.length === 0 ? [...fallback] : [...new Set(methods)]
}

/** A month as YYYY-MM. */
export function readMonth(flags: Flags, name: string, fallback: string): string {
  const text = flags.text(name) ?? fallback
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text
  throw inputError(`--${name} takes a month as 2027-01, got ${JSON.stringify(text)}`)
}
