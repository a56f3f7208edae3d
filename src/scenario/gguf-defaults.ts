import { type Catalog, find } from '../catalog/catalog.ts'
import type { ModelChoice } from './common.ts'
import type { ServeScenario } from './serve.ts'

/** The engine that runs GGUF files. */
const GGUF_ENGINE = 'llama.cpp'

/**
 * What a scenario of a GGUF file leaves open: the file runs as it is, in llama.cpp and in its own format. Each is said among the
 * assumptions.
 * @param model as written
 * @param scenario with the ids of its model and engine
 */
export function ggufDefaults(model: ModelChoice, scenario: ServeScenario, catalog: Catalog): Partial<ServeScenario> {
  const { model: id, engine, search } = scenario
  if (typeof model === 'string' || model.gguf === undefined || typeof id !== 'string') return {}
  const assumed: string[] = []
  if (engine === undefined) assumed.push(`engine: ${GGUF_ENGINE}, which runs GGUF files`)
  const scheme = find(catalog, 'models', id)?.native_quantization?.scheme
  const runsThere = (engine ?? GGUF_ENGINE) === GGUF_ENGINE
  const own = scheme !== undefined && search?.quantization === undefined && runsThere ? scheme : undefined
  if (own !== undefined) assumed.push(`quantization: ${own}, as the GGUF file is`)
  return {
    ...(engine === undefined ? { engine: GGUF_ENGINE } : {}),
    ...(own === undefined ? {} : { search: { ...search, quantization: [own] } }),
    ...(assumed.length === 0 ? {} : { assumed }),
  }
}
