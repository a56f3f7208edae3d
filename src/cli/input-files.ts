import { entryAt } from '../io/entry.ts'
import { inputError } from '../scenario/diagnostic.ts'

/**
 * A result over the file that it is made from would destroy what cannot be made again.
 * @param inputs words of the command line; those that name no file do no harm
 * @throws InputError where the output is one of them, under this name or another
 */
export function refuseInputAsOutput(output: unknown, inputs: readonly unknown[]): void {
  const target = typeof output === 'string' ? entryAt(output) : undefined
  if (target?.isFile() !== true) return
  for (const input of inputs) {
    const source = typeof input === 'string' ? entryAt(input) : undefined
    if (source?.dev === target.dev && source.ino === target.ino) {
      throw inputError('--output names a file that is read', {
        position: { file: String(output) },
        hint: 'the result would stand in its place; give another name',
      })
    }
  }
}
