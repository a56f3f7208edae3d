import { type Stats, statSync } from 'node:fs'

/** What stands at a path, past symbolic links; undefined where nothing does, or nothing that may be looked at. */
export function entryAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    // Opening or writing it says why.
    return undefined
  }
}

export function isDirectory(path: string): boolean {
  return entryAt(path)?.isDirectory() === true
}
