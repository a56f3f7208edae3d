/** Everything that ends a line or moves a cursor somewhere: control characters, and the separators of Unicode. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/** Lines as `#` comments, of YAML, shell and TOML alike. Nothing in them can end the comment. */
export function commentLines(lines: readonly string[]): string {
  return lines
    .map((line) => `# ${line.replace(UNPRINTABLE, ' ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}
