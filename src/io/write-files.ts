import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inputError } from '../scenario/diagnostic.ts'
import { writeText } from './files.ts'

export interface FileToWrite {
  /** Name without folders. */
  readonly name: string
  readonly text: string
  readonly executable?: boolean
}

const EXECUTABLE = 0o755

/** Whether a path names a directory: one that exists, or that is said to be one by a slash at its end. */
export function isDirectoryPath(path: string): boolean {
  return /[\\/]$/.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/**
 * Writes files into a directory, which is made where it does not exist.
 * @returns their paths
 * @throws InputError where something cannot be written
 */
export function writeFiles(directory: string, files: readonly FileToWrite[]): string[] {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw inputError('a file of that name exists', {
      position: { file: directory },
      hint: `${files.length} files need a directory`,
    })
  }
  try {
    mkdirSync(directory, { recursive: true })
  } catch {
    throw inputError('the directory cannot be made', { position: { file: directory } })
  }
  return files.map((file) => writeFileTo(join(directory, file.name), file))
}

/** Writes one file under a name of the user's choice. */
export function writeFileTo(path: string, { text, executable = false }: FileToWrite): string {
  writeText(path, text)
  if (executable) chmodSync(path, EXECUTABLE)
  return path
}
