import { parseCount } from '../units.ts'
import { yamlQuoted } from '../yaml-text.ts'

/** One line of a commented YAML file. */
export interface Row {
  /** Indented as it stands in the file. */
  readonly text: string
  /** Comment behind it: unit, meaning, default. */
  readonly note?: string
}

/** Column in which comments start, where the line before them is short enough. */
const NOTE_COLUMN = 38

/** Lines of a file, comments in one column. */
export function layOut(rows: readonly Row[]): string {
  return rows
    .map(({ text, note }) => (note === undefined ? text : `${`${text}  `.padEnd(NOTE_COLUMN)}# ${note}`))
    .map((line) => `${line}\n`)
    .join('')
}

export function row(text: string, note?: string): Row {
  return note === undefined ? { text } : { text, note }
}

/** Rows of one map inside another. */
export function indented(rows: readonly Row[], by = '  '): Row[] {
  return rows.map(({ text, note }) => row(text === '' ? '' : `${by}${text}`, note))
}

/** Rows that a user may uncomment: the hash stands before each line, so that taking it away leaves valid YAML. */
export function commentedOut(rows: readonly Row[]): Row[] {
  return indented(rows, '# ')
}

const PLAIN_START = /^[A-Za-z./][\w./@+-]*$/
/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const RESERVED = /^(true|false|null|yes|no|on|off|y|n|\.inf|\.nan)$/i

/** A text as a YAML scalar of a flow or block map: plain where every reader takes it for text, else in double quotes. */
export function scalar(text: string): string {
  return PLAIN_START.test(text) && !RESERVED.test(text) && !/^[.]?\d/.test(text) ? text : yamlQuoted(text)
}

/** Numbers from here on are written with a suffix: `1M` is read at a glance, `1000000` is not. */
const SUFFIX_FROM = 100_000

/** A number as scenarios write it: `8192`, `1M`, `0.5`. Reads back as the same number. */
export function plainNumber(value: number): string {
  for (const suffix of ['T', 'B', 'M', 'k']) {
    const factor = parseCount(`1${suffix}`) ?? 1
    const text = `${value / factor}${suffix}`
    if (value >= SUFFIX_FROM && value >= factor && text.length < 8 && parseCount(text) === value) return text
  }
  return String(value)
}
