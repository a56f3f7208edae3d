import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { ConfigSource } from '../importing/models/imported.ts'
import {
  type Checkpoint,
  checkpointOf,
  headerLength,
  LENGTH_BYTES,
  readHeader,
  readIndex,
  type StoredTensor,
} from '../importing/models/safetensors/checkpoint.ts'
import { CHECKPOINT_INDEX_BYTES, CONFIG_JSON_BYTES } from '../limits.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { isDirectory } from './entry.ts'
import { readingError } from './file-errors.ts'
import { readText, requireRegular } from './files.ts'
import { parseJson } from './parse-json.ts'

const INDEX = /\.safetensors\.index\.json$/

/** A config.json with its text, for the places of errors. */
export interface LocalConfig {
  readonly source: ConfigSource
  readonly text: string
  readonly file: string
}

/**
 * A directory of the Hugging Face form, or a config.json with what lies beside it.
 * @throws InputError where it cannot be read or holds no config.json
 */
export function readLocalConfig(path: string): LocalConfig {
  const isFolder = isDirectory(path)
  const directory = isFolder ? path : dirname(path)
  const file = isFolder ? join(path, 'config.json') : path
  const names = isFolder || basename(path) === 'config.json' ? filesOf(directory) : []
  if (isFolder && !names.includes('config.json')) {
    const gguf = names.find((name) => name.toLowerCase().endsWith('.gguf'))
    throw inputError('the directory holds no config.json', {
      position: { file: path },
      ...(gguf === undefined ? {} : { hint: `it holds a GGUF file: ${join(path, gguf)}` }),
    })
  }
  const text = readText(file, CONFIG_JSON_BYTES)
  const quantConfig = names.includes('hf_quant_config.json')
    ? parseJson(
        readText(join(directory, 'hf_quant_config.json'), CONFIG_JSON_BYTES),
        join(directory, 'hf_quant_config.json'),
      )
    : undefined
  const checkpoint = checkpointIn(directory, names)
  const repository = cachedRepository(resolve(directory))
  // A file of any other name names the model itself: llama-3.1-8b.json.
  const ofFolder = names.length > 0 || basename(file) === 'config.json'
  const source: ConfigSource = {
    origin: path,
    name: repository ?? (ofFolder ? basename(resolve(directory)) : basename(file, '.json')),
    ...(repository === undefined ? {} : { repository }),
    config: parseJson(text, file),
    ...(quantConfig === undefined ? {} : { quantConfig }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  }
  return { source, text, file }
}

/** The repository whose files a directory of huggingface_hub's cache holds: `models--org--name/snapshots/COMMIT`. */
function cachedRepository(directory: string): string | undefined {
  const match = /[\\/]models--([^\\/]+?)--([^\\/]+)[\\/]snapshots[\\/][^\\/]+$/.exec(directory)
  return match === null ? undefined : `${match[1]}/${match[2]}`
}

function filesOf(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

/** The checkpoint by its files' headers where all are there, else by its index. */
function checkpointIn(directory: string, names: readonly string[]): Checkpoint | undefined {
  const indexName = names.find((name) => INDEX.test(name))
  if (indexName === undefined) {
    const weights = names.filter((name) => name.endsWith('.safetensors'))
    if (weights.length === 0) return undefined
    return checkpointOf(
      weights.flatMap((name) => tensorsOf(join(directory, name))),
      weights.length === 1 ? (weights[0] ?? '') : `${weights.length} safetensors files`,
    )
  }
  const path = join(directory, indexName)
  const index = parseJson(readText(path, CHECKPOINT_INDEX_BYTES), path)
  const listed = readIndex(index, indexName)
  const files = shardsOf(index)
  if (files.length === 0 || !files.every((name) => names.includes(name))) return listed
  return checkpointOf(
    files.flatMap((name) => tensorsOf(join(directory, name))),
    `${files.length} safetensors files`,
  )
}

function shardsOf(index: unknown): string[] {
  const map = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : {}
  const files = Object.values(Object(map)).filter((file) => typeof file === 'string')
  return [...new Set(files)].sort()
}

/** Header of one file: nothing of its tensors is read. */
function tensorsOf(file: string): StoredTensor[] {
  try {
    requireRegular(file)
    const descriptor = openSync(file, 'r')
    try {
      const length = headerLength(readAt(descriptor, 0, LENGTH_BYTES), file)
      // A file cut short has less than its first bytes promise; no room is made for what is not there.
      const present = Math.max(0, Math.min(length, fstatSync(descriptor).size - LENGTH_BYTES))
      return readHeader(new TextDecoder().decode(readAt(descriptor, LENGTH_BYTES, present)), file)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw readingError(error, file)
  }
}

function readAt(descriptor: number, position: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const read = readSync(descriptor, bytes, filled, length - filled, position + filled)
    if (read === 0) break
    filled += read
  }
  return bytes.subarray(0, filled)
}
