import { existsSync, readFileSync } from 'node:fs'

/** Version of the package: from the package.json above this file, which stands at another height in `dist`. */
export function packageVersion(): string {
  for (const above of ['../../../package.json', '../../package.json']) {
    const url = new URL(above, import.meta.url)
    if (!existsSync(url)) continue
    const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version?: unknown }
    if (typeof version === 'string') return version
  }
  return 'unknown'
}
