import { wrap } from '../../src/report/wrap.ts'

/** The few words of mdoc(7) that the manual page needs. */

/** Text of a paragraph: nothing in it is taken for a request or an escape. */
export function escaped(text: string): string {
  return [...text.replaceAll('\\', '\\e')]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0
      return code < 0x80 ? character : `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`
    })
    .join('')
    .replace(/^([.'])/gm, '\\&$1')
}

/** Text that is to be typed as it stands: hyphens stay minus signs, quotes and carets what they are in a shell. */
export function literal(text: string): string {
  return escaped(text)
    .replaceAll('-', '\\-')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('`', '\\(ga')
    .replace(/(?<!^\\&)'/gm, '\\(aq')
}

/** A block of lines as they stand. */
export function display(lines: readonly string[]): string[] {
  return ['.Bd -literal', ...lines.map((line) => literal(line)), '.Ed']
}

/** Columns of a line of source. Requests and escapes make it a little wider than the text. */
const SOURCE_COLUMNS = 76

/** A paragraph; sentences begin lines, as formatters expect. */
export function paragraph(text: string): string[] {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/([.!?]) (?=[A-Z"-])/g, '$1\n')
    .split('\n')
    .flatMap((sentence) => wrap(sentence, '', '', SOURCE_COLUMNS))
    .map(escaped)
}

/** An argument of a macro: one word to it, whatever blanks or quotes it holds. */
export function argument(text: string): string {
  return `"${literal(text).replaceAll('"', '\\(dq')}"`
}

/** A list of terms with their meaning. */
export function tags(entries: readonly (readonly [term: string, meaning: readonly string[]])[]): string[] {
  return ['.Bl -tag -width Ds', ...entries.flatMap(([term, meaning]) => [`.It ${term}`, ...meaning]), '.El']
}
