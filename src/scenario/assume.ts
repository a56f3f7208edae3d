import type { Confidence } from '../catalog/offer.ts'
import type { Prices } from './common.ts'

/** The given value, or the default, whose sentence is then among the assumptions. */
export type OrAssume = <T>(given: T | undefined, value: T, sentence: string) => T

/** Writes the sentence of every default that is used into `assumptions`. */
export function assuming(assumptions: string[]): OrAssume {
  return (given, value, sentence) => {
    if (given !== undefined) return given
    assumptions.push(sentence)
    return value
  }
}

/** Which prices count and what is billed, with nothing left open. */
export interface CompletePrices {
  discount_percent: number
  /** provider/gpu -> US dollars per GPU-hour; offer id -> US dollars per instance-hour. */
  overrides: Record<string, number>
  max_age_days: number
  min_confidence: Confidence
  /** Sets of offers used instead of the general ones; empty = the general ones. */
  offers: string[]
  /** Share of the hours of a month in which instances are up and paid. */
  billed_share: number
}

export function completePrices(
  prices: Prices,
  defaults: { readonly minConfidence: Confidence; readonly maxAgeDays: number },
  orAssume: OrAssume,
): CompletePrices {
  const { minConfidence, maxAgeDays } = defaults
  const confidence = orAssume(prices.min_confidence, minConfidence, `prices: confidence ${minConfidence} or better`)
  const age = orAssume(prices.max_age_days, maxAgeDays, `prices: at most ${maxAgeDays} days old`)
  return {
    discount_percent: prices.discount_percent ?? 0,
    overrides: prices.overrides ?? {},
    max_age_days: age,
    min_confidence: confidence,
    offers: prices.offers ?? [],
    billed_share: prices.billed_share ?? 1,
  }
}
