import { join } from 'node:path'
import { type Catalog, catalogToData, subjects } from '../catalog/catalog.ts'
import { COMMON_FILE } from './load-catalog.ts'
import { writeFiles } from './write-files.ts'

/** Writes a catalog as JSON, a file a subject, as `readCompiled` reads it. */
export function writeCompiled(directory: string, catalog: Catalog): void {
  const { physics, hashes, ...lists } = catalogToData(catalog)
  const file = (name: string, value: unknown) => ({ path: join(directory, name), text: `${JSON.stringify(value)}\n` })
  const files = subjects.map((subject) => file(`${subject}.json`, lists[subject]))
  writeFiles([...files, file(COMMON_FILE, { physics, hashes })], { folders: true })
}
