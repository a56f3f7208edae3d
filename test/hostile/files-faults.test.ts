import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { writeFiles } from '../../src/io/write-files.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { draws } from '../fuzz/draws.ts'

/** Which call of the file system fails next, counted over all calls that writing makes; null: none. */
const fault = vi.hoisted(() => ({ at: null as number | null, code: '', calls: 0, failed: '' }))

/** What writing asks of the system before a file has its name. Tidying up (rmSync, rmdirSync) is not made to fail. */
const CALLS = vi.hoisted(
  () =>
    [
      'accessSync',
      'closeSync',
      'fchmodSync',
      'fsyncSync',
      'mkdirSync',
      'openSync',
      'renameSync',
      'writeFileSync',
    ] as const,
)

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  const failing = Object.fromEntries(
    CALLS.map((name) => [
      name,
      (...args: unknown[]) => {
        const fails = fault.at === fault.calls
        fault.calls += 1
        // A file that cannot be closed cleanly is closed all the same.
        const result = !fails || name === 'closeSync' ? (real[name] as (...all: unknown[]) => unknown)(...args) : null
        if (!fails) return result
        fault.failed = name
        throw Object.assign(new Error(`${fault.code}: as told`), { code: fault.code, errno: -1, syscall: name })
      },
    ]),
  )
  return { ...real, ...failing }
})

const folders: string[] = []
afterEach(() => {
  fault.at = null
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

/** A folder of old files, and what is to be written into it: over two of them, and two new ones. */
function beginning(): { folder: string; files: { path: string; text: string }[] } {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-faults-'))
  folders.push(folder)
  writeFiles(['a.txt', 'b.txt'].map((name) => ({ path: join(folder, name), text: `old ${name}` })))
  const names = ['a.txt', 'new.txt', 'b.txt', 'made/deep.txt']
  return { folder, files: names.map((name) => ({ path: join(folder, name), text: `new ${name}` })) }
}

/** Paths below the folder and the texts of files. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return [path.slice(folder.length + 1), entry.isDirectory() ? 'folder' : readFileSync(path, 'utf8')] as const
  })
  return Object.fromEntries(files.sort())
}

/** What the folder holds where so many of the four files have their names. */
function expected(written: number): Record<string, string> {
  const names = ['a.txt', 'new.txt', 'b.txt', 'made/deep.txt']
  const old = { 'a.txt': 'old a.txt', 'b.txt': 'old b.txt' }
  const done = Object.fromEntries(names.slice(0, written).map((name) => [name, `new ${name}`]))
  return { ...old, ...(written > 0 ? { made: 'folder' } : {}), ...done }
}

/** The error that is tried at every call; the others in the usual run at one in so many, as a call costs a moment of the disk. */
const EVERYWHERE = 'ENOSPC'
const STEP = 7

const REASONS: Readonly<Record<string, RegExp>> = {
  ENOSPC: /the disk is full/,
  EDQUOT: /the quota of the disk is used up/,
  EROFS: /the disk is read-only/,
  EIO: /cannot be written: EIO/,
  EMFILE: /cannot be written: EMFILE/,
  EACCES: /may not be written/,
}

describe.each(Object.keys(REASONS))('%s at calls of the system in turn', (code) => {
  test('every file is whole, old or new, nothing is left over, and the message says which and why', () => {
    const seen = new Set<string>()
    for (let at = 0; ; at += code === EVERYWHERE ? 1 : draws(STEP, 1)) {
      const { folder, files } = beginning()
      Object.assign(fault, { at, code, calls: 0, failed: '' })
      let message = ''
      try {
        writeFiles(files, { folders: true })
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        message = error.message
      }
      fault.at = null
      const where = `${code} at call ${at}, ${fault.failed}`
      if (fault.failed === '') {
        expect(contents(folder)).toEqual(expected(files.length))
        break
      }
      seen.add(fault.failed)
      const named = /already written: (.*)\)$/.exec(message)?.[1]?.split(', ') ?? []
      expect(contents(folder), where).toEqual(expected(named.length))
      expect(named, where).toEqual(files.slice(0, named.length).map(({ path }) => path))
      expect(message, where).toMatch(REASONS[code] ?? /$^/)
      expect(
        files.some(({ path }) => message.startsWith(`${path}: `)),
        `${where}: ${message}`,
      ).toBe(true)
      expect(message.split('\n'), where).toHaveLength(1)
    }
    if (code === EVERYWHERE) expect([...seen].sort()).toEqual([...CALLS])
  })
})
