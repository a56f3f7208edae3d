import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { elementsOf, type GgufHeader, type GgufTensor } from '../importing/models/gguf/header.ts'
import { importGguf } from '../importing/models/gguf/import.ts'
import { InputError, inputError } from '../scenario/diagnostic.ts'
import { count } from '../units.ts'
import { readText, requireRegular } from './files.ts'
import { Cache, cacheFolder } from './hub/cache.ts'
import { hubError } from './hub/errors.ts'
import { netFetch } from './hub/fetch.ts'
import { endpointOf, isOffline, type NetworkOptions, tokenOf } from './hub.ts'
import type { ReadModel, SourceOptions } from './model-source.ts'

/** Every GGUF file starts with this (ggml-org/ggml docs/gguf.md). */
const MAGIC = 'GGUF'

/** Magic, version, and the numbers of tensors and of entries of metadata in 64 bits each (ggml-org/ggml docs/gguf.md, `gguf_header_t`). */
const TENSORS_AT = 8
const ENTRIES_AT = 16
const COUNTS_END = 24
/** Length of the name, number of dimensions, type and offset (`gguf_tensor_info_t`); length of the key, type and a value of one byte. */
const LEAST_TENSOR_BYTES = 24
const LEAST_ENTRY_BYTES = 13

const INCOMPLETE = 'is the file complete?'

/** Headers of the largest vocabularies have some 10 MB; the parser reads no more than 50 MB. */
const REQUEST_BYTES = 64 * 2 ** 20

/**
 * A model by its GGUF file, of which only the header is read; of a file in parts, the header of each.
 * @throws InputError where the file cannot be read or is none
 */
export async function readGguf(text: string, options: SourceOptions): Promise<ReadModel> {
  const isAddress = /^https?:\/\//.test(text)
  const { header, cached } = isAddress
    ? await remoteHeader(text, options)
    : { header: await localHeader(text), cached: null }
  const name = basename(isAddress ? pathIn(text) : text)
    .replace(/\.gguf$/i, '')
    .replace(SHARD, '')
  const origin = withoutQuery(text)
  const read = inFile(origin, () => importGguf(header, { origin, name, id: options.id }))
  return { ...read, kind: 'gguf', cached }
}

