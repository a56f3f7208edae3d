/** Readers of the formats, as plain as their definitions, that share nothing with what writes them. */

/** Rows of a CSV (RFC 4180), the first with the titles. Throws where a quote is out of place. */
export function csvRows(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy
  let end = 0
  while (end < text.length) {
    const found = cell.exec(text)
    if (found === null) throw new Error(`no cell at ${JSON.stringify(text.slice(end, end + 60))}`)
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '')
    if (found[3] === '\r\n') {
      rows.push(row)
      row = []
    }
    end = cell.lastIndex
  }
  return rows
}

/** A cell that Excel, LibreOffice or Google Sheets would run (owasp.org, "CSV Injection"); a negative number is none. */
export function isFormula(cell: string): boolean {
  return /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(cell) && !/^-?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(cell)
}

/** A text as a reader of rendered Markdown sees it: escapes taken away, entities as their characters. */
export function markdownShown(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#64;': '@' }
  return text.replace(/\\([!-/:-@[-`{-~])|&(?:amp|lt|gt|#64);/g, (all, mark?: string) => mark ?? entities[all] ?? all)
}

/** What in a Markdown text would be more than text: elements, links, code, emphasis, rows that lose or gain a cell. */
export function markdownFaults(text: string): string[] {
  const faults: string[] = []
  let titles = 0
  for (const line of withoutFences(text).split('\n')) {
    const bare = line
      .replace(/^<details><summary>(.*)<\/summary>$/, '$1')
      .replace(/^<\/details>$/, '')
      .replace(/\\[!-/:-@[-`{-~]/g, '')
    if (/[<>]/.test(bare)) faults.push(`an element: ${line}`)
    if (/[[\]`~]/.test(bare)) faults.push(`a link or code: ${line}`)
    if (/\*/.test(bare.replace(/^(?:[✔✘] )?\*\*[^*]*\*\*/u, ''))) faults.push(`emphasis: ${line}`)
    if (!line.startsWith('|')) titles = 0
    else {
      const cells = bare.split('|').length
      if (titles !== 0 && cells !== titles) faults.push(`${cells} cells, not ${titles}: ${line}`)
      titles = cells
    }
  }
  return faults
}

/** A fence ends with at least as many marks as it began with, alone on their line (CommonMark 4.5). */
function withoutFences(text: string): string {
  const kept: string[] = []
  let fence: string | null = null
  for (const line of text.split('\n')) {
    const marks = /^(`{3,})([a-z]*)$/.exec(line)
    if (fence === null && marks !== null) fence = marks[1] ?? ''
    else if (fence === null) kept.push(line)
    else if (marks !== null && marks[2] === '' && (marks[1] ?? '').length >= fence.length) fence = null
  }
  if (fence !== null) kept.push('a fence that nothing closes: ```')
  return kept.join('\n')
}

export interface Element {
  /** Of an end tag with its slash. */
  readonly tag: string
  /** The tag with the names of its attributes. */
  readonly form: string
}

const TAG = /<(\/?[a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z:-]+(?:="[^"<>]*")?)*)\s*\/?>/g

/** Tags of a page, in order. Throws where a `<` stands that begins none of them. */
export function elements(page: string): Element[] {
  const found: Element[] = []
  const rest = page
    .replace(/^<!doctype html>/, '')
    .replace(/<(style|script)>[^<]*<\/\1>/g, '')
    .replace(TAG, (_, tag: string, attributes: string) => {
      const names = [...attributes.matchAll(/([a-zA-Z:-]+)(?:="[^"]*")?/g)].map((each) => each[1] ?? '')
      found.push({ tag, form: [tag, ...names].join(' ') })
      return ''
    })
  const left = rest.indexOf('<')
  if (left !== -1) throw new Error(`an element that the program did not write: ${rest.slice(left, left + 80)}`)
  return found
}

/** The tags in order but those of drawings, whose axes follow the figures. */
export function outsideDrawings(page: string): string[] {
  return elements(page.replace(/<svg [\s\S]*?<\/svg>/g, '')).map(({ tag }) => tag)
}
