/** Columns of the narrowest terminal that a report is laid out for. */
export const SCREEN_COLUMNS = 80

/** Characters as a terminal counts them: one a code point. Reports use no wide characters. */
export function width(text: string): number {
  return [...text].length
}

/** Fills a cell with blanks; `right` aligns numbers. Text that is wider stays as it is. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const blanks = ' '.repeat(Math.max(0, columns - width(text)))
  return align === 'left' ? text + blanks : blanks + text
}

/** Cuts a text to so many columns, the last of them an ellipsis. */
export function truncate(text: string, columns: number): string {
  const characters = [...text]
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`
}

/**
 * Breaks a text at blanks into lines of at most `columns`. A word that is longer than a line is cut.
 * @param first put before the first line, e.g. `"- "`
 * @param rest put before the others; blanks as wide as `first` unless given
 */
export function wrap(text: string, first = '', rest = ' '.repeat(width(first)), columns = SCREEN_COLUMNS): string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  const flush = (): void => {
    lines.push(line)
    line = rest
    empty = true
  }
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (!empty && width(line) + 1 + width(word) > columns) flush()
    const characters = [...(empty ? word : ` ${word}`)]
    // By position, not by what is left of the word: copying that for each line takes seconds for a word of a megabyte.
    let at = 0
    while (width(line) + characters.length - at > columns) {
      const end = at + Math.max(1, columns - width(line))
      line += characters.slice(at, end).join('')
      at = end
      flush()
    }
    line += characters.slice(at).join('')
    empty = false
  }
  if (!empty || lines.length === 0) lines.push(line)
  return lines
}
