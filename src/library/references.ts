import { InputError, inputError } from '../scenario/diagnostic.ts'
import type { ReadScenario } from '../scenario/workloads.ts'

/** A scenario that another one names: its text, or with the name that messages call it and its own references are relative to. */
export type ReadText = (
  reference: string,
  from: string,
) => string | { text: string; file: string } | Promise<string | { text: string; file: string }>

type Found = { readonly text: string; readonly file: string } | { readonly error: InputError }

/** References that lead to ever new references are no scenario. */
const MOST_ROUNDS = 100

/**
 * Runs `make`, which asks for references at once, though what finds them may take its time: references that are not at hand yet
 * are noted and found between one attempt and the next. All references of a document are noted in one attempt.
 * @throws InputError where a reference is not found, and whatever `make` throws.
 */
export async function withReferences<T>(
  read: ReadText | undefined,
  make: (found: ReadScenario) => Promise<T>,
): Promise<T> {
  const known = new Map<string, Found>()
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const missing = new Map<string, { reference: string; from: string }>()
    const found: ReadScenario = (reference, from) => {
      const key = JSON.stringify([reference, from])
      const here = known.get(key)
      if (here === undefined) {
        missing.set(key, { reference, from })
        throw inputError('not read yet')
      }
      if ('error' in here) throw here.error
      return here
    }
    try {
      return await make(found)
    } catch (error) {
      if (missing.size === 0) throw error
    }
    for (const [key, { reference, from }] of missing) known.set(key, await lookUp(read, reference, from))
  }
  throw inputError(`the references lead on and on: more than ${MOST_ROUNDS} scenarios, each naming the next`)
}

async function lookUp(read: ReadText | undefined, reference: string, from: string): Promise<Found> {
  if (read === undefined) {
    return { error: inputError('nothing was given to read it', { hint: 'the setting `read` finds scenarios by name' }) }
  }
  try {
    const text: unknown = await read(reference, from)
    if (typeof text === 'string') return { text, file: reference }
    if (isFound(text)) return text
    return { error: inputError('`read` gave no text') }
  } catch (error) {
    if (error instanceof InputError) return { error }
    return { error: inputError(`cannot be read: ${error instanceof Error ? error.message : String(error)}`) }
  }
}

function isFound(value: unknown): value is { text: string; file: string } {
  if (typeof value !== 'object' || value === null) return false
  const { text, file } = value as Record<string, unknown>
  return typeof text === 'string' && typeof file === 'string'
}
