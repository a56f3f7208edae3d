import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { readText } from '../../../src/io/files.ts'
import { ROOT } from '../../cli/binary.ts'
import type { Original, Outcomes } from './ends-well.ts'

/** A folder of its own for the tests of one file, gone after them. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plan-bytes-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Gives the text of bytes as the program reads it from a disk, with its limits and its understanding of UTF-16. */
export function textReader(): (bytes: Buffer, limit?: number) => string {
  const path = join(scratchFolder(), 'file')
  return (bytes, limit) => {
    writeFileSync(path, bytes)
    return readText(path, limit)
  }
}

/** Files of a folder of the project whose names match. */
export function filesOf(directory: string, wanted: RegExp): Original[] {
  return readdirSync(join(ROOT, directory))
    .filter((name) => wanted.test(name))
    .sort()
    .map((name) => ({ name: `${directory}/${name}`, bytes: readFileSync(join(ROOT, directory, name)) }))
}

export function original(name: string, text: string): Original {
  return { name, bytes: Buffer.from(text) }
}

/** So many files hold some that are read in spite of their mishaps. */
const ENOUGH = 1000

/** None of either would say that the mishaps are too slight or too coarse to try much. */
export function expectBoth({ accepted, refused }: Outcomes): void {
  expect(refused).toBeGreaterThan(0)
  if (accepted + refused >= ENOUGH) expect(accepted).toBeGreaterThan(0)
}
