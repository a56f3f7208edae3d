import { usd } from '../../../units.ts'
import type { Html } from '../html.ts'
import { BAD, GRID, INK, REST, SERIES } from './colors.ts'
import { draw, FONT_SIZE } from './draw.ts'
import { figure, type Key } from './figure.ts'
import { BAR, rowsOf } from './rows.ts'

/** A price that is drawn beside others. */
export interface PriceBar {
  readonly name: string
  readonly usd: number
  readonly role: 'chosen' | 'other' | 'missed'
}

const COLORS: Readonly<Record<PriceBar['role'], string>> = { chosen: SERIES[0] ?? INK, other: REST, missed: BAD }
const NAMES: Readonly<Record<PriceBar['role'], string>> = {
  chosen: 'chosen',
  other: 'feasible',
  missed: 'misses a target',
}

/** Prices side by side, in the order given. */
export function pricesFigure(title: string, bars: readonly PriceBar[], names: Partial<typeof NAMES> = {}): Html | null {
  if (bars.length < 2) return null
  const roles = (['chosen', 'other', 'missed'] as const).filter((role) => bars.some((bar) => bar.role === role))
  const keys: Key[] = roles.map((role) => ({ color: COLORS[role], shape: 'area', text: names[role] ?? NAMES[role] }))
  return figure({
    title,
    describes: `${title}: ${bars.map((bar) => `${bar.name} ${usd(bar.usd)}`).join('; ')}`,
    keys,
    draw: (width) => drawing(bars, width),
  })
}

function drawing(bars: readonly PriceBar[], width: number): Html {
  const rows = rowsOf(
    bars.map(({ name }) => name),
    width,
  )
  return draw(
    {
      grid: { left: 4, right: 84, top: 2, bottom: 6 },
      xAxis: { type: 'value', min: 0, axisLabel: { show: false }, splitLine: { lineStyle: { color: GRID } } },
      yAxis: rows.axis,
      series: [
        {
          type: 'bar',
          barWidth: BAR,
          silent: true,
          emphasis: { disabled: true },
          label: {
            show: true,
            position: 'right',
            color: INK,
            fontSize: FONT_SIZE,
            formatter: ({ dataIndex }: { dataIndex: number }) => usd(bars[dataIndex]?.usd ?? 0),
          },
          data: bars.map((bar) => ({ value: bar.usd, itemStyle: { color: COLORS[bar.role] } })),
        },
      ],
    },
    { width, height: rows.height + 8 },
  )
}
