import { INK } from './colors.ts'
import { FONT_SIZE } from './draw.ts'

/** Pixels of a horizontal bar. */
export const BAR = 18

/** Pixels from one line of a name to the next, and around a row. */
const LINE = 18
const AROUND = 18

/** Pixels that a letter takes, somewhat more than the usual. */
const LETTER = 0.56 * FONT_SIZE

/** Pixels left of the names and right of the bars' ends. */
const SIDES = 28

/** Horizontal bars with their names over them: names are too long for the side of a phone's screen. */
export interface Rows {
  /** Pixels of all rows together. */
  readonly height: number
  readonly axis: object
}

/** The vertical axis of horizontal bars, the first on top; long names take several lines. */
export function rowsOf(names: readonly string[], width: number): Rows {
  const room = width - SIDES
  const lines = Math.max(1, ...names.map((name) => Math.ceil((name.length * LETTER) / room)))
  const row = BAR + AROUND + lines * LINE
  // The bar stands in the middle of its row; the name ends above it and is moved so that the row is filled evenly.
  const axis = {
    type: 'category',
    inverse: true,
    data: names,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      inside: true,
      interval: 0,
      margin: 0,
      align: 'left',
      verticalAlign: 'bottom',
      padding: [0, 0, BAR / 2 + 3, 0],
      color: INK,
      fontSize: FONT_SIZE,
      lineHeight: LINE,
      width: room,
      overflow: 'break',
    },
    z: 3,
  }
  return { height: names.length * row, axis }
}
