import { proxyFor } from './proxy.ts'
import { requestThrough } from './tunnel.ts'

/** Seconds until an answer must have begun. */
const TIMEOUT_SECONDS = 30
const MOST_REDIRECTS = 5

export interface NetOptions {
  readonly env: NodeJS.ProcessEnv
  readonly timeoutSeconds?: number
  /** Told of every answer, before its body is read. */
  readonly seen?: (response: Response) => void
}

/**
 * A `fetch` for reading that respects proxies, gives up after a time, follows redirects, and takes the access token to no other
 * host than the one it was sent to.
 */
export function netFetch({ env, timeoutSeconds = timeoutOf(env), seen }: NetOptions): typeof fetch {
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : String(input))
    const headers = new Headers(init?.headers)
    const signal = AbortSignal.timeout(timeoutSeconds * 1000)
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const proxy = proxyFor(url, env)
      const response = await (proxy === null
        ? fetch(url, { headers, redirect: 'manual', signal })
        : requestThrough(proxy, url, headers, signal))
      seen?.(response)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || location === null) return response
      await response.body?.cancel()
      const next = new URL(location, url)
      if (next.protocol !== 'https:' && next.protocol !== 'http:') throw new Error(`redirected to ${next.protocol}`)
      if (next.origin !== url.origin) headers.delete('authorization')
      url = next
    }
    throw new Error(`redirected more than ${MOST_REDIRECTS} times`)
  }
}

/** HF_HUB_DOWNLOAD_TIMEOUT, in seconds, as huggingface_hub has it (its docs, "Environment variables"). */
function timeoutOf(env: NodeJS.ProcessEnv): number {
  const stated = Number(env.HF_HUB_DOWNLOAD_TIMEOUT)
  return Number.isFinite(stated) && stated > 0 ? stated : TIMEOUT_SECONDS
}
