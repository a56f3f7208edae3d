import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { nearest } from '../catalog/suggest.ts'
import { type InputError, inputError } from '../scenario/diagnostic.ts'
import { count } from '../units.ts'

/** Largest scenario that is read from disk or standard input, bytes. */
export const SCENARIO_BYTES = 2 ** 20

const STDIN = 0
const CHUNK_BYTES = 65_536

/** The name under which messages speak of standard input. */
export const STDIN_NAME = '<stdin>'

/**
 * The text of a file, or of standard input for `-`. Throws {@link InputError} that says what is wrong: no such file (with the nearest
 * name beside it), a directory, not readable, larger than `maxBytes`, not UTF-8 (UTF-16 with a byte order mark is understood).
 */
export function readText(path: string, maxBytes: number = SCENARIO_BYTES): string {
  const name = path === '-' ? STDIN_NAME : path
  try {
    const descriptor = path === '-' ? STDIN : openSync(path, 'r')
    try {
      if (path !== '-' && fstatSync(descriptor).isDirectory()) throw fileError(name, 'is a directory, not a file')
      return decode(readAtMost(descriptor, maxBytes, name), name)
    } finally {
      if (path !== '-') closeSync(descriptor)
    }
  } catch (error) {
    throw describe(error, name)
  }
}

/** Reads to the end but never more than the limit: pipes and devices have no size to ask for. */
function readAtMost(descriptor: number, maxBytes: number, name: string): Buffer {
  const chunks: Buffer[] = []
  let total = 0
  for (;;) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const length = readChunk(descriptor, chunk)
    if (length === 0) return Buffer.concat(chunks)
    total += length
    if (total > maxBytes) throw fileError(name, `is too large: more than ${count(maxBytes)} bytes`)
    chunks.push(chunk.subarray(0, length))
  }
}

function readChunk(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, chunk.length, null)
    } catch (error) {
      // A terminal or pipe without data yet; standard input at its end on Windows.
      if (codeOf(error) === 'EOF') return 0
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function decode(bytes: Buffer, name: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw fileError(name, 'is not a text in UTF-8 or UTF-16')
  }
}

function fileError(name: string, message: string, hint?: string): InputError {
  return inputError(`the file ${message}`, { position: { file: name }, ...(hint === undefined ? {} : { hint }) })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** An error of the file system in the words of a user; other errors pass unchanged. */
function describe(error: unknown, name: string): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileError(name, 'does not exist', nearbyName(name))
    case 'EACCES':
    case 'EPERM':
      return fileError(name, 'may not be read or written')
    case 'EISDIR':
      return fileError(name, 'is a directory, not a file')
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
    case 'ELOOP':
      return fileError(name, 'has no usable name')
    case 'ENOSPC':
    case 'EROFS':
      return fileError(name, 'cannot be written: the disk is full or read-only')
    default:
      return error
  }
}

function nearbyName(path: string): string | undefined {
  try {
    const found = nearest(basename(path), readdirSync(dirname(path)))[0]
    return found === undefined ? undefined : `did you mean ${JSON.stringify(join(dirname(path), found))}?`
  } catch {
    return undefined
  }
}

/** Writes a file whole or not at all: to a new file beside it, which then takes its name. Throws {@link InputError}. */
export function writeText(path: string, text: string): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const existing = statSync(path, { throwIfNoEntry: false })
    if (existing?.isDirectory() === true) throw fileError(path, 'is a directory, not a file')
    // A device or a pipe is written to, never replaced by a file.
    if (existing !== undefined && !existing.isFile()) {
      writeFileSync(path, text)
      return
    }
    writeFileSync(temporary, text, { flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw describe(error, path)
  }
}

/** YAML files below a directory, as paths and as paths relative to it (with forward slashes), sorted. Throws {@link InputError}. */
export function yamlFiles(directory: string): { path: string; relativePath: string }[] {
  try {
    if (!statSync(directory).isDirectory()) throw inputError('not a directory', { position: { file: directory } })
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, relativePath: relative(directory, path).split(sep).join('/') }))
      .sort((a, b) => (a.relativePath < b.relativePath ? -1 : 1))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      const hint = nearbyName(directory)
      throw inputError('the directory does not exist', {
        position: { file: directory },
        ...(hint === undefined ? {} : { hint }),
      })
    }
    throw describe(error, directory)
  }
}

/** Whole file without limits or messages: for files that this program ships. */
export function readOwnFile(path: string): string {
  return readFileSync(path, 'utf8')
}
