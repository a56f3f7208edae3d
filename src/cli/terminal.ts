import { isatty } from 'node:tty'
import { codeOf, writingReason } from '../io/file-errors.ts'
import { beforeDeath } from '../io/signals.ts'
import { STDERR, STDOUT, writeFully } from '../io/standard-streams.ts'
import { SCREEN_COLUMNS, truncate } from '../report/wrap.ts'
import { inputError } from '../scenario/diagnostic.ts'

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

/**
 * The process's own streams. A reader of results that goes away (`plan ... | head`) is no error: what it does not want is not
 * written, and the code is that of the answer. Messages that nobody can receive keep no result from being written.
 */
export function processTerminal(env: NodeJS.ProcessEnv = process.env): Terminal {
  const live = isatty(STDERR) && env.TERM !== 'dumb'
  const progress = new ProgressLine()
  return {
    result: (text) => writeResult(text),
    note: (text) => {
      progress.draw('')
      message(text.endsWith('\n') ? text : `${text}\n`)
    },
    rewrite: (line) => progress.draw(line),
    live,
    color: wantsColor(env, isatty(STDOUT)),
  }
}

/** @throws InputError where there is no room for it */
function writeResult(text: string): void {
  try {
    writeFully(STDOUT, text)
  } catch (error) {
    if (codeOf(error) === 'EPIPE') return
    throw inputError(`standard output cannot be written: ${writingReason(error)}`)
  }
}

function message(text: string): void {
  try {
    writeFully(STDERR, text)
  } catch {
    // There is nowhere to say so.
  }
}

/** The line that is written over. A signal that ends the process takes it away first. */
class ProgressLine {
  #release: (() => void) | null = null

  draw(line: string): void {
    if (line === '' && this.#release === null) return
    const columns = process.stderr.columns || SCREEN_COLUMNS
    message(`\r${CLEAR_LINE}${truncate(line, columns - 1)}`)
    if (line === '') {
      this.#release?.()
      this.#release = null
    } else this.#release ??= beforeDeath(() => message(`\r${CLEAR_LINE}`))
  }
}

/** NO_COLOR and FORCE_COLOR as on no-color.org and force-color.org; `--no-color` is the command's own business. */
export function wantsColor(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true
  return isTerminal && env.TERM !== 'dumb'
}
