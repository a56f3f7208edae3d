/**
 * The proxy for an address by the usual variables: HTTPS_PROXY or HTTP_PROXY by the scheme, ALL_PROXY for both, lower case before
 * upper case, unless NO_PROXY excepts the host. Null: straight to the host.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | null {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || ''
  if (excepted(url, read('NO_PROXY'))) return null
  const address = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || read('ALL_PROXY')
  if (address === '') return null
  try {
    return new URL(address.includes('://') ? address : `http://${address}`)
  } catch {
    return null
  }
}

/** NO_PROXY: hosts with commas between; `.example.org` and `example.org` stand for all below it, `*` for everything, `host:port` for one. */
function excepted(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase()
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      const [name = '', onlyPort] = entry.replace(/^\*?\./, '').split(':')
      if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false
      return host === name || host.endsWith(`.${name}`)
    })
}
