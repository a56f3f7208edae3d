import type { Row } from './table.ts'
import type { Drop, DropReason, ListPricing, SkipReason } from './types.ts'

/** What the price cells of a row hold, after what stands for "unknown" is taken out. */
export type PriceCells =
  | {
      readonly ok: true
      readonly usdPerHour: Partial<Record<ListPricing, number>>
      readonly drops: readonly { readonly pricing: ListPricing; readonly reason: DropReason }[]
    }
  | { readonly ok: false; readonly reason: SkipReason; readonly detail: string }

/** Google's TPU rows hold this where no price was found (skypilot-catalog catalogs/v8/gcp/vms.csv, tpu-v6e in asia-east1). */
const TPU_SENTINEL_USD = 700

export interface PriceColumns {
  readonly row: Row
  /** Column of each price that the form has. */
  readonly columns: Readonly<Partial<Record<ListPricing, string>>>
  readonly isTpu?: boolean
  /** The on-demand column prices one GPU of so many. */
  readonly onDemandTimes?: number
}

/**
 * Reads the prices of a row. Empty: not sold that way. Zero, a spot price that is not below on-demand (lists repeat the on-demand price
 * where spot is unknown) and the TPU sentinel are left out and reported; a negative price or one that is no number refuses the row,
 * because its other cells are then in doubt too.
 */
export function readPrices({ row, columns, isTpu = false, onDemandTimes = 1 }: PriceColumns): PriceCells {
  const usdPerHour: Partial<Record<ListPricing, number>> = {}
  const drops: { pricing: ListPricing; reason: DropReason }[] = []
  for (const [pricing, column] of Object.entries(columns) as [ListPricing, string][]) {
    const value = row.number(column)
    if (value === undefined)
      return { ok: false, reason: 'unreadable-price', detail: `${column} ${JSON.stringify(row.text(column))}` }
    if (value === null) continue
    if (value < 0) return { ok: false, reason: 'negative-price', detail: `${column} ${value}` }
    if (value === 0) drops.push({ pricing, reason: 'zero' })
    else if (isTpu && value === TPU_SENTINEL_USD) drops.push({ pricing, reason: 'sentinel' })
    else usdPerHour[pricing] = pricing === 'on-demand' ? Number((value * onDemandTimes).toPrecision(12)) : value
  }
  return judged(usdPerHour, drops)
}

/** The same judgement for prices that were put together from several rows. */
export function judged(
  given: Readonly<Partial<Record<ListPricing, number>>>,
  earlier: readonly { readonly pricing: ListPricing; readonly reason: DropReason }[] = [],
): PriceCells {
  const usdPerHour = { ...given }
  const drops = [...earlier]
  const { 'on-demand': onDemand, spot } = usdPerHour
  if (onDemand !== undefined && spot !== undefined && spot >= onDemand) {
    delete usdPerHour.spot
    drops.push({ pricing: 'spot', reason: 'spot-not-below-on-demand' })
  }
  if (Object.keys(usdPerHour).length > 0) return { ok: true, usdPerHour, drops }
  const sentinel = drops.some(({ reason }) => reason === 'sentinel')
  return { ok: false, reason: sentinel ? 'sentinel-price' : 'no-price', detail: '' }
}

/** The drops of a row with their place. */
export function placed(
  drops: readonly { readonly pricing: ListPricing; readonly reason: DropReason }[],
  row: Row,
  subject: string,
): Drop[] {
  return drops.map((drop) => ({ ...drop, file: row.file, line: row.line, subject }))
}
