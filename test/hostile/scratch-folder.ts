import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach } from 'vitest'

const made: string[] = []
let root: string

/** Gives each test of a file a folder of its own, removed after the last of them. */
export function useScratchFolder(): void {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'plan-paths-'))
    made.push(root)
  })
  afterAll(() => {
    for (const each of made) rmSync(each, { recursive: true, force: true })
  })
}

/** A path in the folder of this test. */
export const at = (...parts: string[]): string => join(root, ...parts)

/** Writes a file in the folder, with the folders on the way to it. */
export function put(name: string, text: string): string {
  mkdirSync(dirname(at(name)), { recursive: true })
  writeFileSync(at(name), text)
  return at(name)
}

/** Everything below the folder, as paths from it. */
export const everything = (): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
