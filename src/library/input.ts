import type { z } from 'zod'
import { type Diagnostic, InputError } from '../scenario/diagnostic.ts'
import { validate } from '../scenario/located.ts'

/**
 * Plain data as its schema reads it.
 * @throws InputError with every problem; each carries its path, and no place, as there is no text.
 */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = validate(schema, value, () => ({ file: '' }))
  if (result.ok) return result.data
  throw new InputError(result.diagnostics.map(unplaced))
}

/** The diagnostic by its path alone. */
export function unplaced({ position: _, ...rest }: Diagnostic): Diagnostic {
  return rest
}

/** What `make` returns; the diagnostics of an InputError that it throws are changed first. */
export function withDiagnostics<T>(make: () => T, change: (diagnostic: Diagnostic) => Diagnostic): T {
  try {
    return make()
  } catch (error) {
    throw changed(error, change)
  }
}

/** The error with its diagnostics changed, where it is an InputError. */
export function changed(error: unknown, change: (diagnostic: Diagnostic) => Diagnostic): unknown {
  return error instanceof InputError ? new InputError(error.diagnostics.map(change)) : error
}
