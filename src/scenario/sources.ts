import type { Catalog } from '../catalog/catalog.ts'
import { combinedHash } from '../catalog/catalog.ts'
import { contentHash } from '../catalog/hash.ts'
import type { Model } from '../catalog/model.ts'
import { InputError, type Path, type Position } from './diagnostic.ts'
import { parseAssignment, setPath } from './set.ts'
import type { ReadScenario } from './workloads.ts'
import { type Locate, parseYaml } from './yaml.ts'

/** How a scenario names a model that is not in the catalog: `{ huggingface: ./config.json }`, `{ gguf: ./file.gguf }`. */
export const sourceKinds = ['huggingface', 'gguf'] as const
export type SourceKind = (typeof sourceKinds)[number]

/** A model that a scenario wants read before it is planned. */
export interface ModelSource {
  readonly kind: SourceKind
  /** As written: a path relative to the scenario, an address, or a repository. */
  readonly reference: string
  /** The scenario that names it. */
  readonly file: string
  readonly position: Position
}

/** Key under which {@link withModels} puts a model that a scenario names, and under which its checks look for it. */
export function sourceKey({ kind, reference, file }: Pick<ModelSource, 'kind' | 'reference' | 'file'>): string {
  return `${kind} ${reference} (${file})`
}

/**
 * The catalog with further models, each under a name of the caller's choice. Scenarios that name a source find their model under its
 * {@link sourceKey}.
 */
export function withModels(catalog: Catalog, models: ReadonlyMap<string, Model>): Catalog {
  if (models.size === 0) return catalog
  // By content, not by name: where a file lies does not change what is planned.
  const imported = contentHash([...models.values()].map((model) => contentHash({ ...model, sources: [] })).sort())
  const hashes = { ...catalog.hashes, imported }
  return { ...catalog, models: new Map([...catalog.models, ...models]), hashes, hash: combinedHash(hashes) }
}

/** Texts without these words name no sources, and need no second parse. */
const WORTH_A_LOOK = /huggingface|gguf|workloads/

/**
 * The sources that a scenario names, and those of the workloads it names. A scenario that cannot be read has none: planning says what
 * is wrong with it.
 * @param set `PATH=VALUE` changes, applied in order
 */
export function modelSources(text: string, file: string, set: readonly string[], read: ReadScenario): ModelSource[] {
  const found: ModelSource[] = []
  collect(text, file, set, read, found, new Set())
  return found
}

function collect(
  text: string,
  file: string,
  set: readonly string[],
  read: ReadScenario,
  found: ModelSource[],
  seen: Set<string>,
): void {
  if (seen.has(file) || ![text, ...set].some((each) => WORTH_A_LOOK.test(each))) return
  seen.add(file)
  const document = documentOf(text, file, set)
  if (document === undefined || !isMap(document.value)) return
  add(document.value, [], document.locate, file, found)
  const workloads = document.value.workloads
  if (!Array.isArray(workloads)) return
  for (const [index, item] of workloads.entries()) {
    const named: unknown = isMap(item) && !('kind' in item) ? item.scenario : item
    const path: Path = isMap(item) && named === item.scenario ? ['workloads', index, 'scenario'] : ['workloads', index]
    if (isMap(named)) add(named, path, document.locate, file, found)
    if (typeof named === 'string') {
      const other = readable(() => read(named, file))
      if (other !== undefined) collect(other.text, other.file, [], read, found, seen)
    }
  }
}

function add(
  scenario: Readonly<Record<string, unknown>>,
  path: Path,
  locate: Locate,
  file: string,
  found: ModelSource[],
): void {
  const { model } = scenario
  if (!isMap(model)) return
  for (const kind of sourceKinds) {
    const reference = model[kind]
    if (typeof reference !== 'string' || reference.trim() === '') continue
    found.push({ kind, reference: reference.trim(), file, position: locate([...path, 'model', kind]) })
  }
}

function documentOf(text: string, file: string, set: readonly string[]) {
  const parsed = parseYaml(text, file)
  if (!parsed.ok) return undefined
  return readable(() => {
    let document: { value: unknown; locate: Locate } = parsed
    for (const assignment of set) {
      const { path, value } = parseAssignment(assignment)
      document = setPath(document, path, value)
    }
    return document
  })
}

function readable<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
