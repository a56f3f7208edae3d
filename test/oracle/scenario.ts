/**
 * Scenarios as a person writes them, before any default is filled in: what the oracles read. The keys are those of scenario
 * files; the types stand here on their own, so that the oracles share no reading of them with the program.
 */

export type Pricing = 'on-demand' | 'spot' | 'reserved-1y' | 'reserved-3y' | 'owned'
export type Confidence = 'low' | 'medium' | 'high'
export type Objective = 'cost' | 'cost_per_token' | 'time' | 'latency' | 'gpus' | 'energy'

/** A number, or the text of one: `4k`, `1M`, `5%`. */
export type Written = number | string

/** `search:`, as far as it names hardware. */
export interface HardwareWish {
  gpus?: string[]
  exclude_gpus?: string[]
  providers?: string[]
  exclude_providers?: string[]
  pricing?: Pricing[]
  max_gpus?: number
}

/** `prices:` */
export interface PriceWish {
  discount_percent?: number
  overrides?: Record<string, number>
  max_age_days?: number
  min_confidence?: Confidence
  /** Named sets of offers instead of the general ones. */
  offers?: string[]
  billed_share?: Written
}

const FACTORS: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, B: 1e9, T: 1e12, '%': 1 / 100 }

/** The value of a number as written: `1M` is 1,000,000 and `5%` is 0.05. */
export function amountOf(written: Written): number {
  if (typeof written === 'number') return written
  const factor = FACTORS[written.at(-1) ?? '']
  return factor === undefined ? Number(written) : Number(written.slice(0, -1)) * factor
}
