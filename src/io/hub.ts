import { isMap } from '../importing/models/fields.ts'
import { CHECKPOINT_INDEX_BYTES } from '../limits.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { count } from '../units.ts'
import { Cache, cacheFolder } from './hub/cache.ts'
import { hubError } from './hub/errors.ts'
import { netFetch } from './hub/fetch.ts'

/** Where repositories are read when HF_ENDPOINT says nothing else. */
const HUB = 'https://huggingface.co'

/** Files that describe a model, in the order they are read. Only the first must be there. */
const CONFIG = 'config.json'
const QUANT_CONFIG = 'hf_quant_config.json'
const INDEX = 'model.safetensors.index.json'

export interface NetworkOptions {
  readonly env: NodeJS.ProcessEnv
  /** Only what the cache holds. */
  readonly offline: boolean
  /** Read again what the cache holds. */
  readonly refresh: boolean
}

/** The files of a repository, as texts. */
export interface Snapshot {
  readonly repository: string
  readonly revision: string
  /** The commit that the revision stood for, where the hub said so. */
  readonly commit: string | null
  readonly files: Readonly<Record<string, string>>
}

/** `org/name` or `org/name@revision`. */
export interface RepositoryName {
  readonly name: string
  readonly revision: string
}

const PART = '[A-Za-z0-9][A-Za-z0-9._-]*'
/** A branch, a tag or a commit: parts as git allows them (git-check-ref-format), so that no address leads out of the repository. */
const REVISION = `(?!.*\\.\\.)[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*`
const REPOSITORY = new RegExp(`^(${PART}/${PART})(?:@(${REVISION}))?$`)

/** A text as the name of a repository, or undefined. */
export function repositoryName(text: string): RepositoryName | undefined {
  const match = REPOSITORY.exec(text.replace(/^https:\/\/huggingface\.co\//, '').replace(/\/$/, ''))
  if (match === null) return undefined
  return { name: match[1] ?? '', revision: match[2] ?? 'main' }
}

/** The hub that is read: HF_ENDPOINT, else Hugging Face's. */
export function endpointOf(env: NodeJS.ProcessEnv): string {
  const stated = (env.HF_ENDPOINT ?? '').trim().replace(/\/+$/, '')
  if (stated === '') return HUB
  if (/^https?:\/\/[^\s/]+/.test(stated)) return stated
  throw inputError(`HF_ENDPOINT should be an address with http:// or https://, got ${JSON.stringify(stated)}`)
}

/** The access token: HF_TOKEN, or by its older name. */
export function tokenOf(env: NodeJS.ProcessEnv): string | undefined {
  const token = (env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN ?? '').trim()
  return token === '' ? undefined : token
}

/**
 * The configuration of a repository and the index of its checkpoint, from the cache or the hub.
 * @param known names of repositories, for suggestions
 * @returns the files and the day they were read, null for today
 * @throws InputError where the repository cannot be read, with what to do about it.
 */
export async function readRepository(
  { name, revision }: RepositoryName,
  known: readonly string[],
  { env, offline, refresh }: NetworkOptions,
): Promise<{ snapshot: Snapshot; cached: string | null }> {
  const endpoint = endpointOf(env)
  const cache = new Cache(`${cacheFolder(env)}/hub`, isSnapshot)
  const key = `${endpoint}/${name}@${revision}`
  const kept = refresh && !offline ? undefined : cache.read(key)
  if (kept !== undefined) return { snapshot: kept.value, cached: kept.day }
  const subject = revision === 'main' ? name : `${name}@${revision}`
  if (offline || isOffline(env)) {
    throw inputError(`${subject}: not in the cache, and --offline (or HF_HUB_OFFLINE) forbids the network`, {
      hint: `a local directory or config.json needs none; the cache is ${cacheFolder(env)}`,
    })
  }
  const snapshot = await download({ name, revision }, subject, known, env)
  cache.write(key, snapshot)
  return { snapshot, cached: null }
}

/** HF_HUB_OFFLINE, as huggingface_hub reads it (its docs, "Environment variables"). */
export function isOffline(env: NodeJS.ProcessEnv): boolean {
  return ['1', 'on', 'yes', 'true'].includes((env.HF_HUB_OFFLINE ?? '').toLowerCase())
}

async function download(
  { name, revision }: RepositoryName,
  subject: string,
  known: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Snapshot> {
  // Loaded here: plans of catalog models never need it.
  const { downloadFile, fileDownloadInfo, HubApiError } = await import('@huggingface/hub')
  const endpoint = endpointOf(env)
  const token = tokenOf(env)
  let code: string | null = null
  let commit: string | null = null
  const seen = ({ headers }: Response): void => {
    code = headers.get('x-error-code')
    commit = headers.get('x-repo-commit') ?? commit
  }
  const common = {
    repo: { type: 'model', name } as const,
    revision,
    hubUrl: endpoint,
    fetch: netFetch({ env, seen }),
    ...(token === undefined ? {} : { accessToken: token }),
  }
  const read = async (path: string): Promise<string | null> => {
    try {
      const info = await fileDownloadInfo({ ...common, path })
      if (info === null) return null
      if (info.size > CHECKPOINT_INDEX_BYTES) {
        throw inputError(
          `${subject}: ${path} is too large: ${count(info.size)} bytes, at most ${count(CHECKPOINT_INDEX_BYTES)}`,
        )
      }
      const blob = await downloadFile({ ...common, path, xet: false, downloadInfo: info })
      const bytes = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))
      if (bytes.length !== info.size) {
        throw inputError(
          `${subject}: ${path} was cut short: ${count(bytes.length)} of ${count(info.size)} bytes came`,
          {
            hint: 'try again',
          },
        )
      }
      return new TextDecoder().decode(bytes)
    } catch (error) {
      if (error instanceof Error && error.name === 'InputError') throw error
      const status = error instanceof HubApiError ? error.statusCode : null
      // Hubs other than Hugging Face's say of a missing file only that it is not found.
      if (status === 404 && code === null && path !== CONFIG) return null
      throw hubError({ subject, endpoint, status, code, cause: error, hasToken: token !== undefined, known })
    }
  }
  const config = await read(CONFIG)
  if (config === null) {
    throw inputError(`${subject}: the repository holds no config.json`, {
      hint: 'GGUF files are read by their address: https://huggingface.co/org/name/resolve/main/file.gguf',
    })
  }
  const files: Record<string, string> = { [CONFIG]: config }
  for (const path of [QUANT_CONFIG, INDEX]) {
    const text = await read(path)
    if (text !== null) files[path] = text
  }
  return { repository: name, revision, commit, files }
}

function isSnapshot(value: unknown): value is Snapshot {
  if (!isMap(value) || !isMap(value.files)) return false
  const texts = Object.values(value.files).every((text) => typeof text === 'string')
  return texts && typeof value.repository === 'string' && typeof value.files[CONFIG] === 'string'
}
