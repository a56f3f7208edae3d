import { SCREEN_COLUMNS, truncate } from '../report/wrap.ts'

/** ANSI: erase from the cursor to the end of the line. */
const CLEAR_LINE = '\u001b[K'

/** Where a command writes. Results go to standard output, everything else to standard error. */
export interface Terminal {
  result(text: string): void
  note(text: string): void
  /** Writes over the current line of standard error, without ending it. Only where `live`. */
  rewrite(line: string): void
  /** Standard error is a terminal on which a line can be written over. */
  readonly live: boolean
  /** Colours may be used on standard output. */
  readonly color: boolean
}

/** The process's own streams. A reader that goes away (`plan ... | head`) ends the program quietly. */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      throw error
    })
  }
  return {
    result: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
    rewrite: (line) =>
      process.stderr.write(`\r${CLEAR_LINE}${truncate(line, (process.stderr.columns ?? SCREEN_COLUMNS) - 1)}`),
    live: process.stderr.isTTY === true && env.TERM !== 'dumb',
    color: wantsColor(env, process.stdout.isTTY === true),
  }
}

/** NO_COLOR and FORCE_COLOR as on no-color.org and force-color.org; `--no-color` is the command's own business. */
export function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true
  return isTerminal && env.TERM !== 'dumb'
}
