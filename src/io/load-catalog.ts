import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Catalog, type CatalogData, catalogFromData, subjects } from '../catalog/catalog.ts'
import type { CatalogFile } from '../catalog/compile.ts'
import { CATALOG_BYTES } from '../limits.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { readOwnFile, readText, yamlFiles } from './files.ts'

/** File of a compiled catalog that holds what no subject does. */
export const COMMON_FILE = 'common.json'

/**
 * The shipped catalog with the user's directories over it, the last one on top. Starts from the compiled JSON files of the build
 * (beside the compiled sources); when the program runs from its TypeScript sources it compiles the YAML files instead.
 * Throws {@link InputError} for problems in the user's directories.
 */
export async function loadCatalog(overlays: readonly string[] = []): Promise<Catalog> {
  shipped ??= loadShipped()
  let catalog = await shipped
  if (overlays.length === 0) return catalog
  // The schemas take longer to load than the compiled catalogs, and only overlays need them.
  const { buildCatalog } = await import('../catalog/compile.ts')
  for (const directory of overlays) {
    const files = readCatalogFiles(directory)
    if (files.length === 0) throw inputError('the directory holds no YAML files', { position: { file: directory } })
    catalog = buildCatalog(files, catalog)
  }
  return catalog
}

/** Read once a process: nothing changes a catalog, an overlay makes another. */
let shipped: Promise<Catalog> | null = null

async function loadShipped(): Promise<Catalog> {
  const here = dirname(fileURLToPath(import.meta.url))
  const compiled = join(here, '..', '..', 'catalogs')
  if (existsSync(join(compiled, COMMON_FILE))) return readCompiled(compiled)
  const { buildCatalog } = await import('../catalog/compile.ts')
  return buildCatalog(readCatalogFiles(compiled))
}

/** Reads what `tools/compile-catalogs.ts` wrote. The files were checked when they were written and are not checked again. */
export function readCompiled(directory: string): Catalog {
  const read = (file: string): unknown => JSON.parse(readOwnFile(join(directory, file)))
  const common = read(COMMON_FILE) as Pick<CatalogData, 'physics' | 'hashes'>
  const lists = Object.fromEntries(subjects.map((subject) => [subject, read(`${subject}.json`)]))
  return catalogFromData({ ...lists, ...common } as unknown as CatalogData)
}

/** All YAML files of a catalog directory as texts. Throws {@link InputError} for unreadable ones. */
export function readCatalogFiles(directory: string): CatalogFile[] {
  return yamlFiles(directory).map((file) => ({ ...file, text: readText(file.path, CATALOG_BYTES) }))
}
