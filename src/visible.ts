/**
 * Characters that show nothing, or act on what stands around them: control characters, format characters (zero-width ones, those that
 * turn the direction of a text), line and paragraph separators, halves of surrogate pairs, code points that are no characters
 * (Unicode general categories Cc, Cf, Zl, Zp, Cs, and noncharacters). A name that holds one could steer a terminal, end a comment or
 * read as another name.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu

/** The same but for line feeds and tabs, which shape a text of several lines. */
const UNPRINTABLE_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * A text on one line, what cannot be shown written as JSON writes it: `\n`, `\u001b`, `\u202e`. Every report, comment and message shows
 * names through this; what must keep a name exactly (JSON, YAML, arguments of a shell) has escapes of its own that read back.
 */
export function visible(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? unicodeEscapes(character))
}

/** The same for a text of several lines. */
export function visibleLines(text: string): string {
  return text.replace(UNPRINTABLE_IN_LINES, (character) => SHORT[character] ?? unicodeEscapes(character))
}

/** Whether a text holds anything that {@link visible} would write otherwise. */
export function isVisible(text: string): boolean {
  return text.search(UNPRINTABLE) === -1
}

/** `\u` and four digits for each UTF-16 unit, as in JSON, JavaScript and a quoted scalar of YAML (there for the basic plane). */
function unicodeEscapes(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index)
    return `\\u${unit.toString(16).padStart(4, '0')}`
  }).join('')
}

/** What cannot be shown, each replaced as a format of its own writes it. */
export function replaceUnprintable(text: string, escaped: (character: string) => string): string {
  return text.replace(UNPRINTABLE, escaped)
}

/**
 * Plain data as JSON with two blanks of indentation. What cannot be shown stands as an escape, also where JSON would take it as it is:
 * the values are the same, and a terminal that shows them is not steered by them.
 */
export function jsonText(value: unknown): string {
  return visibleLines(JSON.stringify(value, null, 2))
}