/** The path of an address, its escapes read where they are escapes: `%zz` is a name too. */
function pathIn(address: string): string {
  const { pathname } = new URL(address)
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

/** Says in which file the errors stand. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(error.diagnostics.map((each) => ({ position: { file }, ...each, path: [] })))
  }
}

/** `-00001-of-00004` at the end of the name of a part (llama.cpp, llama_split_path). */
const SHARD = /-(\d{5})-of-(\d{5})$/

/** All parts of a file in parts, or the file itself. */
function partsOf(path: string): string[] {
  const match = /-(\d{5})-of-(\d{5})(\.gguf)$/i.exec(path)
  if (match === null) return [path]
  const total = Number(match[2])
  const stem = path.slice(0, match.index)
  return Array.from({ length: total }, (_, index) => {
    const part = String(index + 1).padStart(5, '0')
    return `${stem}-${part}-of-${match[2]}${match[3]}`
  })
}

async function localHeader(path: string): Promise<GgufHeader> {
  const parts = partsOf(path)
  const missing = parts.find((part) => !existsSync(part))
  if (missing !== undefined && parts.length > 1 && existsSync(path)) {
    throw inputError(`the file is one of ${parts.length} parts, and ${basename(missing)} does not lie beside it`, {
      position: { file: path },
    })
  }
  const headers: GgufHeader[] = []
  for (const part of parts) {
    refuseOther(part)
    headers.push(await parse(part, part, { allowLocalFile: true }))
  }
  return joined(headers)
}

/** Says what is wrong with a file that is none, before the parser stumbles over it. */
function refuseOther(path: string): void {
  // The usual messages for files that are absent, directories or not readable; its size is of no concern.
  if (!existsSync(path)) readText(path, 1)
  requireRegular(path)
  const descriptor = openForReading(path)
  try {
    const start = Buffer.alloc(COUNTS_END)
    const size = fstatSync(descriptor).size
    readSync(descriptor, start, 0, COUNTS_END, 0)
    const magic = start.toString('latin1', 0, MAGIC.length)
    if (magic === MAGIC) {
      refuseCounts(start, size, path)
      return
    }
    const pointer = magic === 'vers' ? 'it looks like a pointer of Git LFS: git lfs pull fetches the file' : undefined
    throw inputError(`the file is no GGUF file: it does not start with ${MAGIC} (${count(size)} bytes)`, {
      position: { file: path },
      ...(pointer === undefined ? {} : { hint: pointer }),
    })
  } finally {
    closeSync(descriptor)
  }
}

/** The parser takes what a file does not have for zeros, and reads on through millions of tensors without a name. */
function refuseCounts(start: Buffer, size: number, path: string): void {
  const version = start.readUInt32LE(MAGIC.length)
  // The first version counts in 32 bits; others are the other byte order, or none, which the parser says.
  if (version !== 2 && version !== 3) return
  const tensors = Number(start.readBigUInt64LE(TENSORS_AT))
  const entries = Number(start.readBigUInt64LE(ENTRIES_AT))
  const least = COUNTS_END + tensors * LEAST_TENSOR_BYTES + entries * LEAST_ENTRY_BYTES
  if (least <= size) return
  const counts = `${count(tensors)} tensors and ${count(entries)} entries of metadata`
  throw inputError(`the file is cut short: its header counts ${counts}, and it has ${count(size)} bytes`, {
    position: { file: path },
    hint: INCOMPLETE,
  })
}

function openForReading(path: string): number {
  try {
    const descriptor = openSync(path, 'r')
    if (!fstatSync(descriptor).isDirectory()) return descriptor
    closeSync(descriptor)
  } catch {
    readText(path, 1)
  }
  throw inputError('is a directory, not a GGUF file', { position: { file: path }, hint: join(path, '...gguf') })
}

type ParseOptions = { allowLocalFile?: boolean; fetch?: typeof fetch; additionalFetchHeaders?: Record<string, string> }

async function parse(location: string, name: string, options: ParseOptions): Promise<GgufHeader> {
  // Loaded here: nothing else needs it.
  const { gguf } = await import('@huggingface/gguf')
  try {
    const { metadata, tensorInfos } = await gguf(location, options)
    return {
      metadata: withoutLists(metadata as Record<string, unknown>),
      tensors: tensorInfos.map(
        ({ name: tensor, shape, dtype }): GgufTensor => ({ name: tensor, shape: shape.map(Number), type: dtype }),
      ),
    }
  } catch (error) {
    if (error instanceof InputError || location !== name || options.fetch !== undefined) throw error
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw inputError(`the header of the GGUF file cannot be read: ${message}`, {
      position: { file: name },
      hint: INCOMPLETE,
    })
  }
}

/** Longest list that is kept: one entry a layer. Vocabularies are of no use here, and would fill the cache. */
const LONGEST_LIST = 4096

function withoutLists(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(metadata).filter(
    ([key, value]) => !key.startsWith('tokenizer.') && !(Array.isArray(value) && value.length > LONGEST_LIST),
  )
  return Object.fromEntries(kept.map(([key, value]) => [key, numeric(value)]))
}

function numeric(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  return Array.isArray(value) ? value.map(numeric) : value
}

function joined(headers: readonly GgufHeader[]): GgufHeader {
  const [first] = headers
  return { metadata: first?.metadata ?? {}, tensors: headers.flatMap(({ tensors }) => tensors) }
}

async function remoteHeader(
  address: string,
  options: NetworkOptions & Pick<SourceOptions, 'known'>,
): Promise<{ header: GgufHeader; cached: string | null }> {
  const { env, offline, refresh } = options
  const url = withoutQuery(address)
  const cache = new Cache(`${cacheFolder(env)}/gguf`, isHeader)
  const kept = refresh && !offline ? undefined : cache.read(url)
  if (kept !== undefined) return { header: kept.value, cached: kept.day }
  if (offline || isOffline(env)) {
    throw inputError(`${url}: not in the cache, and --offline (or HF_HUB_OFFLINE) forbids the network`, {
      hint: 'a file on disk needs none',
    })
  }
  const token = tokenOf(env)
  // The token is the hub's: no other host is shown it.
  const mine = token !== undefined && new URL(url).origin === new URL(endpointOf(env)).origin
  const headers: GgufHeader[] = []
  for (const part of partsOf(url)) {
    headers.push(
      await parse(part, part, {
        fetch: rangeFetch(part, env),
        ...(mine ? { additionalFetchHeaders: { Authorization: `Bearer ${token}` } } : {}),
      }).catch((error: unknown) => {
        if (error instanceof InputError) throw error
        throw unreadable(part, error, env)
      }),
    )
  }
  const header = joined(headers)
  cache.write(url, header)
  return { header, cached: null }
}

/** Requests of ranges; a server that sends the whole file in their place is refused before it does. */
function rangeFetch(url: string, env: NodeJS.ProcessEnv): typeof fetch {
  const read = netFetch({ env })
  return async (input, init) => {
    const response = await read(input, init)
    if (!response.ok) {
      await response.body?.cancel()
      const code = response.headers.get('x-error-code')
      const hasToken = tokenOf(env) !== undefined
      throw hubError({
        subject: url,
        endpoint: endpointOf(env),
        status: response.status,
        code,
        cause: null,
        hasToken,
        known: [],
      })
    }
    const length = Number(response.headers.get('content-length'))
    if (response.status === 200 && length > REQUEST_BYTES) {
      await response.body?.cancel()
      throw inputError(`${url}: the server sends only whole files, and this one has ${count(length)} bytes`, {
        hint: 'download it and give its path',
      })
    }
    return response
  }
}

function unreadable(url: string, error: unknown, env: NodeJS.ProcessEnv): InputError {
  const message = error instanceof Error ? error.message : String(error)
  if (/magic|gguf|offset|bounds|version/i.test(message)) {
    return inputError(`${url}: the header of the GGUF file cannot be read: ${message.split('\n')[0]}`)
  }
  const hasToken = tokenOf(env) !== undefined
  const endpoint = new URL(url).origin
  return hubError({ subject: url, endpoint, status: null, code: null, cause: error, hasToken, known: [] })
}

/** The address of a file itself, also where that of its page on the hub was copied. */
function withoutQuery(address: string): string {
  if (!/^https?:\/\//.test(address)) return address
  return address.replace(/[?#].*$/, '').replace('/blob/', '/resolve/')
}

function isHeader(value: unknown): value is GgufHeader {
  const header = value as Partial<GgufHeader> | null
  return (
    typeof header?.metadata === 'object' &&
    Array.isArray(header.tensors) &&
    header.tensors.every((tensor) => Array.isArray(tensor?.shape) && Number.isFinite(elementsOf(tensor)))
  )
}
