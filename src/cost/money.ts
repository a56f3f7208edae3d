import type { OwnedCost } from '../catalog/offer.ts'

/** Hours of a billed month: the year's 8760 over twelve, as cloud price lists count it. */
export const HOURS_PER_MONTH = 730

/** Hours of a year of 365 days. */
export const HOURS_PER_YEAR = 8760

const SECONDS_PER_HOUR = 3600
const WATTS_PER_KILOWATT = 1000
const MILLION = 1e6

/**
 * US dollars a month of {@link HOURS_PER_MONTH} hours. What is rented is billed while it is up: how busy it is
 * changes the work done, not this sum.
 */
export function usdPerMonth(usdPerHour: number): number {
  return usdPerHour * HOURS_PER_MONTH
}

/** US dollars of something that runs for `hours`, such as one training run. */
export function usdPerRun(usdPerHour: number, hours: number): number {
  return usdPerHour * hours
}

/**
 * US dollars per million tokens = usdPerHour / (tokensPerSecond x 3600) x 10^6.
 *
 * The result is per million of exactly the tokens that `tokensPerSecond` counts, over everything that `usdPerHour` pays
 * for: output tokens for a price of generated tokens, input plus output for a price of all traffic. The mean rate of the
 * traffic gives what a token really costs; the rate at full load gives the least that it can cost.
 *
 * @returns Infinity where no token is served.
 */
export function usdPerMillionTokens(usdPerHour: number, tokensPerSecond: number): number {
  return (usdPerHour / (tokensPerSecond * SECONDS_PER_HOUR)) * MILLION
}

/**
 * US dollars an hour of one instance of the user's own hardware: what its purchase costs by {@link ownedCapitalUsdPerHour} plus what it
 * costs to run by {@link ownedRunningUsdPerHour}.
 */
export function ownedUsdPerHour(owned: OwnedCost): number {
  return ownedCapitalUsdPerHour(owned) + ownedRunningUsdPerHour(owned)
}

/** Straight-line depreciation over every hour of its life, busy or not: capex / (years x 8760), US dollars an hour. */
export function ownedCapitalUsdPerHour(owned: OwnedCost): number {
  return owned.capex_usd / (owned.years * HOURS_PER_YEAR)
}

/** Electricity under load, what an idle machine that is switched off saves: watts / 1000 x PUE x USD per kWh, US dollars an hour. */
export function ownedRunningUsdPerHour(owned: OwnedCost): number {
  return (owned.watts / WATTS_PER_KILOWATT) * owned.pue * owned.usd_per_kwh
}
