import { type Catalog, type Entries, find, names, type Subject, subjectNames } from '../catalog/catalog.ts'
import type { Gpu } from '../catalog/gpu.ts'
import type { Model } from '../catalog/model.ts'
import { didYouMean } from '../catalog/suggest.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { BYTES_PER_GIB, gib } from '../units.ts'
import { type Format, kvFormat, weightFormat } from './formats.ts'
import { gpuNamed, modelNamed, nearestGpus, nearestModels } from './identify.ts'
import type { StartLog } from './start-log.ts'

/** What the reader of a log says where the log does not, or says otherwise: catalog ids. */
export interface Given {
  readonly model?: string | undefined
  readonly gpu?: string | undefined
  /** All GPUs together. */
  readonly gpus?: number | undefined
  readonly quantization?: string | undefined
  readonly kvCache?: string | undefined
  /** Release of the engine. */
  readonly version?: string | undefined
}

/** What was started, in the words of the catalog. */
export interface StartSubject {
  readonly model: Model
  readonly gpu: Gpu
  readonly gpus: number
  readonly quantization: string
  /** Undefined: the engine's default, 16 bit. */
  readonly kvCache: string | undefined
  /** Release of the engine; null where nobody says it. */
  readonly version: string | null
  /** What the log does not state, in sentences. */
  readonly assumed: readonly string[]
}

/**
 * Finds model, GPU and formats of a start.
 * @throws InputError that names the flag to give where the log does not say it, or says nothing that the catalog surely knows.
 */
export function startSubject(log: StartLog, given: Given, catalog: Catalog): StartSubject {
  const model = modelOf(log, given, catalog)
  const gpu = gpuOf(log, given, catalog)
  const gpus = given.gpus ?? log.gpus
  return {
    model,
    gpu,
    gpus: gpus ?? 1,
    quantization: formatOf(
      'quantizations',
      given.quantization,
      '--quantization',
      weightFormat(log, model, catalog),
      catalog,
    ),
    kvCache: cacheOf(log, given, catalog),
    version: given.version ?? log.version,
    assumed: gpus === null ? ['The log does not say on how many GPUs it ran: one is assumed (--gpus N).'] : [],
  }
}

function modelOf(log: StartLog, { model: id }: Given, catalog: Catalog): Model {
  if (id !== undefined) return named(catalog, 'models', id, '--model')
  for (const name of log.models) {
    const found = modelNamed(name, catalog)
    if (found !== undefined) return found
  }
  const [name] = log.models
  if (name === undefined) throw inputError('the log does not name the model', { hint: '--model ID' })
  const near = nearestModels(name, catalog)
  throw inputError(`the log's model ${JSON.stringify(name)} is not surely one of the catalog`, {
    hint: near.length === 0 ? '--model ID names it' : `--model ID names it; nearest: ${near.join(', ')}`,
  })
}

function gpuOf({ gpu: name, deviceGib }: StartLog, { gpu: id }: Given, catalog: Catalog): Gpu {
  if (id !== undefined) return named(catalog, 'gpus', id, '--gpu')
  const found = name === null ? undefined : gpuNamed(name, deviceGib, catalog)
  if (found !== undefined) return found
  const near = nearestGpus(name, deviceGib, catalog)
  const memory = deviceGib === null ? '' : ` (one of ${gib(deviceGib * BYTES_PER_GIB, 2)})`
  const problem =
    name === null
      ? `the log does not name the GPU${memory}`
      : `the log's GPU ${JSON.stringify(name)} is not surely one of the catalog`
  throw inputError(problem, { hint: near.length === 0 ? '--gpu ID' : `--gpu ID, such as ${near.join(', ')}` })
}

function cacheOf(log: StartLog, { kvCache }: Given, catalog: Catalog): string | undefined {
  const found = kvFormat(log, catalog)
  if (kvCache === undefined && found === undefined) return undefined
  return formatOf('kvFormats', kvCache, '--kv-cache', found ?? { id: 'bf16' }, catalog)
}

function formatOf(
  subject: 'quantizations' | 'kvFormats',
  id: string | undefined,
  flag: string,
  logged: Format,
  catalog: Catalog,
): string {
  if (id !== undefined) return named(catalog, subject, id, flag).id
  if ('unclear' in logged) throw inputError(logged.unclear, { hint: `${flag} ID names it` })
  return logged.id
}

function named<S extends Subject>(catalog: Catalog, subject: S, id: string, flag: string): Entries[S] {
  const entry = find(catalog, subject, id)
  if (entry !== undefined) return entry
  const hint = didYouMean(id, names(catalog, subject))
  throw inputError(`${flag} ${JSON.stringify(id)}: no such ${subjectNames[subject]}`, hint ? { hint } : {})
}
