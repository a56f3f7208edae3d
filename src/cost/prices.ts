import type { Offer, Pricing } from '../catalog/offer.ts'
import { ownedUsdPerHour } from './money.ts'

/** What a scenario says of prices. */
export interface PriceOptions {
  /** Taken off every list price, in percent: 0 up to, but not including, 100. Default 0. */
  readonly discountPercent?: number | undefined
  /**
   * Prices that the user pays, by offer id (US dollars per instance-hour) or by `provider/gpu` (US dollars per GPU-hour,
   * e.g. `runpod/h100-pcie-80gb: 1.99`). The offer's id is more specific and wins.
   */
  readonly overrides?: Readonly<Record<string, number>> | undefined
}

/** The keys by which an override can name an offer, the more specific one first. */
export function overrideKeys(offer: Offer): readonly [id: string, providerAndGpu: string] {
  return [offer.id, `${offer.provider}/${offer.gpu}`]
}

/** US dollars an hour of one instance as the user states it; null where no override names the offer. */
export function overriddenUsdPerHour(offer: Offer, overrides: PriceOptions['overrides']): number | null {
  if (overrides === undefined) return null
  const [id, providerAndGpu] = overrideKeys(offer)
  const perInstance = own(overrides, id)
  if (perInstance !== undefined) return perInstance
  const perGpu = own(overrides, providerAndGpu)
  return perGpu === undefined ? null : perGpu * offer.gpu_count
}

/**
 * US dollars an hour of one whole instance; null where the offer is not sold that way.
 *
 * An override replaces the price of every way in which the offer is rented, and gives an offer without an on-demand price
 * one; it is what the user pays, so no discount is taken off it. Owned hardware costs what it costs to buy and to run
 * (see {@link ownedUsdPerHour}): neither overrides nor discounts touch it.
 *
 * @throws RangeError for a discount outside 0 <= percent < 100, or an override that is not a finite price above zero:
 * no option makes a GPU free.
 */
export function priceOf(offer: Offer, pricing: Pricing, options: PriceOptions = {}): number | null {
  if (pricing === 'owned') return offer.owned === undefined ? null : ownedUsdPerHour(offer.owned)
  const listed = offer.usd_per_hour[pricing]
  const overridden = overriddenUsdPerHour(offer, options.overrides)
  if (overridden !== null) {
    if (!(overridden > 0 && Number.isFinite(overridden)))
      throw new RangeError(`the price override of ${offer.id} must be above zero`)
    return listed !== undefined || pricing === 'on-demand' ? overridden : null
  }
  return listed === undefined ? null : listed * discountFactor(options.discountPercent ?? 0)
}

/** Keys of overrides that name none of the offers: a misspelt key would otherwise change nothing, silently. */
export function unusedOverrides(offers: Iterable<Offer>, overrides: Readonly<Record<string, number>>): string[] {
  const unused = new Set(Object.keys(overrides))
  for (const offer of offers) for (const key of overrideKeys(offer)) unused.delete(key)
  return [...unused]
}

function discountFactor(percent: number): number {
  if (!(percent >= 0 && percent < 100)) throw new RangeError(`a discount of ${percent} % is not within 0 and 100`)
  return (100 - percent) / 100
}

/** Reads a key that a scenario wrote: `constructor` must not find what every object inherits. */
function own(record: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
