import type { ForecastMonth, ForecastResult } from '../../../result/forecast.ts'
import { roundedCount } from '../../../units.ts'
import { byPricing } from '../../forecast/chart.ts'
import { dollars, PRICING_NAMES } from '../../forecast/words.ts'
import type { Html } from '../html.ts'
import { BAD, GRID, INK, MUTED, PRICING_COLORS, REST, SERIES, SURFACE } from './colors.ts'
import { draw, FONT_SIZE } from './draw.ts'
import { figure, type Key } from './figure.ts'

/** A part of every month's bar. */
interface Part {
  readonly name: string
  readonly color: string
  usd(month: ForecastMonth): number
}

/** A cap that is further above everything than this is said and not drawn: it would flatten the bars. */
const CAP_IN_SIGHT = 1.5

/** Dollars of every month by way to pay, with the band of the sampled futures and the cap. */
export function pricingFigure(result: ForecastResult): Html {
  const { months, monthly_cap_usd: cap } = result
  const parts = (['owned', 'reserved-3y', 'reserved-1y', 'on-demand', 'spot'] as const)
    .map((pricing) => ({
      name: PRICING_NAMES[pricing],
      color: PRICING_COLORS[pricing],
      usd: (month: ForecastMonth) => byPricing(month).get(pricing) ?? 0,
    }))
    .filter((part) => months.some((month) => part.usd(month) > 0))
  const isBanded = months.some(({ usd_p10: low }) => low !== null)
  const most = Math.max(...months.map(({ usd, usd_p90: high }) => Math.max(usd, high ?? 0)))
  const isCapShown = cap !== null && cap <= CAP_IN_SIGHT * most
  return figure({
    title: 'Dollars a month by way to pay',
    describes: describe(months),
    keys: [
      ...keysOf(parts),
      ...(isBanded
        ? [
            { color: INK, shape: 'band' as const, text: 'P10 to P90' },
            { color: INK, shape: 'dashed' as const, text: 'P50' },
          ]
        : []),
      ...(cap === null
        ? []
        : [
            { color: BAD, shape: 'line' as const, text: `cap ${dollars(cap)}${isCapShown ? '' : ', above the chart'}` },
          ]),
    ],
    draw: (width, narrow) => drawing(months, parts, { width, narrow, cap: isCapShown ? cap : null, isBanded }),
  })
}

/** Workloads with a hue of their own; the others are one part. */
const MOST_WORKLOADS = 8

/** Dollars of every month by workload, the dearest at the foot. */
export function workloadFigure({ months, by_workload: workloads }: ForecastResult): Html | null {
  if (workloads.length < 2) return null
  const order = workloads.map((each, index) => ({ ...each, index })).sort((a, b) => b.usd - a.usd)
  const own = order.length <= MOST_WORKLOADS ? order : order.slice(0, MOST_WORKLOADS - 1)
  const rest = order.slice(own.length)
  const of = (month: ForecastMonth, index: number): number => month.workloads[index]?.usd ?? 0
  const parts: Part[] = [
    ...own.map(({ workload, index }, place) => ({
      name: workload,
      color: SERIES[place % SERIES.length] ?? REST,
      usd: (month: ForecastMonth) => of(month, index),
    })),
    ...(rest.length === 0
      ? []
      : [
          {
            name: `${rest.length} others`,
            color: REST,
            usd: (month: ForecastMonth) => rest.reduce((sum, { index }) => sum + of(month, index), 0),
          },
        ]),
    ...(months.some(({ idle_usd: idle }) => idle > 0)
      ? [{ name: 'committed and not used', color: 'var(--free)', usd: ({ idle_usd: idle }: ForecastMonth) => idle }]
      : []),
  ]
  return figure({
    title: 'Dollars a month by workload',
    describes: describe(months),
    keys: keysOf(parts),
    draw: (width, narrow) => drawing(months, parts, { width, narrow, cap: null, isBanded: false }),
  })
}

function keysOf(parts: readonly Part[]): Key[] {
  return parts.map(({ name, color }) => ({ color, shape: 'area', text: name }))
}

function describe(months: readonly ForecastMonth[]): string {
  return `Dollars by month: ${months.map(({ month, usd }) => `${month} ${dollars(usd)}`).join(', ')}`
}

interface Look {
  readonly width: number
  readonly narrow: boolean
  readonly cap: number | null
  readonly isBanded: boolean
}

function drawing(
  months: readonly ForecastMonth[],
  parts: readonly Part[],
  { width, narrow, cap, isBanded }: Look,
): Html {
  const bars = parts.map((part) => ({
    type: 'bar',
    stack: 'dollars',
    barCategoryGap: months.length > 24 ? '18%' : '28%',
    silent: true,
    emphasis: { disabled: true },
    itemStyle: { color: part.color, borderColor: SURFACE, borderWidth: months.length > 24 && narrow ? 0 : 0.5 },
    data: months.map(part.usd),
  }))
  const hint = (place: number, index: number): string | null => {
    const [part, month] = [parts[place], months[index]]
    if (part === undefined || month === undefined) return null
    return `${month.month}: ${part.name} ${dollars(part.usd(month))} of ${dollars(month.usd)}`
  }
  return draw(
    {
      grid: { left: 54, right: 12, top: 10, bottom: 46 },
      xAxis: {
        type: 'category',
        data: months.map(({ month }) => month),
        axisLabel: { color: MUTED, fontSize: FONT_SIZE, interval: labelEvery(months.length, narrow) },
        axisLine: { lineStyle: { color: GRID } },
        axisTick: { show: false },
        name: 'month',
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { color: MUTED, fontSize: FONT_SIZE },
      },
      yAxis: {
        type: 'value',
        min: 0,
        axisLabel: { color: MUTED, fontSize: FONT_SIZE, formatter: (value: number) => `$${roundedCount(value)}` },
        splitLine: { lineStyle: { color: GRID } },
      },
      series: [...bars, ...(isBanded ? band(months) : []), ...(cap === null ? [] : [level(months, cap)])],
    },
    { width, height: narrow ? 280 : 340 },
    hint,
  )
}

/** Months from one label to the next, so that they do not touch. */
function labelEvery(months: number, narrow: boolean): number {
  return Math.ceil(months / (narrow ? 4 : 10)) - 1
}

const LINE = { type: 'line', silent: true, symbol: 'none', clip: false, emphasis: { disabled: true }, z: 4 } as const

/** The middle four fifths of the sampled futures, over the bars. */
function band(months: readonly ForecastMonth[]): object[] {
  const of = (pick: (month: ForecastMonth) => number | null) => months.map((month) => pick(month) ?? '-')
  return [
    { ...LINE, stack: 'band', lineStyle: { color: INK, width: 1 }, data: of(({ usd_p10: low }) => low) },
    {
      ...LINE,
      stack: 'band',
      lineStyle: { color: INK, width: 1 },
      areaStyle: { color: INK, opacity: 0.22 },
      data: of(({ usd_p10: low, usd_p90: high }) => (low === null || high === null ? null : high - low)),
    },
    { ...LINE, lineStyle: { color: INK, width: 1.5, type: 'dashed' }, data: of(({ usd_p50: middle }) => middle) },
  ]
}

function level(months: readonly ForecastMonth[], value: number): object {
  return { ...LINE, lineStyle: { color: BAD, width: 2 }, data: months.map(() => value) }
}
