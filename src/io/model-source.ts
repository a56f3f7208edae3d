import { existsSync } from 'node:fs'
import { type ImportedModel, importConfig } from '../importing/models/imported.ts'
import { readIndex } from '../importing/models/safetensors/checkpoint.ts'
import { inputError } from '../scenario/diagnostic.ts'
import type { SourceKind } from '../scenario/sources.ts'
import { type NetworkOptions, readRepository, repositoryName, type Snapshot } from './hub.ts'
import { readLocalConfig } from './local-model.ts'
import { atPlaces, parseJson } from './parse-json.ts'

export interface SourceOptions extends NetworkOptions {
  /** Id of the entry; absent: made from the name. */
  readonly id?: string | undefined
  /** Names of repositories, for suggestions. */
  readonly known: readonly string[]
}

export interface ReadModel extends ImportedModel {
  readonly kind: SourceKind
  /** Day on which the cache got what was read; null where it was read now. */
  readonly cached: string | null
}

const GGUF = /\.gguf$/i

/** Whether a text cannot be meant as a catalog id: a path, an address or a repository. */
export function isSource(text: string): boolean {
  return /[\\/]/.test(text) || GGUF.test(text) || /\.json$/.test(text)
}

/**
 * Reads a model from a directory, a config.json, a GGUF file, an address of one, or a repository.
 * @param kind what it must be; absent: by its name
 * @throws InputError where it cannot be read or is not known
 */
export async function readModel(text: string, options: SourceOptions, kind?: SourceKind): Promise<ReadModel> {
  if (kind === 'gguf' || (kind === undefined && isGguf(text))) {
    const { readGguf } = await import('./gguf.ts')
    return readGguf(text, options)
  }
  if (existsSync(text)) return readLocal(text, options.id)
  const repository = isPath(text) ? undefined : repositoryName(text)
  // Also for paths that do not exist: the message then names the nearest file.
  if (repository === undefined) return readLocal(text, options.id)
  const { snapshot, cached } = await readRepository(repository, options.known, options)
  return { ...readSnapshot(snapshot, options.id), kind: 'huggingface', cached }
}

function isGguf(text: string): boolean {
  const path = /^https?:\/\//.test(text) ? text.replace(/[?#].*$/, '') : text
  return GGUF.test(path)
}

/** Written as a path: nothing that a repository could be called. */
function isPath(text: string): boolean {
  return /^(\.|\/|~|[A-Za-z]:[\\/])/.test(text) || /\.json$/.test(text)
}

function readLocal(path: string, id: string | undefined): ReadModel {
  if (/^https?:\/\//.test(path)) {
    throw inputError(`${path}: neither a repository nor a GGUF file`, {
      hint: 'org/name, or an address that ends in .gguf',
    })
  }
  const { source, text, file } = readLocalConfig(path)
  return { ...atPlaces(text, file, () => importConfig(source, id)), kind: 'huggingface', cached: null }
}

function readSnapshot({ repository, revision, commit, files }: Snapshot, id: string | undefined): ImportedModel {
  const file = (name: string): string => `${repository}/${name}`
  const parsed = (name: string): unknown => {
    const text = files[name]
    return text === undefined ? undefined : parseJson(text, file(name))
  }
  const [config, quantConfig] = [parsed('config.json'), parsed('hf_quant_config.json')]
  const indexName = 'model.safetensors.index.json'
  const index = parsed(indexName)
  const at = commit ?? (revision === 'main' ? undefined : revision)
  const source = {
    origin: at === undefined ? repository : `${repository}@${at}`,
    name: repository,
    repository,
    config,
    ...(quantConfig === undefined ? {} : { quantConfig }),
    ...(index === undefined ? {} : { checkpoint: readIndex(index, indexName) }),
  }
  return atPlaces(files['config.json'] ?? '', file('config.json'), () => importConfig(source, id))
}
