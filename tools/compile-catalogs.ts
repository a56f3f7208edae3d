/**
 * Build step: checks catalogs/**.yaml and writes them as JSON to dist/catalogs, from which the program starts without parsing YAML
 * or checking anything. Run from the compiled file in dist/tools. Prints every problem at file:line:column and exits with 1.
 */
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { subjects } from '../src/catalog/catalog.ts'
import { buildCatalog } from '../src/catalog/compile.ts'
import { readCatalogFiles } from '../src/io/load-catalog.ts'
import { writeCompiled } from '../src/io/write-compiled.ts'
import { InputError } from '../src/scenario/diagnostic.ts'

const dist = join(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(dist, '..', 'catalogs')

try {
  const files = readCatalogFiles(source).map((file) => ({ ...file, path: relative(process.cwd(), file.path) }))
  const catalog = buildCatalog(files)
  writeCompiled(join(dist, 'catalogs'), catalog)
  const counts = subjects.map((subject) => `${catalog[subject].size} ${subject}`).join(', ')
  console.error(`catalogs: ${counts}; hash ${catalog.hash}`)
} catch (error) {
  if (!(error instanceof InputError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
