import { CustomChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { RecordKind } from '../../measurements/record.ts'
import type { Validation } from '../../measurements/validation.ts'
import { count, roundedCount } from '../../units.ts'
import { counted } from '../words.ts'
import { type Panel, type Point, panelsOf } from './panels.ts'
import { kindTitles, recordKinds } from './words.ts'

/*
 * Imported only where a plot is asked for: the plotting library is larger than the rest of the program.
 */

use([ScatterChart, CustomChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer])

/** Predictions within this factor of the measurement lie in the shaded band. */
const BAND_FACTOR = 1.25

/** Colours that the colour-blind tell apart (Okabe and Ito 2008), and shapes for those who see none. */
const MARKS: Readonly<Record<RecordKind, { readonly color: string; readonly symbol: string }>> = {
  'serving-memory': { color: '#0072b2', symbol: 'circle' },
  'serving-throughput': { color: '#d55e00', symbol: 'triangle' },
  'training-memory': { color: '#009e73', symbol: 'diamond' },
  'training-throughput': { color: '#cc79a7', symbol: 'rect' },
}
const INK = '#222222'
const FAINT = '#ececec'
const BAND = '#dde4ec'
const FONT = { fontFamily: 'sans-serif', color: INK }

/** Pixels. A panel is square. */
const SIDE = 400
const LEFT = 84
const TOP = 118
const STEP_X = SIDE + 108
const STEP_Y = SIDE + 116
const MARGIN = 32
const BOTTOM = 56
const COLUMNS = 2

/**
 * Every predicted figure against the measured one as SVG: logarithmic axes, a panel a unit, a colour and shape a kind, the line of
 * exact predictions and the band of those within a factor of 1.25. The same validation gives the same bytes.
 */
export function validationPlot({ records }: Validation): string {
  const panels = panelsOf(records)
  const columns = Math.min(COLUMNS, Math.max(1, panels.length))
  const width = LEFT + (columns - 1) * STEP_X + SIDE + MARGIN
  const height = panels.length === 0 ? TOP : TOP + (Math.ceil(panels.length / COLUMNS) - 1) * STEP_Y + SIDE + BOTTOM
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption(option(panels, width))
  const svg = chart.renderToSVGString()
  chart.dispose()
  return `${plain(svg)}\n`
}

function option(panels: readonly Panel[], width: number): EChartsCoreOption {
  const kinds = recordKinds.filter((kind) => panels.some((panel) => (panel.points.get(kind)?.length ?? 0) > 0))
  return {
    animation: false,
    backgroundColor: '#ffffff',
    textStyle: FONT,
    title: [heading(panels.length === 0), ...panels.map(panelTitle)],
    legend: {
      data: kinds.map((kind) => kindTitles[kind]),
      top: 52,
      left: LEFT - 6,
      width: width - LEFT,
      selectedMode: false,
      itemWidth: 11,
      itemHeight: 11,
      itemGap: 28,
      textStyle: { ...FONT, fontSize: 13 },
    },
    grid: panels.map((_, index) => ({ ...corner(index), width: SIDE, height: SIDE })),
    xAxis: panels.map((panel, index) => ({ ...axis(panel, index), name: `measured, ${panel.unit}`, nameGap: 30 })),
    yAxis: panels.map((panel, index) => ({ ...axis(panel, index), name: `predicted, ${panel.unit}`, nameGap: 52 })),
    series: panels.flatMap((panel, index) => [
      guides(panel, index),
      ...kinds.map((kind) => scatter(kind, panel.points.get(kind) ?? [], index)),
    ]),
  }
}

function corner(index: number): { left: number; top: number } {
  return { left: LEFT + (index % COLUMNS) * STEP_X, top: TOP + Math.floor(index / COLUMNS) * STEP_Y }
}

function heading(empty: boolean): object {
  return {
    text: 'Predicted against measured',
    subtext: empty
      ? 'Nothing to compare'
      : `Line: exact. Shaded: within a factor of ${BAND_FACTOR} of the measurement.`,
    left: LEFT - 6,
    top: 6,
    itemGap: 4,
    textStyle: { ...FONT, fontSize: 18, fontWeight: 'bold' },
    subtextStyle: { ...FONT, fontSize: 12 },
  }
}

function panelTitle({ title, points, zeros }: Panel, index: number): object {
  const { left, top } = corner(index)
  const figures = counted([...points.values()].flat().length, 'figure')
  return {
    text: `${title}: ${figures}${zeros === 0 ? '' : `, ${count(zeros)} more with a zero`}`,
    left: left - 6,
    top: top - 30,
    textStyle: { ...FONT, fontSize: 13, fontWeight: 'bold' },
  }
}

function axis({ from, to }: Panel, gridIndex: number): object {
  return {
    type: 'log',
    gridIndex,
    min: from,
    max: to,
    nameLocation: 'middle',
    nameTextStyle: { ...FONT, fontSize: 12 },
    axisLabel: { ...FONT, fontSize: 12, formatter: roundedCount },
    axisLine: { show: true, onZero: false, lineStyle: { color: INK } },
    axisTick: { show: true, lineStyle: { color: INK } },
    splitLine: { show: true, lineStyle: { color: FAINT } },
  }
}

/** Of the custom series' interface, what the guides use. */
interface Coordinates {
  coord(point: Point): number[]
}

/** The band and the line in it, under the points. */
function guides({ from, to }: Panel, index: number): object {
  return {
    type: 'custom',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    clip: true,
    z: 0,
    data: [[from, from]],
    renderItem: (_: unknown, { coord }: Coordinates) => {
      const corners: Point[] = [
        [from, from / BAND_FACTOR],
        [from, from * BAND_FACTOR],
        [to, to * BAND_FACTOR],
        [to, to / BAND_FACTOR],
      ]
      const [x1, y1] = coord([from, from])
      const [x2, y2] = coord([to, to])
      return {
        type: 'group',
        children: [
          { type: 'polygon', shape: { points: corners.map(coord) }, style: { fill: BAND } },
          { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: INK, lineWidth: 1 } },
        ],
      }
    },
  }
}

function scatter(kind: RecordKind, points: readonly Point[], index: number): object {
  const { color, symbol } = MARKS[kind]
  return {
    type: 'scatter',
    name: kindTitles[kind],
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    symbol,
    symbolSize: 6,
    itemStyle: { color, opacity: 0.6 },
    emphasis: { disabled: true },
    data: points,
  }
}

/**
 * The picture alone: without the marks by which the library would find its points again in a browser, which are half of the file, and
 * with names of its own in place of those that it numbers as long as it is loaded.
 */
function plain(svg: string): string {
  const own = new Map<string, string>()
  return svg
    .replaceAll(/ (?:ecmeta_[a-z_]+|class|pointer-events)="[^"]*"/g, '')
    .replace(/<style[\s\S]*?<\/style>\s*/, '')
    .replaceAll(/zr\d+-[a-z]+-?\d+/g, (name) => {
      const known = own.get(name) ?? `plot-${own.size}`
      own.set(name, known)
      return known
    })
}
