import { visibleLines } from '../../visible.ts'

/** Markup that may go into a page as it is. Only {@link html} and {@link trusted} make it. */
export class Html {
  readonly markup: string
  constructor(markup: string) {
    this.markup = markup
  }
}

/** What stands between the parts of a template: texts and numbers are escaped, markup is taken as it is, nothing shows for null. */
export type Value = Html | string | number | null | readonly Value[]

/** Markup of the program's own making. Never a text of the user. */
export function trusted(markup: string): Html {
  return new Html(markup)
}

/** A template of markup in which every value is escaped, in content and between the quotes of an attribute. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.reduce((text, part, index) => text + markupOf(values[index - 1] ?? null) + part))
}

function markupOf(value: Value): string {
  if (value === null) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escaped(value)
  return value.map(markupOf).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Runs of letters that are written from right to left, with what stands between them. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc](?:[\s\d_.-]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])*/g

/** First strong isolate and pop directional isolate: what is between them keeps its direction to itself (Unicode annex 9). */
const ISOLATE = '\u2068'
const POP = '\u2069'

/** A text that leaves the direction of what stands around it alone, what cannot be shown written out. */
export function isolated(text: string): string {
  return visibleLines(text).replace(RIGHT_TO_LEFT, (run) => ISOLATE + run + POP)
}

/** A text as HTML shows it, letter by letter, in content or between quotes. */
export function escaped(text: string): string {
  return isolated(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character)
}
