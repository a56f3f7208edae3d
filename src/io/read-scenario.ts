import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { ReadScenario } from '../scenario/workloads.ts'
import { readText, STDIN_NAME } from './files.ts'

/** Reads a scenario that another one names, by a path relative to it; from standard input, relative to the working directory. */
export const readScenario: ReadScenario = (reference, from) => {
  const file = isAbsolute(reference) || from === STDIN_NAME ? normalize(reference) : join(dirname(from), reference)
  return { text: readText(file), file }
}
