import type { Catalog } from '../src/catalog/catalog.ts'
import type { Model } from '../src/catalog/model.ts'
import { parseSingle } from '../src/scenario/single.ts'
import { modelOf } from './model.ts'

/**
 * The model of a scenario of one workload, also where the scenario describes it itself.
 * @throws InputError with every problem of the scenario at file:line:column.
 */
export function scenarioModel(
  text: string,
  file: string,
  catalog: Catalog,
  { set = [], asOf }: { readonly set?: readonly string[] | undefined; readonly asOf: string },
): Model {
  return modelOf(parseSingle(text, file, catalog, set, asOf).scenario.model, catalog)
}
