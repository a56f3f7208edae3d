import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inputError } from '../scenario/diagnostic.ts'
import { writeText, yamlFiles } from './files.ts'

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
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return []
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

/** Writes the files and removes those of `earlier` that are not among them. */
export function writeOverlay(directory: string, files: readonly OverlayFile[], earlier: readonly string[]): void {
  const paths = files.map(({ path }) => join(directory, path))
  for (const path of earlier) if (!paths.includes(path)) rmSync(path)
  files.forEach(({ text }, index) => {
    const path = paths[index] ?? ''
    mkdirSync(dirname(path), { recursive: true })
    writeText(path, text)
  })
}
