import { commentLines } from '../header.ts'
import { shellWord } from '../shell.ts'

/** A flag with its value or values; a flag alone is a switch. */
export type Flags = readonly (readonly string[])[]

/** A command over several lines, one flag a line. `start` is shell text as it is; words of flags are quoted where they must be. */
export function flagLines(start: string, flags: Flags): string {
  return [start, ...flags.map((words) => words.map(shellWord).join(' '))].join(' \\\n  ')
}

/** A bash script that stops at the first error. */
export function script(header: readonly string[], body: string): string {
  return `#!/usr/bin/env bash\n${commentLines(header)}set -euo pipefail\n\n${body}\n`
}
