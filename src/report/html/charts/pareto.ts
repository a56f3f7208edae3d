import { roundedCount, seconds, significant } from '../../../units.ts'
import { type AnyPlan, isTraining, kindOf } from '../../kinds/index.ts'
import { gpusCell } from '../../words.ts'
import type { Html } from '../html.ts'
import { BAD, GRID, INK, MUTED, REST, SERIES, SURFACE } from './colors.ts'
import { draw, FONT_SIZE } from './draw.ts'
import { figure, type Key } from './figure.ts'

/** Plans by price and pace. */
export interface ParetoPlans {
  readonly chosen: AnyPlan | null
  /** Nothing is both cheaper and faster. */
  readonly front: readonly AnyPlan[]
  readonly others: readonly AnyPlan[]
  /** Those that miss a target. */
  readonly missed: readonly AnyPlan[]
}

/** From this ratio of the largest to the least on an axis counts in factors. */
const WIDE_RANGE = 12

const [CHOSEN = INK, FRONT = INK] = SERIES

interface Dot {
  readonly plan: AnyPlan
  readonly at: readonly [price: number, pace: number]
}

/** What the search keeps its front by, beside dollars: hours of a run, seconds of a whole request at the busiest hour. */
function paceOf(plan: AnyPlan): number {
  return isTraining(plan) ? plan.performance.hours : plan.performance.request_ms / 1000
}

function paceTitle(plan: AnyPlan): string {
  return isTraining(plan) ? 'hours' : 'seconds a request'
}

function words({ plan, at: [price, pace] }: Dot): string {
  const time = isTraining(plan) ? kindOf(plan).paceText(pace) : `${seconds(pace)} a request`
  return `${gpusCell(plan)} ${kindOf(plan).short(plan)}: ${kindOf(plan).priceText(price)}, ${time}`
}

