/**
 * A word for a POSIX shell: plain where nothing can be misread, else in single quotes. Control characters and line breaks are
 * refused by the scenario and catalog readers; here they would still be inert inside the quotes.
 */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A command over several lines, one flag with its value a line, each but the last ending in a backslash. */
export function shellCommand(command: readonly string[], flags: readonly (readonly string[])[]): string {
  return [command, ...flags].map((words) => words.map(shellWord).join(' ')).join(' \\\n  ')
}
