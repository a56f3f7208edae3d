import type { ExitCode, ExitMeanings } from './exit-codes.ts'
import type { Flags, FlagTable } from './flags.ts'
import type { Terminal } from './terminal.ts'

/** A command as data. Specs load at every start, so what a command does is imported only when it runs. */
export interface Command {
  /** The word that names it; null for the default command. */
  readonly name: string | null
  readonly describe: string
  /** Opens the command's help: examples, then usage. */
  readonly help: string
  readonly flags: FlagTable
  /** What its exit codes mean where it does not plan. */
  readonly exits?: ExitMeanings
  /** Words that it takes after its name; more are refused. */
  readonly words: number
  /** What completion offers for the words, in order; without it scenario files where any number of words is taken. */
  readonly completes?: readonly Completes[]
  handle(call: Call): Promise<ExitCode>
}

/**
 * What completion offers for a word: ids of models, ids of anything, subjects of the catalog, scenario files (and folders), targets
 * of exports, these words, or one of those by the word before it.
 */
export type Completes =
  | 'models'
  | 'ids'
  | 'subjects'
  | 'scenarios'
  | 'targets'
  | readonly string[]
  | { readonly after: Readonly<Record<string, Completes>> }

/** One call of a command. */
export interface Call {
  readonly flags: Flags
  readonly terminal: Terminal
  /** Words after the command's name. */
  readonly words: readonly string[]
  /** The program's own file, which threads are started from; null where there is none. */
  readonly entry: string | null
  /** What of the call comes from settings and a plan follows from, a sentence each. */
  readonly assumed: readonly string[]
}
