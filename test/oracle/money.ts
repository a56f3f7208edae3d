import type { Offer } from '../../src/catalog/offer.ts'

/** A billed month is 730 hours, a year 8760 (src/cost/money.ts says so to its readers). */
export const HOURS_A_MONTH = 730
const HOURS_A_YEAR = 8760

/**
 * US dollars an hour of one instance of the user's own hardware: capex / (years x 8,760 h) + watts / 1000 x PUE x USD per kWh
 * (docs/fleet.md, the table of what owned nodes cost).
 */
export function ownedDollarsAnHour(owned: NonNullable<Offer['owned']>): number {
  const capital = owned.capex_usd / owned.years / HOURS_A_YEAR
  const kilowatts = owned.watts / 1000
  return capital + kilowatts * owned.pue * owned.usd_per_kwh
}

/** US dollars per million tokens, from US dollars an hour and tokens a second. */
export function dollarsAMillionTokens(dollarsAnHour: number, tokensASecond: number): number {
  const tokensAnHour = tokensASecond * 3600
  return (dollarsAnHour / tokensAnHour) * 1_000_000
}
