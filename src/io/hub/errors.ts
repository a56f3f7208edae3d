import { didYouMean } from '../../catalog/suggest.ts'
import { type InputError, inputError } from '../../scenario/diagnostic.ts'

/** What is known of a request that failed. */
export interface Failure {
  readonly subject: string
  readonly endpoint: string
  /** Null: no answer came. */
  readonly status: number | null
  /** The hub's own word: EntryNotFound, RepoNotFound, RevisionNotFound, GatedRepo. */
  readonly code: string | null
  readonly cause: unknown
  readonly hasToken: boolean
  /** Names that may have been meant. */
  readonly known: readonly string[]
}

/** A failed request in the words of a user. */
export function hubError(failure: Failure): InputError {
  const { subject, endpoint, status, code, hasToken, known } = failure
  const near = didYouMean(subject.replace(/@.*$/, ''), known)
  const withHint = (message: string, hint?: string): InputError =>
    inputError(`${subject}: ${message}`, hint === undefined ? {} : { hint })
  if (code === 'GatedRepo' || status === 403) {
    const hint = hasToken
      ? `the token of HF_TOKEN may not read it: accept its terms at ${endpoint}/${subject.replace(/@.*$/, '')}`
      : `accept its terms at ${endpoint}/${subject.replace(/@.*$/, '')}, then set HF_TOKEN to an access token`
    return withHint('the repository is gated', hint)
  }
  if (status === 401) {
    const hint = hasToken
      ? 'HF_TOKEN is set; is it still valid?'
      : 'if it is private or gated, set HF_TOKEN to an access token'
    return withHint(
      'the hub knows no such repository, or asks for a token',
      near === undefined ? hint : `${near} Else ${hint}`,
    )
  }
  if (code === 'RevisionNotFound') return withHint('the repository has no such revision', 'org/name@main is the newest')
  if (status === 404) return withHint('there is no such repository on the hub', near)
  if (status === 429) return withHint('the hub asks to slow down (429)', 'set HF_TOKEN, or try again later')
  if (status !== null) return withHint(`the hub answered ${status}`, `HF_ENDPOINT is ${endpoint}`)
  return withHint(`the hub at ${endpoint} could not be read: ${reasonOf(failure.cause)}`, OFFLINE_HINT)
}

const OFFLINE_HINT =
  'without a network, give a local directory or config.json; HTTPS_PROXY names a proxy, HF_ENDPOINT another hub'

/** Why no answer came, from the error codes of Node's sockets. */
function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? String(inner.code) : ''
  const known: Readonly<Record<string, string>> = {
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name could not be looked up',
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection was cut',
    ENETUNREACH: 'there is no network',
    EHOSTUNREACH: 'there is no way to it',
    UND_ERR_SOCKET: 'the connection was cut',
  }
  if (known[code] !== undefined) return known[code]
  if (cause instanceof Error && /TimeoutError|AbortError/.test(cause.name)) return 'no answer in time'
  return cause instanceof Error ? cause.message : String(cause)
}
