import { inputError } from '../scenario/diagnostic.ts'
import type { Flags, FlagTable } from './flags.ts'

const FORMATS = ['text', 'json', 'csv', 'markdown', 'html'] as const
/** Forms of what a command prints for a plan; the others have no charts and are {@link Format}s. */
export type PageFormat = (typeof FORMATS)[number]
export type Format = Exclude<PageFormat, 'html'>

/** Flags of every command that prints a result. */
export const outputFlags: FlagTable = {
  format: { value: 'FORM', describe: `${FORMATS.join(', ')} (text)`, choices: FORMATS },
  output: { value: 'FILE', describe: 'Write the result to a file instead of standard output' },
  catalog: { value: 'DIR', describe: 'Own catalog laid over the shipped one; repeatable' },
  quiet: { describe: 'Nothing on standard error but errors' },
  'no-color': { describe: 'No colours (also NO_COLOR)' },
}

/** Flags of the commands that price something. */
export const priceFlags: FlagTable = {
  'max-cost': {
    value: 'USD',
    describe: 'Exit 4 when an hour of serving, or a training run, costs more US dollars than this',
  },
  'as-of': { value: 'YYYY-MM-DD', describe: 'Day from which the age of prices is judged (today)' },
  explain: { describe: 'Show the arithmetic of every figure' },
}

/** @throws InputError for a form that does not exist, and for a page, which only plans have. */
export function formatOf(flags: Flags): Format {
  const format = pageFormatOf(flags)
  if (format === 'html') {
    throw inputError('--format html is for plans: plan, compare, estimate and fit', {
      hint: 'text, json, csv or markdown',
    })
  }
  return format
}

/**
 * The same for commands whose results are pages too.
 * @throws InputError for a form that does not exist.
 */
export function pageFormatOf(flags: Flags): PageFormat {
  return flags.choice('format', FORMATS) ?? 'text'
}

/** The given day, else today (UTC). The only clock of the program. */
export function asOfDay(flags: Flags): string {
  return flags.date('as-of') ?? new Date().toISOString().slice(0, 10)
}
