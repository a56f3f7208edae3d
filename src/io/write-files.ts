import { renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { InputError } from '../scenario/diagnostic.ts'
import { entryAt, isDirectory } from './entry.ts'
import { writingError } from './file-errors.ts'
import { uninterrupted } from './signals.ts'
import { type FileToWrite, makeFolder, type Staged, stage } from './stage.ts'

export type { FileToWrite } from './stage.ts'

/** Writes one file whole or not at all. Its folder must exist. Throws {@link InputError}. */
export function writeText(path: string, text: string): void {
  writeFiles([{ path, text }])
}

/**
 * Writes files whole or not at all, several of them together: each goes to a new file in its folder, and all take their names when
 * every one of them is on the disk. A file that is written over keeps its permissions; through a symbolic link its target is written.
 * Nothing is left behind where that fails, and no signal comes between.
 * @param folders whether missing folders are made
 * @returns the paths as given
 * @throws InputError that names the file and says why
 */
export function writeFiles(files: readonly FileToWrite[], { folders = false } = {}): string[] {
  const streams = files.filter(({ path }) => isStream(path))
  // A pipe opens when someone reads from it: nothing is there to protect, and an interrupt must end the wait.
  for (const { path, text } of streams) attempt(path, () => writeFileSync(path, text))
  const regular = files.filter((file) => !streams.includes(file))
  if (regular.length > 0) uninterrupted(() => writeTogether(regular, folders))
  return files.map(({ path }) => path)
}

/** Whether a path names a directory: one that exists, or that is said to be one by a slash at its end. */
export function isDirectoryPath(path: string): boolean {
  return /[\\/]$/.test(path) || isDirectory(path)
}

/** A device or a pipe is written to, never replaced by a file. */
function isStream(path: string): boolean {
  const existing = entryAt(path)
  return existing !== undefined && !existing.isFile() && !existing.isDirectory()
}

function writeTogether(files: readonly FileToWrite[], folders: boolean): void {
  const made: string[] = []
  const staged: Staged[] = []
  const placed: string[] = []
  try {
    for (const file of files) {
      attempt(file.path, () => {
        if (folders) made.push(...makeFolder(dirname(file.path)))
        stage(file, (each) => staged.push(each))
      })
    }
    for (const { path, target, temporary } of staged) {
      attempt(path, () => renameSync(temporary, target))
      placed.push(path)
    }
  } catch (error) {
    for (const { temporary } of staged.slice(placed.length)) rmSync(temporary, { force: true })
    if (placed.length > 0) throw withWritten(error, placed)
    for (const folder of made.reverse()) removeEmpty(folder)
    throw error
  }
}

/** What the system refuses to `work`, in the words of a user. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof InputError ? error : writingError(error, path)
  }
}

/** All files stood ready, and one could not take its name: whoever reads the message must know of those before it. */
function withWritten(error: unknown, placed: readonly string[]): unknown {
  if (!(error instanceof InputError)) return error
  return new InputError(error.diagnostics.map((each) => ({ ...each, hint: `already written: ${placed.join(', ')}` })))
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Someone has put something into it meanwhile.
  }
}
