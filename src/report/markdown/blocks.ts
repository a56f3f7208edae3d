import { visible } from '../../visible.ts'
import type { Column } from '../table.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '@': '&#64;' }

/** Text that Markdown and HTML show as it is, on one line; no mention, formula, tag or emphasis comes of it. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>@\\`*_{}[\]|~#$]/g, (character) => ENTITIES[character] ?? `\\${character}`)
}

/** A pipe table with every cell escaped. */
export function markdownTable(head: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(head.map((column) => escaped(column.title))),
    line(head.map((column) => (column.align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(escaped))),
  ].join('\n')
}

export function bullets(sentences: readonly string[]): string {
  return sentences.map((sentence) => `- ${escaped(sentence)}`).join('\n')
}

/** Folded text; the blank lines let its Markdown be read as such. */
export function details(summary: string, body: string): string {
  return `<details><summary>${escaped(summary)}</summary>\n\n${body}\n\n</details>`
}

/** Rows or sentences of a part that a reader of a pull request scrolls past without a sigh. */
const OPEN_LINES = 12

/** A long part folded away under its summary; a short one stays open. */
export function foldedWhenLong(summary: string, lines: number, body: string): string {
  return lines > OPEN_LINES ? details(summary, body) : body
}

/** A code block whose fence is longer than any run of backticks inside. */
export function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}sh\n${text}\n${marks}`
}

/** Blocks one below the other. */
export function blocks(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`
}
