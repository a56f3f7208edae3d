import { type Html, html, type Value } from '../html.ts'

/** Pixels of the two renderings: one for a desk and paper, one for a phone. The style sheet shows the one that fits. */
const WIDE = 960
const NARROW = 340

/** A mark of the legend. */
export interface Key {
  readonly color: string
  readonly shape: 'area' | 'line' | 'dashed' | 'dot' | 'ring' | 'star' | 'band'
  readonly text: string
}

export interface Figure {
  readonly title: string
  /** What the picture says, for who cannot see it. */
  readonly describes: string
  readonly keys?: readonly Key[]
  readonly note?: Value
  /** Draws for a width in pixels. */
  draw(width: number, narrow: boolean): Html
}

/** A chart with its title and legend, drawn twice so that its text stays readable on a phone. */
export function figure({ title, describes, keys = [], note = null, draw }: Figure): Html {
  return html`<figure><figcaption>${title}</figcaption>${keys.length === 0 ? null : html`<ul class="keys">${keys.map(keyItem)}</ul>`}
<div class="chart wide" role="img" aria-label="${describes}">${draw(WIDE, false)}</div>
<div class="chart narrow" role="img" aria-label="${describes}">${draw(NARROW, true)}</div>
${note === null ? null : html`<p class="note">${note}</p>`}</figure>`
}

function keyItem({ color, shape, text }: Key): Html {
  return html`<li>${swatch(color, shape)}${text}</li>`
}

/** A legend's mark, also used in tables. */
export function swatch(color: string, shape: Key['shape'] = 'area'): Html {
  return html`<svg class="swatch" viewBox="0 0 16 12" aria-hidden="true">${mark(color, shape)}</svg>`
}

function mark(color: string, shape: Key['shape']): Html {
  switch (shape) {
    case 'area':
      return html`<rect x="1" y="0" width="14" height="12" rx="2" fill="${color}"/>`
    case 'band':
      return html`<rect x="1" y="0" width="14" height="12" rx="2" fill="${color}" fill-opacity="0.3"/>`
    case 'line':
      return html`<path d="M0 6h16" stroke="${color}" stroke-width="2"/>`
    case 'dashed':
      return html`<path d="M0 6h16" stroke="${color}" stroke-width="2" stroke-dasharray="4 3"/>`
    case 'dot':
      return html`<circle cx="8" cy="6" r="5" fill="${color}"/>`
    case 'ring':
      return html`<circle cx="8" cy="6" r="4" fill="none" stroke="${color}" stroke-width="2"/>`
    case 'star':
      return html`<path d="M8 0l6 6-6 6-6-6Z" fill="${color}"/>`
  }
}
