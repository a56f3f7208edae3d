import { exactDuration, usd, usdPerHour } from '../../units.ts'
import { type Form, shown } from '../../whatif/vary.ts'
import type { BreakEven, Segment, WhatIf } from '../../whatif/what-if.ts'
import { kindOf } from '../kinds/index.ts'
import { counted, gpusCell } from '../words.ts'

/** `context from 4,000 to 128,000 (now 8,192)`. */
export function rangeText({ key, form, from, to, now }: WhatIf): string {
  const own = now === null || form === 'factor' ? '' : ` (the scenario: ${shown(now, form)})`
  return `${key} from ${shown(from, form)} to ${shown(to, form)}${own}`
}

/** What a stretch is best planned with: `8x rtx-a4000, hyperstack, int8 TP8`; a size that changes along it is left out. */
export function bestText({ state, because, first, last }: Segment): string {
  if (state === 'refused') return `the scenario refuses it: ${because}`
  if (first === null || last === null) return 'no plan'
  const gpus = gpusCell(first)
  const machines = gpus === gpusCell(last) ? gpus : `${first.placement.gpus} to ${gpusCell(last)}`
  const [start, end] = [kindOf(first).short(first), kindOf(last).short(last)]
  const how = start === end ? start : `${start} to ${end}`
  const { provider, pricing } = first.placement
  return [machines, how, provider ?? '', pricing === null || pricing === 'on-demand' ? '' : pricing]
    .filter(Boolean)
    .join(', ')
}

/** A price with what it pays for. */
export function priceText(value: number | null, figure: WhatIf['figure']): string {
  if (value === null) return '-'
  return figure === 'usd_per_run' ? `${usd(value)}/run` : usdPerHour(value)
}

/** Title of prices in a table. */
export function priceTitle(figure: WhatIf['figure']): string {
  return figure === 'usd_per_run' ? '$/run' : '$/h'
}

/** `$1.20`, or from where to where the price goes along a stretch. */
export function pricesCell({ usd_from: from, usd_to: to }: Segment): string {
  if (from === null || to === null) return '-'
  const [start, end] = [usd(from), usd(to)]
  return start === end ? start : `${start} - ${end}`
}

/** Seconds of a day, an hour, a minute. */
const DURATIONS = [86_400, 3600, 60]

/** A step of the range that a reader thinks in: a tenth of it, rounded down to a power of ten; prices go by percent. */
export function stepOf({ from, to, form, whole }: WhatIf): number {
  if (form === 'factor') return 0.01
  if (form === 'duration') return DURATIONS.find((seconds) => seconds <= (to - from) / 10) ?? 1
  const step = 10 ** Math.floor(Math.log10((to - from) / 10))
  return whole ? Math.max(1, step) : step
}

export function stepText(result: WhatIf): string {
  const step = stepOf(result)
  if (result.form === 'factor') return 'per +1%'
  return `per +${result.form === 'duration' ? exactDuration(step) : shown(step, result.form)}`
}

/** What one step more costs on the mean of a stretch. */
export function slopeCell({ usd_per_unit: slope }: Segment, result: WhatIf): string {
  if (slope === null) return ''
  const step = slope * stepOf(result)
  return `${step < 0 ? '-' : '+'}${usd(Math.abs(step))}`
}

/** `from 23,457 on (23,456 still A): A -> B, $1.20/h -> $1.60/h`. */
export function breakText(each: BreakEven, result: WhatIf): string {
  const { form, figure } = result
  const name = (letter: string | null): string => letter ?? 'no plan'
  const prices =
    each.usd_below === null || each.usd_from === null
      ? ''
      : `, ${priceText(each.usd_below, figure)} -> ${priceText(each.usd_from, figure)}`
  const place = `${shown(each.from, form)} (${shown(each.below, form)} is still ${name(each.old)})`
  return `${place}: ${name(each.old)} -> ${name(each.new)}${prices}`
}

/** How closely it was looked, and what that cannot see. */
export function searchedText({ points, plans, tolerance, stopped, whole, segments }: WhatIf): string {
  const near = whole ? 'neighbouring whole numbers' : `${Number((tolerance * 100).toPrecision(4))}% of the value`
  const halt = stopped ? ' The most plans were made before every change was that near (--max-plans).' : ''
  const parts = segments.length === 1 ? 'all agree' : `bisection between any that differ, to ${near}`
  return `${counted(plans, 'plan')}: ${points} points over the range, ${parts}.${halt} What comes and goes between two points with the same best is not seen: --points looks closer.`
}

export function valueText(value: number, form: Form): string {
  return shown(value, form)
}
