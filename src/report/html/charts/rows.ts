import { INK } from './colors.ts'
import { FONT_SIZE } from './draw.ts'

/** Pixels of a horizontal bar with its name over it: names are too long for the side of a phone's screen. */
export const ROW = { height: 54, bar: 18 } as const

/** Pixels from the middle of a row up to the foot of its name. */
const NAME_RISE = 26

/** The vertical axis of horizontal bars, the first on top. */
export function rowLabels(names: readonly string[], width: number): object {
  return {
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
      padding: [0, 0, NAME_RISE / 2, 0],
      color: INK,
      fontSize: FONT_SIZE,
      width: width - 28,
      overflow: 'truncate',
    },
    z: 3,
  }
}
