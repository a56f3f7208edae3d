import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { inputError } from '../scenario/diagnostic.ts'
import { entryAt } from './entry.ts'
import { yamlFiles } from './files.ts'
import { writeFiles } from './write-files.ts'

/** A file of a catalog directory. */
export interface OverlayFile {
  /** Below the directory, with forward slashes. */
  readonly path: string
  readonly text: string
}

/**
 * @returns files of an earlier overlay in the directory that start with `mark`, none where it does not exist.
 * @throws InputError where it holds catalog files of another origin: an overlay over them would be theirs too.
 */
export function earlierOverlay(directory: string, mark: string): string[] {
  if (entryAt(directory) === undefined) return []
  const files = yamlFiles(directory).map(({ path }) => path)
  const foreign = files.find((path) => !readFileSync(path, 'utf8').startsWith(mark))
  if (foreign !== undefined) {
    throw inputError('the directory holds catalog files that are not of a calibration', {
      position: { file: foreign },
      hint: '--output names another directory',
    })
  }
  return files
}

/** Writes the files together, then removes those of `earlier` that are not among them. */
export function writeOverlay(directory: string, files: readonly OverlayFile[], earlier: readonly string[]): void {
  const paths = writeFiles(
    files.map(({ path, text }) => ({ path: join(directory, path), text })),
    { folders: true },
  )
  for (const path of earlier) if (!paths.includes(path)) rmSync(path)
}
