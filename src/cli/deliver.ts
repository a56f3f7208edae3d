import { type FileToWrite, writeFiles } from '../io/write-files.ts'
import type { Flags } from './flags.ts'
import type { Terminal } from './terminal.ts'

/**
 * Writes a result to `--output` (whole or not at all) or to standard output.
 * @param more files that belong to it: with the result in a file, all of them are written or none
 */
export function deliver(text: string, flags: Flags, terminal: Terminal, more: readonly FileToWrite[] = []): void {
  const path = flags.text('output')
  writeFiles(path === undefined ? more : [...more, { path, text }])
  if (path === undefined) terminal.result(text)
}

/** Whether a text report carries colours: never into a file. */
export function colored(flags: Flags, terminal: Terminal): boolean {
  return terminal.color && !flags.switch('no-color') && flags.text('output') === undefined
}
