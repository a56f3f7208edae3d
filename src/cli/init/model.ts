import { existsSync } from 'node:fs'
import { dirname, isAbsolute, relative, sep } from 'node:path'
import type { Catalog } from '../../catalog/catalog.ts'
import type { Model } from '../../catalog/model.ts'
import type { ModelName } from '../../init/model.ts'
import type { SourceOptions } from '../../io/model-source.ts'
import { catalogModel, inCatalog } from './read.ts'

/** A model with the name under which the new scenario is to know it. */
export interface NamedModel {
  readonly name: ModelName
  readonly entry: Model
}

/**
 * The model that a text names: of the catalog, else what lies at the path, address or repository. The catalog is asked first, so that
 * a model it has never needs the network.
 * @param output the file to be written, from which paths count; null for standard output: from the working directory
 * @throws InputError where there is no such model, with the nearest ids, or where it cannot be read
 */
export async function namedModel(
  text: string,
  catalog: Catalog,
  output: string | null,
  options: SourceOptions,
): Promise<NamedModel> {
  const known = inCatalog(text, catalog)
  if (known !== undefined) return { name: known.id, entry: known }
  const { isSource, readModel } = await import('../../io/model-source.ts')
  if (!isSource(text)) {
    const entry = catalogModel(text, catalog)
    return { name: entry.id, entry }
  }
  const { kind, model } = await readModel(text, options)
  return { name: { kind, reference: reference(text, output) }, entry: model }
}

/** A path as the new file names it; addresses and repositories as they are. */
function reference(text: string, output: string | null): string {
  if (isAbsolute(text) || !existsSync(text)) return text
  const path = relative(output === null ? '.' : dirname(output), text)
    .split(sep)
    .join('/')
  // Without the dot it could be the name of a repository.
  return path.startsWith('.') ? path : `./${path}`
}
