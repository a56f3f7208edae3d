import type { Pricing } from '../../catalog/offer.ts'
import type { ForecastMonth, ForecastResult } from '../../result/forecast.ts'
import type { Style } from '../style.ts'
import { pad, SCREEN_COLUMNS } from '../wrap.ts'
import { dollars, PRICING_NAMES } from './words.ts'

/** Cells of a bar by way to pay, what is bound longest first. */
const CELLS: readonly (readonly [Pricing, string])[] = [
  ['owned', '█'],
  ['reserved-3y', '▓'],
  ['reserved-1y', '▒'],
  ['on-demand', '░'],
  ['spot', '·'],
]

/** Dollars of a month by way to pay. */
export function byPricing({ instances }: ForecastMonth): ReadonlyMap<Pricing, number> {
  const sums = new Map<Pricing, number>()
  for (const { pricing, usd } of instances) sums.set(pricing, (sums.get(pricing) ?? 0) + usd)
  return sums
}

/** A bar for every month, its parts by way to pay, with the cap as a mark where it lies within. */
export function monthsChart({ months, monthly_cap_usd: cap }: ForecastResult, style: Style): string[] {
  const ranges = months.map(({ usd_p10: low, usd_p90: high }) =>
    low === null || high === null ? '' : `${dollars(low)} to ${dollars(high)}`,
  )
  const sums = months.map(({ usd }) => dollars(usd))
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length))
  const ranged = widest(ranges)
  const columns = SCREEN_COLUMNS - 'YYYY-MM'.length - widest(sums) - 4 - (ranged > 0 ? ranged + 2 : 0)
  const most = Math.max(...months.map(({ usd }) => usd), 0)
  // A cap far above everything would flatten the bars: it is then only said.
  const scale = cap !== null && cap <= 1.5 * most ? Math.max(most, cap) : most
  const lines = months.map((month, index) => {
    const bar = withCap(
      barOf(byPricing(month), scale, columns),
      cap !== null && cap <= scale ? cap / scale : null,
      columns,
    )
    const range = ranged > 0 ? `  ${pad(ranges[index]!, ranged, 'right')}` : ''
    return `${month.month}  ${pad(sums[index]!, widest(sums), 'right')}  ${bar}${range}`.trimEnd()
  })
  const used = CELLS.filter(([pricing]) => months.some((month) => (byPricing(month).get(pricing) ?? 0) > 0))
  const legend = [
    ...used.map(([pricing, cell]) => `${cell} ${PRICING_NAMES[pricing]}`),
    ...(cap === null ? [] : [`${cap <= scale ? '│ ' : ''}cap ${dollars(cap)}`]),
    ...(ranged > 0 ? ['right: P10 to P90'] : []),
  ]
  return [style.title('Dollars a month'), ...lines, style.faint(legend.join('   '))]
}

/** Cells of a bar; each part ends at its rounded running sum, so that parts add up. */
function barOf(parts: ReadonlyMap<Pricing, number>, scale: number, columns: number): string {
  let sum = 0
  let bar = ''
  for (const [pricing, cell] of CELLS) {
    sum += parts.get(pricing) ?? 0
    const end = scale > 0 ? Math.round((sum / scale) * columns) : 0
    bar += cell.repeat(Math.max(0, Math.min(columns, end) - bar.length))
  }
  return bar.padEnd(columns)
}

function withCap(bar: string, share: number | null, columns: number): string {
  if (share === null) return bar
  const at = Math.min(columns - 1, Math.floor(share * columns))
  return `${bar.slice(0, at)}│${bar.slice(at + 1)}`
}
