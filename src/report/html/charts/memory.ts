import { BYTES_PER_GIB, gib, percent } from '../../../units.ts'
import type { AnyPlan } from '../../kinds/index.ts'
import { label } from '../../words.ts'
import type { Html } from '../html.ts'
import { FREE, GRID, INK, MUTED, REST, SURFACE, TERM_COLORS } from './colors.ts'
import { draw, FONT_SIZE } from './draw.ts'
import { figure, type Key } from './figure.ts'
import { BAR, rowsOf } from './rows.ts'

/** A GPU whose memory is drawn. */
export interface MemoryBar {
  readonly name: string
  readonly memory: AnyPlan['memory']
}

/** The fullest GPU of each configuration: what its memory holds, term on term, and what stays free of what the driver reports. */
export function memoryFigure(bars: readonly MemoryBar[]): Html {
  const terms = [
    ...new Set(bars.flatMap(({ memory }) => memory.terms.filter(({ bytes }) => bytes > 0).map(({ name }) => name))),
  ]
  const isShort = bars.some(({ memory }) => memory.free_bytes < 0)
  const keys: Key[] = [
    ...terms.map((name) => ({ color: colorOf(name), shape: 'area' as const, text: termLabel(name) })),
    { color: FREE, shape: 'area', text: 'free' },
    ...(isShort ? [{ color: INK, shape: 'line' as const, text: 'what the GPU has' }] : []),
  ]
  return figure({
    title: 'Memory of the fullest GPU, GiB',
    describes: `Memory by term: ${bars.map(describe).join('; ')}`,
    keys,
    draw: (width) => drawing(bars, terms, width, isShort),
  })
}

function describe({ name, memory }: MemoryBar): string {
  return `${name} holds ${gib(memory.total_bytes)} of ${gib(memory.capacity_bytes)}`
}

/** A term as people write it. */
export function termLabel(term: string): string {
  return term === 'kv_cache' ? 'KV cache' : label(term)
}

function colorOf(term: string): string {
  return TERM_COLORS[term] ?? REST
}

function drawing(bars: readonly MemoryBar[], terms: readonly string[], width: number, isShort: boolean): Html {
  const bytesOf = (bar: MemoryBar, term: string): number =>
    bar.memory.terms.filter(({ name }) => name === term).reduce((sum, { bytes }) => sum + bytes, 0)
  const rows = rowsOf(
    bars.map(({ name, memory }) => `${name}: ${gib(memory.total_bytes)} of ${gib(memory.capacity_bytes)}`),
    width,
  )
  const inGib = (bytes: number): number => bytes / BYTES_PER_GIB
  const stack = { type: 'bar', stack: 'memory', barWidth: BAR, silent: true, emphasis: { disabled: true } }
  const series = [
    ...terms.map((term) => ({
      ...stack,
      data: bars.map((bar) => inGib(bytesOf(bar, term))),
      itemStyle: { color: colorOf(term), borderColor: SURFACE, borderWidth: 0.5 },
    })),
    {
      ...stack,
      data: bars.map(({ memory }) => inGib(Math.max(0, memory.free_bytes))),
      itemStyle: { color: FREE, borderColor: SURFACE, borderWidth: 0.5 },
    },
    ...(isShort ? [capacities(bars.map(({ memory }) => inGib(memory.capacity_bytes)))] : []),
  ]
  const hint = (place: number, index: number): string | null => {
    const bar = bars[index]
    if (bar === undefined) return null
    const term = terms[place]
    if (term !== undefined) return sized(termLabel(term), bytesOf(bar, term), bar)
    return place === terms.length ? sized('free', Math.max(0, bar.memory.free_bytes), bar) : null
  }
  return draw(
    {
      grid: { left: 4, right: 24, top: 2, bottom: 44 },
      xAxis: {
        type: 'value',
        name: 'GiB',
        nameLocation: 'middle',
        nameGap: 26,
        nameTextStyle: { color: MUTED, fontSize: FONT_SIZE },
        axisLabel: { color: MUTED, fontSize: FONT_SIZE },
        splitLine: { lineStyle: { color: GRID } },
        splitNumber: width < 500 ? 4 : 8,
      },
      yAxis: rows.axis,
      series,
    },
    { width, height: rows.height + 46 },
    hint,
  )
}

function sized(name: string, bytes: number, { memory }: MemoryBar): string {
  return `${name} ${gib(bytes)}, ${percent(bytes / memory.capacity_bytes)}`
}

/** A stroke where the memory of each GPU ends. */
function capacities(values: readonly number[]): object {
  return {
    type: 'scatter',
    symbol: 'rect',
    symbolSize: [2, BAR + 10],
    symbolOffset: [0, 0],
    silent: true,
    itemStyle: { color: INK, opacity: 1 },
    data: values.map((value, index) => [value, index]),
  }
}
