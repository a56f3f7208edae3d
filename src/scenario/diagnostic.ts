import { MESSAGE_CHARACTERS, MESSAGES } from '../limits.ts'
import { count } from '../units.ts'

/** Where a value stands in a document: keys of maps and indices of lists, outermost first. */
export type Path = readonly (string | number)[]

/** A place in a text, counted from 1. Without a line: the file (or flag) as a whole. */
export interface Position {
  file: string
  line?: number
  column?: number
}

/** Something wrong, or doubtful, in what a user gave. Data until someone prints it. */
export interface Diagnostic {
  severity: 'error' | 'warning'
  /** The value that the message is about; empty for the document as a whole. */
  path: Path
  message: string
  /** What to do about it: the nearest id, the accepted units. */
  hint?: string
  position?: Position
}

/** The path as users write it in `--set`: `traffic.requests_per_second`, `search.gpus.0`. */
export function pathText(path: Path): string {
  return path.join('.')
}

/** `file:line:column: message (hint)`, on one line; the path stands in where no position is known. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { position, path, message, hint, severity } = diagnostic
  const place = position === undefined ? pathText(path) : positionText(position)
  const prefix = place === '' ? '' : `${place}: `
  const label = severity === 'warning' ? 'warning: ' : ''
  return `${prefix}${label}${shortened(message)}${hint === undefined ? '' : ` (${shortened(hint)})`}`
}

/** A name of a megabyte is quoted by its beginning. */
function shortened(text: string): string {
  return text.length <= MESSAGE_CHARACTERS ? text : `${text.slice(0, MESSAGE_CHARACTERS)}...`
}

export function positionText(position: Position): string {
  const { file, line, column } = position
  if (line === undefined) return file
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`
}

/**
 * The only error that users see: their input cannot be used. Everything else that is thrown is a defect of this program.
 * The process ends with exit code 2 and one line a diagnostic.
 */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode = 2

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'))
    this.diagnostics = diagnostics
  }
}

/** An {@link InputError} of a single message, e.g. for a flag: `inputError('--top takes a whole number', { hint: '5' })`. */
export function inputError(
  message: string,
  more: { path?: Path; hint?: string; position?: Position } = {},
): InputError {
  const { path = [], ...rest } = more
  return new InputError([{ severity: 'error', path, message, ...rest }])
}

/** The first problems of a file one by one, the others as a number. */
export function listed<T>(problems: readonly T[], say: (problem: T) => Diagnostic, file: string): Diagnostic[] {
  const said = problems.slice(0, MESSAGES).map(say)
  const more = problems.length - said.length
  if (more === 0) return said
  return [...said, { severity: 'error', path: [], message: `${count(more)} more problems`, position: { file } }]
}

/** Throws when an error is among the diagnostics; warnings pass. */
export function throwErrors(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((each) => each.severity === 'error')
  if (errors.length > 0) throw new InputError(errors)
}
