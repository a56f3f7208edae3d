import type { Letters } from '../../fleet/letters.ts'
import { SERIES } from '../charts/colors.ts'
import { type Html, html } from '../html.ts'

/** Pixels of a GPU in a drawing of nodes. */
const CELL = 20
const GAP = 2

/** Hues on which dark letters are read better than light ones, in light and dark pages: orange, green, sky, purple, red, yellow. */
const BRIGHT = new Set([1, 2, 3, 4, 5, 6])

const IDLE = '.'

/** Hues of workloads by their sign. They repeat: the sign tells workloads of one hue apart. */
export function huesOf({ of, shared }: Letters): ReadonlyMap<string, number> {
  return new Map([...of.values(), ...shared.values()].map((sign, index) => [sign, index % SERIES.length]))
}

/** A node's GPUs, one square each, with the sign of what runs on it; idle ones are empty. */
export function nodeDrawing(gpus: string, hues: ReadonlyMap<string, number>): Html {
  const signs = [...gpus]
  const perRow = Math.min(signs.length, 8)
  const rows = Math.ceil(signs.length / Math.max(1, perRow))
  const side = (cells: number): number => cells * (CELL + GAP)
  const square = (sign: string, index: number): Html => {
    const [x, y] = [side(index % perRow) + 1, side(Math.floor(index / perRow)) + 1]
    return gpuSquare(sign, hues, x, y)
  }
  return html`<svg class="gpus" width="${side(perRow)}" height="${side(rows)}" viewBox="0 0 ${side(perRow)} ${side(rows)}" aria-hidden="true">${signs.map(square)}</svg>`
}

/** A sign of the legend. */
export function signMark(sign: string, hues: ReadonlyMap<string, number>): Html {
  return html`<svg class="gpus" width="${CELL + GAP}" height="${CELL + GAP}" viewBox="0 0 ${CELL + GAP} ${CELL + GAP}" aria-hidden="true">${gpuSquare(sign, hues, 1, 1)}</svg>`
}

function gpuSquare(sign: string, hues: ReadonlyMap<string, number>, x: number, y: number): Html {
  const box = html`x="${x}" y="${y}" width="${CELL}" height="${CELL}" rx="3"`
  if (sign === IDLE) return html`<rect ${box} class="idle"/>`
  const hue = hues.get(sign) ?? 0
  const ink = BRIGHT.has(hue) ? html` class="dark"` : null
  return html`<rect ${box} fill="${SERIES[hue] ?? ''}"/><text x="${x + CELL / 2}" y="${y + 15}"${ink}>${sign}</text>`
}
