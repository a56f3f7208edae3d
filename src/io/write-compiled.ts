import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Catalog, catalogToData, subjects } from '../catalog/catalog.ts'
import { writeText } from './files.ts'
import { COMMON_FILE } from './load-catalog.ts'

/** Writes a catalog as JSON, a file a subject, as `readCompiled` reads it. */
export function writeCompiled(directory: string, catalog: Catalog): void {
  mkdirSync(directory, { recursive: true })
  const { physics, hashes, ...lists } = catalogToData(catalog)
  for (const subject of subjects) writeText(join(directory, `${subject}.json`), `${JSON.stringify(lists[subject])}\n`)
  writeText(join(directory, COMMON_FILE), `${JSON.stringify({ physics, hashes })}\n`)
}
