import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { writeFiles } from '../write-files.ts'

/** Folder of the program in the user's cache: XDG_CACHE_HOME, else ~/.cache (XDG base directory specification 0.8). */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const stated = env.XDG_CACHE_HOME ?? ''
  // The specification has relative paths ignored.
  const base = isAbsolute(stated) ? stated : join(env.HOME || homedir(), '.cache')
  return join(base, 'gpu-plan')
}

/** What was read from the network, kept as one file a key. Files are written whole or not at all. */
export class Cache<T> {
  readonly #folder: string
  readonly #check: (value: unknown) => value is T

  constructor(folder: string, check: (value: unknown) => value is T) {
    this.#folder = folder
    this.#check = check
  }

  path(key: string): string {
    const readable = key.replace(/[^A-Za-z0-9._-]+/g, '--').slice(-80)
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 16)
    return join(this.#folder, `${readable}.${hash}.json`)
  }

  /** The value kept under the key and the day it was written; undefined where there is none or it is damaged. */
  read(key: string): { value: T; day: string } | undefined {
    const path = this.path(key)
    try {
      const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
      if (!this.#check(value)) return undefined
      return { value, day: statSync(path).mtime.toISOString().slice(0, 10) }
    } catch {
      return undefined
    }
  }

  /** Keeps a value. A cache that cannot be written is no reason to fail. */
  write(key: string, value: T): void {
    const path = this.path(key)
    try {
      writeFiles([{ path, text: JSON.stringify(value) }], { folders: true })
    } catch {
      // Read again next time.
    }
  }
}
