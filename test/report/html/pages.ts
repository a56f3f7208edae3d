import { createHash } from 'node:crypto'

/** What a test reads from a page, without a browser. */

export function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** The text between the first `<name>` and its end. */
export function element(page: string, name: string): string {
  const found = new RegExp(`<${name}(?: [^>]*)?>([\\s\\S]*?)</${name}>`).exec(page)
  if (found === null) throw new Error(`no <${name}>`)
  return found[1] ?? ''
}

/** The page without its style sheet and script. */
export function body(page: string): string {
  return element(page, 'main')
}

/** What a reader sees, tags taken out and the entities of the program read back. */
export function visible(page: string): string {
  return body(page)
    .replace(/<title>[\s\S]*?<\/title>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

const VOID = new Set(['meta', 'path', 'rect', 'circle', 'br'])

/** Tags that are opened and not closed, or the other way round, in the order of the page. */
export function unbalanced(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const [, slash, name = '', end] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^>]*?)?(\/?)>/gi)) {
    if (end === '/') continue
    if (slash === '/') {
      const at = open.lastIndexOf(name)
      if (at < 0) wrong.push(`/${name}`)
      else
        wrong.push(
          ...open
            .splice(at)
            .slice(1)
            .filter((each) => !VOID.has(each)),
        )
    } else open.push(name)
  }
  return [...wrong, ...open.filter((each) => !VOID.has(each))]
}

/** Tags with their attributes' names, the values taken out. */
export function tags(page: string): string[] {
  return (
    body(page)
      .replace(/="[^"]*"/g, '=""')
      .match(/<[^>]*>/g) ?? []
  )
}
