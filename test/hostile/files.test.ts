import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeFully } from '../../src/io/standard-streams.ts'
import { writeFiles, writeText } from '../../src/io/write-files.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { ROOT } from '../cli/binary.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpu-plan-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string): string => join(folder, name)
const read = (name: string): string => readFileSync(at(name), 'utf8')

/** Everything below the folder, with forward slashes. */
function listing(): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort()
}

/** What is said of a refusal, without the folder's own name. */
function refusal(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '')
    throw error
  }
  return 'written'
}

describe('a file that is written', () => {
  test('leaves nothing beside it, new or over an old one', () => {
    writeText(at('a.txt'), 'one')
    writeText(at('a.txt'), 'two')
    expect(read('a.txt')).toBe('two')
    expect(listing()).toEqual(['a.txt'])
  })

  test.each([0o600, 0o640, 0o755])('keeps the permissions %o of the one it is written over', (mode) => {
    writeFileSync(at('a.txt'), 'old')
    chmodSync(at('a.txt'), mode)
    writeText(at('a.txt'), 'new')
    expect(statSync(at('a.txt')).mode & 0o777).toBe(mode)
  })

  test('has the permissions that the user gives new files, and those to run it where it is a script', () => {
    const mask = process.umask(0o027)
    try {
      writeFiles([
        { path: at('plain'), text: '' },
        { path: at('script'), text: '', executable: true },
      ])
    } finally {
      process.umask(mask)
    }
    expect(statSync(at('plain')).mode & 0o777).toBe(0o640)
    expect(statSync(at('script')).mode & 0o777).toBe(0o750)
  })

  test('a script that is written over becomes one that runs', () => {
    writeFileSync(at('run.sh'), 'old')
    chmodSync(at('run.sh'), 0o640)
    writeFiles([{ path: at('run.sh'), text: 'new', executable: true }])
    expect(statSync(at('run.sh')).mode & 0o777).toBe(0o751)
  })

  test('a name as long as names can be', () => {
    const name = 'n'.repeat(255)
    writeText(at(name), 'text')
    expect(read(name)).toBe('text')
  })

  test('text of any size and script comes back as it is', () => {
    const text = `${'x'.repeat(3_000_000)}\u{1F600}é\r\n`
    writeText(at('a.txt'), text)
    expect(read('a.txt')).toBe(text)
  })
})

describe('through symbolic links', () => {
  test('the target is written, and the link stays one', () => {
    mkdirSync(at('real'))
    writeFileSync(at('real/a.txt'), 'old')
    symlinkSync('real/a.txt', at('link'))
    symlinkSync('link', at('link-to-link'))
    writeText(at('link-to-link'), 'new')
    expect(read('real/a.txt')).toBe('new')
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true)
    expect(lstatSync(at('link-to-link')).isSymbolicLink()).toBe(true)
    expect(listing()).toEqual(['link', 'link-to-link', 'real', 'real/a.txt'])
  })

  test('the target is made where it does not exist yet', () => {
    mkdirSync(at('real'))
    symlinkSync('real', at('folder'))
    symlinkSync('../later.txt', at('real/link'))
    writeText(at('folder/link'), 'new')
    expect(read('later.txt')).toBe('new')
    expect(lstatSync(at('real/link')).isSymbolicLink()).toBe(true)
  })

  test('links in a circle are refused', () => {
    symlinkSync('b', at('a'))
    symlinkSync('a', at('b'))
    expect(refusal(() => writeText(at('a'), 'x'))).toBe('a: the file has no usable name')
    expect(listing()).toEqual(['a', 'b'])
  })
})

describe('what cannot be written is refused in one line, and nothing is left', () => {
  test.each<[string, string, string]>([
    ['a missing folder', 'missing/a.txt', 'missing: the directory does not exist'],
    ['a folder', 'folder', 'folder: the file is a directory, not a file'],
    ['a name that ends as a folder', 'new/', 'new/: the file is a directory, not a file'],
    [
      'a path through a file',
      'file/a.txt',
      'file/a.txt: the file cannot be written: something on the way to it is a file, not a directory',
    ],
    ['a name that is too long', 'x'.repeat(256), `${'x'.repeat(256)}: the file has no usable name`],
    ['a name with a null character', 'a\0b', 'a\0b: the file has no usable name'],
  ])('%s', (_, path, message) => {
    mkdirSync(at('folder'))
    writeFileSync(at('file'), 'kept')
    expect(refusal(() => writeText(at(path), 'x'))).toBe(message)
    expect(read('file')).toBe('kept')
    expect(listing()).toEqual(['file', 'folder'])
  })
})

describe('several files together', () => {
  test('folders are made for them where that was asked for', () => {
    const files = ['one.txt', 'deep/er/two.txt', 'deep/three.txt'].map((name) => ({ path: at(name), text: name }))
    expect(writeFiles(files, { folders: true })).toEqual(files.map(({ path }) => path))
    for (const { path, text } of files) expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('one that cannot be written keeps the others from it, and the folders made for them go again', () => {
    mkdirSync(at('taken'))
    writeFileSync(at('old.txt'), 'old')
    const paths = ['old.txt', 'new/folder/one.txt', 'taken']
    const message = refusal(() => {
      writeFiles(
        paths.map((path) => ({ path: at(path), text: 'new' })),
        { folders: true },
      )
    })
    expect(message).toBe('taken: the file is a directory, not a file')
    expect(read('old.txt')).toBe('old')
    expect(listing()).toEqual(['old.txt', 'taken'])
  })
})

describe('a text to a descriptor', () => {
  test('a system that takes a few bytes at a time gets all of them', () => {
    const taken: Buffer[] = []
    const write = ((_: number, bytes: Buffer, from: number, length: number) => {
      const some = Math.min(length, 3)
      taken.push(bytes.subarray(from, from + some))
      return some
    }) as Parameters<typeof writeFully>[2]
    writeFully(1, 'größer als drei Bytes', write)
    expect(Buffer.concat(taken).toString()).toBe('größer als drei Bytes')
  })

  test('a slow reader of a pipe is waited for; a full disk is not', () => {
    const fail = (code: string) => Object.assign(new Error(code), { code })
    let calls = 0
    const slow = ((_: number, __: Buffer, ___: number, length: number) => {
      calls += 1
      if (calls < 3) throw fail('EAGAIN')
      return length
    }) as Parameters<typeof writeFully>[2]
    writeFully(1, 'text', slow)
    expect(calls).toBe(3)
    const full = (() => {
      throw fail('ENOSPC')
    }) as unknown as Parameters<typeof writeFully>[2]
    expect(() => writeFully(1, 'text', full)).toThrow('ENOSPC')
  })
})

test('the program changes files in one place only', () => {
  const changing =
    /\b(appendFile|copyFile|cp|createWriteStream|link|mkdir|mkdtemp|rename|rm|rmdir|symlink|truncate|unlink|write|writeFile)(Sync)?\b/
  const sources = ['src', 'planners'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  )
  const writing = sources.filter((file) => {
    const imports = readFileSync(join(ROOT, file), 'utf8').matchAll(
      /import\s*\{([^}]*)\}\s*from 'node:fs(?:\/promises)?'/g,
    )
    return [...imports].some(([, names = '']) => changing.test(names))
  })
  // Beside it: an overlay removes its own files of an earlier time, and results go to open streams.
  const known = ['stage', 'standard-streams', 'write-files', 'write-overlay'].map((name) => `src/io/${name}.ts`)
  expect(writing.sort()).toEqual(known)
})
