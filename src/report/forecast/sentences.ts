import type { ForecastMonth, ForecastResult } from '../../result/forecast.ts'
import { percent } from '../../units.ts'
import { dollars } from './words.ts'

/** What cannot be met, in one sentence. */
export function noPlanSentence({ scenario, conflict }: ForecastResult): string {
  const [first, ...others] = conflict?.requirements ?? []
  const why =
    first === undefined
      ? 'its requirements cannot all hold'
      : others.length === 0
        ? `${first} cannot be met`
        : `${[first, ...others].join(', ')} cannot all be met`
  return `No plan for ${scenario}: ${why}`
}

/** That nothing can be left out of what conflicts; null where that is not proved, or is plain. */
export function minimalSentence({ conflict }: ForecastResult): string | null {
  if (conflict === null || !conflict.minimal || conflict.requirements.length < 2) return null
  return 'Without any one of them the others can be met.'
}

/** A single change that gives a plan, with the flag that makes it. */
export function remedyText({ text, set, usd }: ForecastResult['remedies'][number]): string {
  return `${text}: ${dollars(usd)} in all${set === null ? '' : ` (--set ${JSON.stringify(set)})`}`
}

/** The plan beside everything rented on demand; null where not everything can be. */
export function onDemandSentence({ total }: ForecastResult): string | null {
  if (total === null || total.on_demand === null) return null
  const { usd, on_demand: baseline } = total
  const saves = baseline.saved_usd >= 0
  const difference = `${dollars(Math.abs(baseline.saved_usd))} ${saves ? '' : 'more '}(${percent(Math.abs(baseline.saved_share))})`
  return `on demand ${dollars(baseline.usd)}, as planned ${dollars(usd)}: ${saves ? 'saves' : 'costs'} ${difference}`
}

/** What the cap and the quotas cost; null where none binds. */
export function keptSentence({ kept_for_usd: extra }: ForecastResult): string | null {
  return extra === null ? null : `Keeping to it costs ${dollars(extra)} more than without.`
}

/** How near the dearest month comes to the cap; null where there is none. */
export function capSentence({ monthly_cap_usd: cap, months }: ForecastResult): string | null {
  if (cap === null || months.length === 0) return null
  const dearest = months.reduce((most, month) => (month.usd > most.usd ? month : most))
  const risky = months.filter(({ over_cap_share: share }) => share !== null && share > 0)
  const worst = risky.reduce<ForecastMonth | null>(
    (most, month) => (most === null || month.over_cap_share! > most.over_cap_share! ? month : most),
    null,
  )
  const risk =
    worst === null ? '' : `; passed most often in ${worst.month}, in ${percent(worst.over_cap_share!)} of the futures`
  return `Cap of ${dollars(cap)} a month: kept, the dearest month is ${dearest.month} with ${dollars(dearest.usd)}${risk}`
}

/** The newest price that took part, and which catalog it was. */
export function pricesText({ catalog }: Pick<ForecastResult, 'catalog'>): string {
  return `${catalog.prices_as_of === null ? '' : `the newest of ${catalog.prices_as_of}, `}catalog ${catalog.hash}`
}
