/** One line of a log: its number from 1, and its text without colours. */
export interface LogLine {
  readonly number: number
  readonly text: string
}

/** Longer lines are cut: an engine's longest line (its configuration) has some 10,000 characters. */
const LONGEST_LINE = 65_536

/** Colours as terminals write them, as `less` and `cat -v` print them, and as tools leave them that drop the escape character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
const COLORS = /\u001b\[[0-9;?]*[A-Za-z]|\^\[\[[0-9;?]*[A-Za-z]|\[\d[\d;]*m/g

/** The lines of a log, one by one. Linear in the length of the text, whatever it holds. */
export function* logLines(text: string): Generator<LogLine> {
  let number = 0
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    const line = text.slice(start, Math.min(end, start + LONGEST_LINE))
    number++
    yield { number, text: line.includes('[') ? line.replace(COLORS, '') : line }
    start = end + 1
  }
}

const fieldPatterns = new Map<string, RegExp>()

/**
 * The value of `key` where a line lists settings, as Python prints them: `key=value`, `key='value'`, `'key': value`. The first one
 * counts. Undefined where it is absent or None.
 */
export function field(line: string, key: string): string | undefined {
  let pattern = fieldPatterns.get(key)
  if (pattern === undefined) {
    pattern = new RegExp(`(?:^|[\\s,({'"])${key}['"]?[=:] ?(?:'([^']*)'|"([^"]*)"|([^\\s,)}\\]]+))`)
    fieldPatterns.set(key, pattern)
  }
  const match = pattern.exec(line)
  const value = match?.[1] ?? match?.[2] ?? match?.[3]
  return value === undefined || value === '' || value === 'None' || value === 'null' ? undefined : value
}

/** A whole number above zero; undefined for anything else, such as -1 for "decide yourself". */
export function wholeField(line: string, key: string): number | undefined {
  const value = Number(field(line, key))
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}

/** A share above 0 and at most 1. */
export function shareField(line: string, key: string): number | undefined {
  return share(field(line, key))
}

export function share(text: string | undefined): number | undefined {
  const value = Number(text)
  return value > 0 && value <= 1 ? value : undefined
}

/** The number that the first group of a pattern holds, thousands separators allowed. */
export function numberIn(line: string, pattern: RegExp): number | undefined {
  const text = pattern.exec(line)?.[1]
  if (text === undefined) return undefined
  const value = Number(text.replaceAll(',', ''))
  // A longer number is two that ran into each other: no engine has so many bytes or tokens.
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined
}

/** Writes the values that are there over those of `into`. */
export function merge<T extends object>(into: T, values: { readonly [K in keyof T]?: T[K] | undefined }): void {
  for (const [key, value] of Object.entries(values)) if (value !== undefined) Object.assign(into, { [key]: value })
}

/** Writes the values that are there where `into` has none. */
export function fill<T extends object>(into: T, values: { readonly [K in keyof T]?: T[K] | undefined }): void {
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && !Object.hasOwn(into, key)) Object.assign(into, { [key]: value })
  }
}

/** A line for a message: one line of at most this many characters. */
export function excerpt(text: string, most = 200): string {
  const plain = text.trim().replace(/\s+/g, ' ')
  return plain.length <= most ? plain : `${plain.slice(0, most - 3)}...`
}
