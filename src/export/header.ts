import { visible } from '../visible.ts'

/** Lines as `#` comments, of YAML, shell and TOML alike. Nothing in them can end the comment. */
export function commentLines(lines: readonly string[]): string {
  return lines
    .map((line) => `# ${visible(line)}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('')
}
