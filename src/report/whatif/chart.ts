import { usd } from '../../units.ts'
import { isWide } from '../../whatif/change-points.ts'
import type { WhatIf } from '../../whatif/what-if.ts'
import { pad, SCREEN_COLUMNS, width } from '../wrap.ts'
import { priceTitle, valueText } from './words.ts'

const ROWS = 8
/** Eighths of a cell, from empty to full. */
const EIGHTHS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

interface Column {
  readonly usd: number | null
  readonly letter: string
}

/** The price along the range as bars from zero, under each the letter of the best configuration. */
export function chartOf(result: WhatIf): string[] {
  const prices = result.segments.flatMap(({ usd_from, usd_to }) => [usd_from ?? 0, usd_to ?? 0])
  const most = Math.max(
    0,
    ...prices,
    ...result.samples.map(({ point }) => (point.state === 'plan' ? (point.usd ?? 0) : 0)),
  )
  if (most === 0) return []
  const labels = [usd(most), usd(most / 2), usd(0)]
  const margin = Math.max(...labels.map(width))
  const columns = columnsOf(result, SCREEN_COLUMNS - margin - 2)
  const label = (row: number): string => (row === 0 ? labels[0]! : row === ROWS / 2 ? labels[1]! : '')
  const bars = Array.from({ length: ROWS }, (_, row) => {
    const cells = columns.map(({ usd: price }) => cell(price, most, ROWS - 1 - row)).join('')
    return `${pad(label(row), margin, 'right')} │${cells}`.trimEnd()
  })
  const { from, to, form } = result
  const [start, end] = [valueText(from, form), `${valueText(to, form)}${isWide(result) ? ', by factors' : ''}`]
  const axis = `${pad(labels[2]!, margin, 'right')} └${'─'.repeat(columns.length)}`
  const blanks = ' '.repeat(margin + 2)
  return [
    `${priceTitle(result.figure)} along ${result.key}`,
    ...bars,
    axis,
    blanks + columns.map(({ letter }) => letter).join(''),
    `${blanks}${start}${pad(end, columns.length - width(start), 'right')}`,
  ]
}

/** One cell of a bar: how many eighths of it the price fills. */
function cell(price: number | null, most: number, rowFromBelow: number): string {
  if (price === null) return ' '
  const eighths = Math.round((price / most) * ROWS * 8) - rowFromBelow * 8
  return EIGHTHS[Math.max(0, Math.min(8, eighths))]!
}

function columnsOf(result: WhatIf, count: number): Column[] {
  const { from, to } = result
  return Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 0 : index / (count - 1)
    return columnAt(result, isWide(result) ? from * (to / from) ** share : from + (to - from) * share)
  })
}

/** The price at a value: on the line between its neighbours where these are of one size, else that of the nearer one. */
function columnAt({ segments, samples }: WhatIf, at: number): Column {
  const segment =
    segments.find((each) => at >= each.from && at <= each.to) ??
    [...segments].sort((a, b) => away(a, at) - away(b, at))[0]!
  const letter = segment.letter === null ? '·' : segment.letter.slice(0, 1)
  const inside = samples.filter((each) => each.at >= segment.from && each.at <= segment.to)
  const left = inside.findLast((each) => each.at <= at) ?? inside[0]!
  const right = inside.find((each) => each.at >= at) ?? inside.at(-1)!
  const nearer = at - left.at <= right.at - at ? left : right
  if (left.point.state !== 'plan' || right.point.state !== 'plan' || nearer.point.state !== 'plan')
    return { usd: null, letter }
  const [low, high] = [left.point.usd, right.point.usd]
  // Between two sizes the price goes up in steps, not along a line.
  const stepped = left.point.plan.placement.instances !== right.point.plan.placement.instances
  if (low === null || high === null || stepped || left.at === right.at) return { usd: nearer.point.usd, letter }
  return { usd: low + ((high - low) * (at - left.at)) / (right.at - left.at), letter }
}

function away({ from, to }: { readonly from: number; readonly to: number }, at: number): number {
  return Math.min(Math.abs(at - from), Math.abs(at - to))
}
