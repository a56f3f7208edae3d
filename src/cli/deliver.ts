import { writeText } from '../io/files.ts'
import type { Flags } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** Writes a result to `--output` (whole or not at all) or to standard output. */
export function deliver(text: string, flags: Flags, terminal: Terminal): void {
  const file = flags.text('output')
  if (file === undefined) terminal.result(text)
  else writeText(file, text)
}

/** Whether a text report carries colours: never into a file. */
export function colored(flags: Flags, terminal: Terminal): boolean {
  return terminal.color && !flags.switch('no-color') && flags.text('output') === undefined
}
