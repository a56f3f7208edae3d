import type { Repriced } from '../../lock/reprice.ts'
import { usd, usdPerHour } from '../../units.ts'
import { signedUsd } from '../diff/words.ts'
import { planSentence } from '../text/answer.ts'
import { signedPercent } from '../words.ts'

/** A price with what it pays for. */
function priceText(value: number | null, { figure }: Repriced): string {
  if (value === null) return 'not sold any more'
  return figure === 'usd_per_run' ? `${usd(value)}/run` : usdPerHour(value)
}

/** `locked at $1.20/h, now $1.30/h (+$0.10, +8.3%)`. */
export function headlineText(each: Repriced): string {
  const { locked_usd: locked, now_usd: now, delta, share } = each
  if (now === null || delta === null || share === null)
    return `locked at ${priceText(locked, each)}; its offer is not sold any more`
  if (delta === 0) return `${priceText(locked, each)}, as it was locked`
  return `locked at ${priceText(locked, each)}, now ${priceText(now, each)} (${signedUsd(delta)}, ${signedPercent(share)})`
}

/** The offer's price then and now, with the days that they are of. */
export function offerText({ price }: Repriced): string {
  const { offer, pricing, old_usd_per_hour: old, new_usd_per_hour: next, old_as_of, new_as_of } = price
  const of = (day: string | null): string => (day === null ? '' : ` of ${day}`)
  const now = next === null ? 'not in the catalog' : `${usdPerHour(next)}${of(new_as_of)}`
  return `${offer}, ${pricing}: ${usdPerHour(old)}${of(old_as_of)} -> ${now}`
}

/** What would be chosen today, and what that saves. */
export function bestText(each: Repriced): string {
  const { best, saving_usd: saving } = each
  if (best === null) return 'No plan is feasible any more.'
  if (best.same) return 'It is still the best plan.'
  const instead = `Best now: ${planSentence(best.plan)}`
  if (saving === null || saving === 0) return `${instead}.`
  return `${instead}; ${priceText(saving, each)} less than the locked plan costs now.`
}

/** What changed beside the price, in sentences; empty where nothing did. */
export function movedTexts({ moved }: Repriced): string[] {
  const { catalog, model, scenario, tool } = moved
  return [
    ...(model.length === 0 ? [] : [`the model: ${model.join(', ')}`]),
    ...(scenario === null
      ? ["the scenario's file is gone; the locked scenario was priced"]
      : scenario.length === 0
        ? []
        : [`the scenario's file: ${scenario.join(', ')}; the locked scenario was priced`]),
    ...(catalog.length === 0 ? [] : [`the catalog: ${catalog.join(', ')}`]),
    ...(tool === null ? [] : [`the program: version ${tool.old} -> ${tool.new}`]),
  ]
}
