import { didYouMean } from '../catalog/suggest.ts'
import { type Diagnostic, formatDiagnostic, InputError, inputError } from '../scenario/diagnostic.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** What yargs complains of, as an input error; anything else as it was thrown. */
export function usageError(message: string | null, error: Error | undefined, flags: readonly string[]): Error {
  if (error !== undefined && error.name !== 'YError') return error
  const text = message ?? error?.message ?? 'the command line cannot be read'
  const unknown = /^Unknown arguments?: (.+)$/.exec(text)?.[1]?.split(', ')[0]
  if (unknown !== undefined) {
    const dashes = unknown.length === 1 ? '-' : '--'
    const hint = didYouMean(
      `--${unknown}`,
      flags.filter((flag) => flag.length > 1).map((flag) => `--${flag}`),
    )
    return inputError(`unknown flag ${dashes}${unknown}`, { hint: hint ?? 'plan --help lists the flags' })
  }
  const missing = /^Not enough arguments following: (.+)$/.exec(text)?.[1]
  if (missing !== undefined) return inputError(`--${missing} needs a value`)
  const required = /^Missing required arguments?: (.+)$/.exec(text)?.[1]
  if (required !== undefined) return inputError(`--${required} is required`)
  if (text.startsWith('Not enough non-option arguments')) {
    return inputError('an argument is missing', { hint: '--help shows the usage' })
  }
  return inputError(text.split('\n')[0] ?? text)
}

/** Prints an error on standard error and says with which code the process ends. */
export function report(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof InputError) {
    reportInput(error.diagnostics, terminal)
    return EXIT.input
  }
  const text = error instanceof Error ? error.message : String(error)
  terminal.note(`internal error: ${text}`)
  terminal.note('This is a defect of plan, not of your input. Please report it with the command line and the scenario.')
  if (process.env.PLAN_DEBUG === '1' && error instanceof Error) terminal.note(error.stack ?? '')
  return EXIT.internal
}

/** One line a diagnostic, with its place where it has one. */
export function reportInput(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  for (const diagnostic of diagnostics) {
    const placed = diagnostic.position !== undefined || diagnostic.path.length > 0
    terminal.note(`${placed ? '' : 'plan: '}${formatDiagnostic(diagnostic).replace(/\s*\n\s*/g, ' ')}`)
  }
}
