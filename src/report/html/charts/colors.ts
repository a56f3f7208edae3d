import type { Pricing } from '../../../catalog/offer.ts'

/*
 * Colours are variables of the style sheet, so that a chart follows the reader's light, dark or printed page. The eight hues are those
 * that the colour-blind tell apart (Okabe and Ito 2008), darker or lighter as the page asks. Nothing is told by colour alone: legends
 * stand in the order of the parts, marks differ in shape, workloads carry a letter.
 */

export const INK = 'var(--ink)'
export const MUTED = 'var(--muted)'
export const GRID = 'var(--grid)'
export const SURFACE = 'var(--surface)'
export const GOOD = 'var(--good)'
export const BAD = 'var(--bad)'

const BLUE = 'var(--c1)'
const ORANGE = 'var(--c2)'
const GREEN = 'var(--c3)'
const SKY = 'var(--c4)'
const PURPLE = 'var(--c5)'
const RED = 'var(--c6)'
const YELLOW = 'var(--c7)'
const GREY = 'var(--c8)'
const BROWN = 'var(--c9)'
const DARK = 'var(--c10)'

/** Hues for things without a colour of their own, in order. Neighbours differ in lightness. */
export const SERIES: readonly string[] = [BLUE, ORANGE, GREEN, SKY, PURPLE, RED, YELLOW, BROWN, DARK]

/** What is left over. */
export const REST = GREY

/** What is still free of a GPU. */
export const FREE = 'var(--free)'

/** A term keeps its colour in every report. */
export const TERM_COLORS: Readonly<Record<string, string>> = {
  weights: BLUE,
  kv_cache: ORANGE,
  gradients: RED,
  optimizer: ORANGE,
  master_weights: SKY,
  activations: GREEN,
  loss: YELLOW,
  gather_buffers: PURPLE,
  adapters: DARK,
  graphs: SKY,
  communication: BROWN,
  runtime: GREY,
}

export const PRICING_COLORS: Readonly<Record<Pricing, string>> = {
  owned: DARK,
  'reserved-3y': BLUE,
  'reserved-1y': SKY,
  'on-demand': ORANGE,
  spot: YELLOW,
}
