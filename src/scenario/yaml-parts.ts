import type { Path } from './diagnostic.ts'
import { catalogLimits, type Locate, parseYaml, type YamlLimits, type YamlResult } from './yaml.ts'

/**
 * Characters of a part. The tree of a document takes eighty times its text in memory, and lives until the whole of it is read: a
 * part keeps that to a few megabytes and costs no time.
 */
const PART_CHARACTERS = 32_768

/** A document that ends in one long list, cut before items of that list. */
export interface Cut {
  /** The key of the list. */
  readonly key: string
  /** The first begins with what stands before the list; the others hold items alone. */
  readonly parts: readonly { readonly text: string; readonly linesBefore: number }[]
}

/**
 * As {@link parseYaml}, with the same values, places and messages, for files that may be large and of which many are open: a document
 * that ends in a long list is read in parts, and no tree is kept. Who asks for a place has the text read once more.
 */
export function parseYamlInParts(
  text: string,
  file: string,
  limits: YamlLimits = catalogLimits,
  partCharacters: number = PART_CHARACTERS,
): YamlResult {
  const cut = text.length > limits.bytes ? null : cutAtItems(text, partCharacters)
  const read = cut === null ? null : readParts(cut, file, limits)
  if (read !== null) return read
  // Whatever does not read in parts is read whole: what is wrong with it is said by one reader alone.
  const whole = parseYaml(text, file, limits)
  if (!whole.ok) return whole
  return { ok: true, value: whole.value, locate: againOnDemand(() => parseYaml(text, file, limits)) }
}

/** A key at the margin with nothing after it: its value stands on the lines below. */
const BARE_KEY = /^([A-Za-z_][\w-]*):[ ]*$/

/** What may reach from one item into another: anchors, aliases and tags; and ends of lines that are counted otherwise. */
const REACHES_OUT = /[\s[{,:][&*!][^\s]|\r/

/**
 * Cuts where a line begins an item of the last key's list. Such a line ends all that was open before it: whatever belongs to an item
 * is indented more. Null where the document is short or of another form.
 */
export function cutAtItems(text: string, partCharacters: number): Cut | null {
  if (text.length <= partCharacters || REACHES_OUT.test(text)) return null
  let key: string | null = null
  /** Blanks before the dash of an item; null outside of lists. */
  let indent: number | null = null
  let starts = [{ offset: 0, linesBefore: 0 }]
  let offset = 0
  for (let linesBefore = 0; offset < text.length; linesBefore++) {
    const start = offset
    const end = text.indexOf('\n', start)
    offset = end === -1 ? text.length : end + 1
    const margin = firstNonBlank(text, start, offset)
    const character = text[margin]
    if (margin === offset || character === '\n' || character === '#') continue
    if (character === '\t') return null
    const column = margin - start
    const isItem = character === '-' && /[ \n]/.test(text[margin + 1] ?? '\n')
    if (column === 0 && !isItem) {
      key = BARE_KEY.exec(text.slice(start, end === -1 ? undefined : end))?.[1] ?? null
      indent = null
      starts = starts.slice(0, 1)
    } else if (indent === null) {
      if (isItem && key !== null) indent = column
      else key = null
    } else if (column < indent || (column === indent && !isItem)) {
      return null
    } else if (column === indent && start - starts.at(-1)!.offset >= partCharacters) {
      starts.push({ offset: start, linesBefore })
    }
  }
  if (key === null || starts.length < 2) return null
  const parts = starts.map(({ offset: from, linesBefore }, index) => ({
    text: text.slice(from, starts[index + 1]?.offset),
    linesBefore,
  }))
  return { key, parts }
}

function firstNonBlank(text: string, from: number, until: number): number {
  let place = from
  while (place < until && text[place] === ' ') place++
  return place
}

/** The values of all parts as one document; null where a part is not in order. */
function readParts({ key, parts }: Cut, file: string, limits: YamlLimits): YamlResult | null {
  const read = (index: number): YamlResult => {
    const { text } = parts[index]!
    return parseYaml(index === 0 ? text : `${key}:\n${text}`, file, limits)
  }
  /** Number of items before each part. */
  const itemsBefore: number[] = []
  const items: unknown[] = []
  let document: Record<string, unknown> = {}
  for (const index of parts.keys()) {
    const result = read(index)
    if (!result.ok) return null
    const value = result.value as Record<string, unknown>
    const own = value[key]
    if (!Array.isArray(own)) return null
    if (index === 0) document = value
    itemsBefore.push(items.length)
    for (const item of own) items.push(item)
  }
  document[key] = items

  /** The part that was asked for last: messages come in the order of the document. */
  let open = { index: -1, locate: againOnDemand(() => read(0)) }
  const locate: Locate = (path, target) => {
    const [first, item, ...rest] = path
    // Of an item that there is not, the first part says so too.
    const isItem = first === key && typeof item === 'number' && item < items.length
    const index = isItem ? itemsBefore.findLastIndex((before) => before <= item) : 0
    if (open.index !== index) open = { index, locate: againOnDemand(() => read(index)) }
    const own: Path = isItem ? [key, item - (itemsBefore[index] ?? 0), ...rest] : path
    const position = open.locate(own, target)
    // All parts but the first begin with a line of their own: the key.
    const shift = index === 0 ? 0 : (parts[index]?.linesBefore ?? 0) - 1
    return position.line === undefined ? position : { ...position, line: position.line + shift }
  }
  return { ok: true, value: document, locate }
}

/** Reads a text that is known to be in order when the first place in it is asked for. */
function againOnDemand(read: () => YamlResult): Locate {
  let locate: Locate | undefined
  return (path, target) => {
    if (locate === undefined) {
      const result = read()
      if (!result.ok) throw new Error('a text read twice was in order only once')
      locate = result.locate
    }
    return locate(path, target)
  }
}
