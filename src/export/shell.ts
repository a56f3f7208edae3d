import { isVisible, replaceUnprintable, visible } from '../visible.ts'

/**
 * A word for bash: plain where nothing can be misread, else in single quotes. What cannot be shown stands in the quotes that have
 * escapes (`$'...'`; also of zsh, ksh and POSIX since 2024), byte by byte, so that the word is the same and the line stays one line.
 * A zero byte, which no argument can hold, is written out as in every report.
 */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(text)) return text
  const possible = text.replaceAll('\0', visible('\0'))
  if (isVisible(possible)) return `'${possible.replaceAll("'", `'\\''`)}'`
  const quoted = possible.replace(/[\\']/g, (character) => `\\${character}`)
  return `$'${replaceUnprintable(quoted, octalBytes)}'`
}

/** Three digits a byte: with fewer, a digit that follows would be read as one more. */
function octalBytes(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}

/** A command over several lines, one flag with its value a line, each but the last ending in a backslash. */
export function shellCommand(command: readonly string[], flags: readonly (readonly string[])[]): string {
  return [command, ...flags].map((words) => words.map(shellWord).join(' ')).join(' \\\n  ')
}
