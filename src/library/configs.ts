import type { Catalog } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import { importConfig } from '../importing/models/imported.ts'
import { type Diagnostic, InputError } from '../scenario/diagnostic.ts'
import { withModels } from '../scenario/sources.ts'

/**
 * The catalog with the models that config.json files describe, by id.
 * @throws InputError with the problems of all of them, by their paths: the id, then the field.
 */
export function withConfigs(catalog: Catalog, configs: Readonly<Record<string, unknown>>): Catalog {
  const models = new Map<string, Model>()
  const wrong: Diagnostic[] = []
  for (const [id, config] of Object.entries(configs)) {
    try {
      models.set(id, importConfig({ origin: id, name: id, config }, id).model)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      wrong.push(...error.diagnostics.map((each) => ({ ...each, path: ['models', id, ...each.path] })))
    }
  }
  if (wrong.length > 0) throw new InputError(wrong)
  return withModels(catalog, models)
}
