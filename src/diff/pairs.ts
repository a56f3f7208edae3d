import { inputError } from '../scenario/diagnostic.ts'
import type { Side } from './diff.ts'
import { resultBook } from './price-book.ts'

export interface Pair {
  readonly old: Side
  readonly new: Side
}

/**
 * Which result is held against which: one against one whatever they are called; of several, those of the same name. A scenario that
 * only one side has stands against nothing.
 * @throws InputError where two that belong together are of different kinds.
 */
export function pairsOf(old: readonly Side[], next: readonly Side[]): Pair[] {
  const [oldFirst] = old
  const [newFirst] = next
  if (oldFirst !== undefined && newFirst !== undefined && old.length === 1 && next.length === 1)
    return [pair(oldFirst, newFirst)]
  const oldFile = oldFirst?.file ?? ''
  const newFile = newFirst?.file ?? ''
  const before = new Map(old.map((side) => [nameOf(side), side]))
  const after = new Map(next.map((side) => [nameOf(side), side]))
  const names = [...new Set([...after.keys(), ...before.keys()])]
  return names.map((name) => pair(before.get(name) ?? absent(oldFile), after.get(name) ?? absent(newFile)))
}

function pair(old: Side, next: Side): Pair {
  if (old.result !== null && next.result !== null && old.result.kind !== next.result.kind) {
    throw inputError(`a ${next.result.kind} cannot be compared with a ${old.result.kind}`, {
      position: { file: next.file },
      hint: `${old.file} holds the ${old.result.kind}`,
    })
  }
  return { old, new: next }
}

function absent(file: string): Side {
  return { file, result: null, prices: resultBook(null) }
}

function nameOf({ result }: Side): string {
  return result?.scenario ?? ''
}
