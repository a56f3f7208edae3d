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
  const foreign = files.find((path) => isForeign(path, mark))
  if (foreign !== undefined) {
    throw inputError('the directory holds catalog files that are not of a calibration', {
      position: { file: foreign },
      hint: '--output names another directory',
    })
  }
  return files
}

/** The first words of a file that an import writes into a catalog directory, and that a further import may write over. */
const IMPORT_MARK = '# Written by plan catalog import'

/**
 * Writes imported entries into a catalog directory. A file of that name stays unless an import wrote it: the directory was named, not
 * the file.
 * @throws InputError for a file of another origin; nothing is written then
 */
export function writeImported(directory: string, files: readonly OverlayFile[]): void {
  const own = files.map(({ path }) => join(directory, path)).find((path) => isForeign(path, IMPORT_MARK))
  if (own !== undefined) {
    throw inputError('the file exists and was not written by an import', {
      position: { file: own },
      hint: `--output ${own} writes over it`,
    })
  }
  const header = `${IMPORT_MARK}, which writes over it: keep changes of your own in another file.\n`
  const marked = files.map(({ path, text }) => ({ path, text: `${header}${text}` }))
  writeOverlay(directory, marked, [])
}

function isForeign(path: string, mark: string): boolean {
  return entryAt(path)?.isFile() === true && !readFileSync(path, 'utf8').startsWith(mark)
}

/** Writes the files together, then removes those of `earlier` that are not among them. */
export function writeOverlay(directory: string, files: readonly OverlayFile[], earlier: readonly string[]): void {
  const paths = writeFiles(
    files.map(({ path, text }) => ({ path: join(directory, path), text })),
    { folders: true },
  )
  for (const path of earlier) if (!paths.includes(path)) rmSync(path)
}
