import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import type { Catalog } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import { type Diagnostic, InputError } from '../scenario/diagnostic.ts'
import { type ModelSource, modelSources, sourceKey, withModels } from '../scenario/sources.ts'
import { STDIN_NAME } from './files.ts'
import type { SourceOptions } from './model-source.ts'
import { readScenario } from './read-scenario.ts'

/** A scenario whose models are to be read. */
export interface ScenarioText {
  readonly text: string
  readonly file: string
  /** `PATH=VALUE` changes. */
  readonly set?: readonly string[] | undefined
}

/**
 * Reads the models that scenarios name by file, address or repository, each once. Scenarios of catalog models cost nothing and touch
 * neither disk nor network.
 * @returns the models by the names under which planning looks for them
 * @throws InputError at the place in the scenario that names a model which cannot be read
 */
export async function scenarioModels(
  scenarios: readonly ScenarioText[],
  options: SourceOptions,
): Promise<ReadonlyMap<string, Model>> {
  const models = new Map<string, Model>()
  const wrong: Diagnostic[] = []
  for (const { text, file, set = [] } of scenarios) {
    for (const source of modelSources(text, file, set, readScenario)) {
      const key = sourceKey(source)
      if (models.has(key)) continue
      try {
        models.set(key, await readSource(source, options))
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        wrong.push(...error.diagnostics.map((each) => placed(each, source)))
      }
    }
  }
  if (wrong.length > 0) throw new InputError(wrong)
  return models
}

/** The catalog with the models that scenarios name. Throws as {@link scenarioModels}. */
export async function withScenarioModels(
  catalog: Catalog,
  scenarios: readonly ScenarioText[],
  options: SourceOptions,
): Promise<Catalog> {
  return withModels(catalog, await scenarioModels(scenarios, options))
}

async function readSource(source: ModelSource, options: SourceOptions): Promise<Model> {
  const { readModel } = await import('./model-source.ts')
  const { model } = await readModel(await locationOf(source), options, source.kind)
  return model
}

/** A path relative to the scenario where one is meant; a repository stays as it is. */
async function locationOf({ reference, file }: ModelSource): Promise<string> {
  if (/^https?:\/\//.test(reference) || isAbsolute(reference)) return reference
  if (reference.startsWith('~/')) return join(homedir(), reference.slice(2))
  const { existsSync } = await import('node:fs')
  const path = file === STDIN_NAME ? reference : join(dirname(file), reference)
  const isPath = /^\.{1,2}([\\/]|$)/.test(reference) || /\.(json|gguf)$/i.test(reference) || existsSync(path)
  return isPath ? path : reference
}

/** What is wrong with a model's own file, at the place in the scenario that names it. */
function placed(each: Diagnostic, { kind, position }: ModelSource): Diagnostic {
  const own = each.position
  const at = own?.line === undefined ? (own?.file ?? '') : `${own.file}:${own.line}:${own.column ?? 1}`
  const message = at === '' ? each.message : `${at}: ${each.message}`
  return { ...each, path: ['model', kind], message: `model: ${message}`, position }
}