/** Price against pace, both better the smaller: the front as a line, the chosen plan named. Null where a line would be a point. */
export function paretoFigure(plans: ParetoPlans): Html | null {
  const { chosen, front, others, missed } = plans
  const sample = chosen ?? front[0]
  if (sample === undefined) return null
  const groups: Groups = {
    front: dots(front).sort((a, b) => a.at[0] - b.at[0]),
    others: dots(others),
    missed: dots(missed),
    chosen: dots(chosen === null ? [] : [chosen]),
  }
  const all = Object.values(groups).flat()
  if (new Set(all.map(({ at }) => at.join(' '))).size < 2) return null
  const keys: Key[] = [
    ...(groups.chosen.length > 0 ? [{ color: CHOSEN, shape: 'star' as const, text: 'chosen' }] : []),
    ...(front.length > 1 ? [{ color: FRONT, shape: 'dot' as const, text: 'front: nothing is faster for less' }] : []),
    ...(others.length > 0 ? [{ color: REST, shape: 'dot' as const, text: 'other plans' }] : []),
    ...(missed.length > 0 ? [{ color: BAD, shape: 'ring' as const, text: 'misses a target' }] : []),
  ]
  const ends = [groups.front[0], groups.front.at(-1)].filter((dot) => dot !== undefined)
  return figure({
    title: `${capital(paceTitle(sample))} against ${kindOf(sample).priceTitle}`,
    describes: `${all.length} plans by price and pace. The front runs from ${ends.map(words).join(' to ')}`,
    keys,
    note: 'Left is cheaper, down is faster. On an axis of factors each step is the same number of times as much.',
    draw: (width, narrow) => drawing(groups, sample, width, narrow),
  })
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function dots(plans: readonly AnyPlan[]): Dot[] {
  return plans.flatMap((plan) => {
    const price = kindOf(plan).price(plan)
    const pace = paceOf(plan)
    return price === null || price <= 0 || pace <= 0 ? [] : [{ plan, at: [price, pace] as const }]
  })
}

type Groups = Readonly<Record<'front' | 'others' | 'missed' | 'chosen', readonly Dot[]>>

function drawing(groups: Groups, sample: AnyPlan, width: number, narrow: boolean): Html {
  const { front, others, missed, chosen } = groups
  const all = Object.values(groups).flat()
  const prices = axis(
    all.map(({ at }) => at[0]),
    kindOf(sample).priceTitle,
    narrow,
  )
  const paces = axis(
    all.map(({ at }) => at[1]),
    paceTitle(sample),
    narrow,
  )
  // The chosen plan has a mark and a name of its own.
  const isChosen = (dot: Dot): boolean => chosen.some(({ at }) => at[0] === dot.at[0] && at[1] === dot.at[1])
  // On a phone there is room for the names of the ends.
  const named = (dot: Dot, index: number): boolean =>
    !isChosen(dot) && (!narrow || index === 0 || index === front.length - 1)
  const across = (dot: Dot): number => place(dot.at[0], prices)
  const order = [others, missed, [], front, chosen]
  return draw(
    {
      grid: { left: 62, right: 24, top: 14, bottom: 50 },
      xAxis: { ...prices.option, nameGap: 30 },
      yAxis: { ...paces.option, nameGap: 44 },
      series: [
        scatter(others, REST, 9),
        { ...scatter(missed, SURFACE, 9), itemStyle: { color: SURFACE, borderColor: BAD, borderWidth: 2, opacity: 1 } },
        {
          type: 'line',
          step: 'end',
          symbol: 'none',
          clip: false,
          silent: true,
          emphasis: { disabled: true },
          lineStyle: { color: FRONT, width: 2 },
          data: front.map(({ at }) => at),
        },
        {
          ...scatter(front, FRONT, 9),
          data: front.map((dot, index) => ({
            value: dot.at,
            label: labelOf(dot, across(dot), named(dot, index), false),
          })),
          labelLayout: ({ dataIndex }: { dataIndex: number }) => ({
            hideOverlap: true,
            dy: rise(across(front[dataIndex] as Dot)),
          }),
        },
        {
          ...scatter(chosen, CHOSEN, 18),
          symbol: 'diamond',
          z: 6,
          data: chosen.map((dot) => ({ value: dot.at, label: labelOf(dot, across(dot), true, true) })),
        },
      ],
    },
    { width, height: narrow ? 330 : 420 },
    (series, index) => {
      const dot = order[series]?.[index]
      return dot === undefined ? null : words(dot)
    },
  )
}

function scatter(list: readonly Dot[], color: string, symbolSize: number): object {
  return {
    type: 'scatter',
    symbol: 'circle',
    symbolSize,
    clip: false,
    silent: true,
    emphasis: { disabled: true },
    itemStyle: { color, opacity: 1 },
    data: list.map(({ at }) => at),
  }
}

/** From this part of the width on a name to the right of its dot would be cut. */
const RIGHT_PART = 0.6

/** Pixels from the line of the front to a name. */
const OFF_LINE = 10

/** The GPUs beside a dot: over the line that leaves it, or, to the right, under the line that comes in, where nothing can be. */
function labelOf(dot: Dot, across: number, show: boolean, isChosen: boolean): object {
  const isRight = across > RIGHT_PART
  return {
    show,
    position: isRight ? 'left' : 'right',
    offset: isChosen ? [0, rise(across)] : [0, 0],
    distance: 6,
    color: INK,
    fontSize: FONT_SIZE,
    fontWeight: isChosen ? 'bold' : 'normal',
    formatter: () => gpusCell(dot.plan),
  }
}

function rise(across: number): number {
  return across > RIGHT_PART ? OFF_LINE : -OFF_LINE
}

/** Steps of an axis that leave room for their figures. */
const NARROW_STEPS = 5
const WIDE_STEPS = 10

interface Axis {
  readonly least: number
  readonly most: number
  readonly isLog: boolean
  readonly option: object
}

/** Where a value lies on its axis: 0 at the beginning, 1 at the end. */
function place(value: number, { least, most, isLog }: Axis): number {
  return isLog ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least)
}

function axis(values: readonly number[], name: string, narrow: boolean): Axis {
  const isLog = Math.max(...values) / Math.min(...values) >= WIDE_RANGE
  // Powers of two: a step is as long as a doubling, and the ends have round names.
  const least = isLog ? 2 ** Math.floor(Math.log2(Math.min(...values) / 1.1)) : 0
  const most = isLog ? 2 ** Math.ceil(Math.log2(Math.max(...values) * 1.1)) : Math.max(...values) * 1.1
  const steps = narrow ? NARROW_STEPS : WIDE_STEPS
  const option = {
    ...(isLog
      ? { type: 'log', logBase: 2, min: least, max: most, interval: Math.ceil(Math.log2(most / least) / steps) }
      : { type: 'value', min: 0, splitNumber: steps }),
    name: isLog ? `${name}, by factors` : name,
    nameLocation: 'middle',
    nameTextStyle: { color: MUTED, fontSize: FONT_SIZE },
    axisLabel: {
      color: MUTED,
      fontSize: FONT_SIZE,
      hideOverlap: true,
      formatter: (value: number) => (value >= 1000 ? roundedCount(value) : significant(value, 3)),
    },
    axisLine: { show: true, onZero: false, lineStyle: { color: GRID } },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: GRID } },
  }
  return { least, most, isLog, option }
}
