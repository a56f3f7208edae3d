import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readText, yamlFiles } from '../../src/io/files.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { writeText } from '../../src/io/write-files.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'

const folder = mkdtempSync(join(tmpdir(), 'gpu-plan-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

function message(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '')
    throw error
  }
  return ''
}

describe('reading files', () => {
  writeFileSync(at('serve-70b.yaml'), 'kind: serve\n')
  mkdirSync(at('folder'))

  it('gives the text', () => expect(readText(at('serve-70b.yaml'))).toBe('kind: serve\n'))

  it('says what is wrong with the others', () => {
    expect(message(() => readText(at('serve-7ob.yaml')))).toBe(
      'serve-7ob.yaml: the file does not exist (did you mean "serve-70b.yaml"?)',
    )
    expect(message(() => readText(at('nowhere/else.yaml')))).toBe('nowhere/else.yaml: the file does not exist')
    expect(message(() => readText(at('serve-70b.yaml/x')))).toBe('serve-70b.yaml/x: the file does not exist')
    expect(message(() => readText(at('folder')))).toBe('folder: the file is a directory, not a file')
    expect(message(() => readText(at('serve-70b.yaml'), 5))).toBe(
      'serve-70b.yaml: the file is too large: more than 5 bytes',
    )
    expect(message(() => readText('\0'))).toBe('\0: the file has no usable name')
    expect(message(() => readText(at('x'.repeat(5000))))).toMatch(/the file has no usable name$/)
  })

  it('a device without an end is read to the limit and no further', () => {
    expect(message(() => readText('/dev/zero', 100_000))).toBe(
      '/dev/zero: the file is too large: more than 100,000 bytes',
    )
  })

  it('UTF-8 and marked UTF-16 are text, other bytes are not', () => {
    writeFileSync(at('utf16'), Buffer.from('\uFEFFkind: serve', 'utf16le'))
    expect(readText(at('utf16'))).toBe('kind: serve')
    writeFileSync(at('latin1'), Buffer.from([0x6b, 0xe9, 0x20]))
    expect(message(() => readText(at('latin1')))).toBe(
      'latin1: the file is not a text in UTF-8 or UTF-16 (save it as UTF-8)',
    )
  })

  it('lists YAML files below a directory', () => {
    writeFileSync(at('folder/b.yml'), '')
    writeFileSync(at('folder/notes.txt'), '')
    expect(yamlFiles(folder).map(({ relativePath }) => relativePath)).toEqual(['folder/b.yml', 'serve-70b.yaml'])
    expect(message(() => yamlFiles(at('foldr')))).toBe(
      `foldr: the directory does not exist (did you mean "${at('folder')}"?)`.replaceAll(`${folder}/`, ''),
    )
    expect(message(() => yamlFiles(at('utf16')))).toBe('utf16: not a directory')
  })

  it('an overlay without files is a mistake', async () => {
    mkdirSync(at('empty'))
    await expect(loadCatalog([at('empty')])).rejects.toThrow('the directory holds no YAML files')
  })
})

describe('writing files', () => {
  it('writes whole files, over an old one too', () => {
    writeText(at('out.txt'), 'one')
    writeText(at('out.txt'), 'two')
    expect(readFileSync(at('out.txt'), 'utf8')).toBe('two')
  })

  it('leaves nothing behind where it cannot write', () => {
    mkdirSync(at('target'))
    expect(message(() => writeText(at('target'), 'x'))).toBe('target: the file is a directory, not a file')
    expect(message(() => writeText(at('missing/out.txt'), 'x'))).toBe('missing: the directory does not exist')
    expect(existsSync(at('missing'))).toBe(false)
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  it('keeps the permissions that a new file gets', () => {
    writeText(at('mode.txt'), 'x')
    chmodSync(at('mode.txt'), 0o600)
    writeText(at('mode.txt'), 'y')
    expect(readFileSync(at('mode.txt'), 'utf8')).toBe('y')
  })
})
