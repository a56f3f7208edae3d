import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { SCENARIO_BYTES } from '../limits.ts'
import { type InputError, inputError } from '../scenario/diagnostic.ts'
import { count } from '../units.ts'
import { entryAt } from './entry.ts'
import { codeOf, fileError, nearbyName, readingError } from './file-errors.ts'
import { wait } from './wait.ts'

const STDIN = 0
const CHUNK_BYTES = 65_536
const RETRY_MS = 10

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
      const status = fstatSync(descriptor)
      if (path !== '-' && status.isDirectory()) throw fileError(name, 'is a directory, not a file')
      // Refused by its size before anything of it is read; what has none is read up to the limit.
      if (status.isFile() && status.size > maxBytes) throw tooLarge(name, maxBytes)
      return decode(readAtMost(descriptor, maxBytes, name), name)
    } finally {
      if (path !== '-') closeSync(descriptor)
    }
  } catch (error) {
    throw readingError(error, name)
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
    if (total > maxBytes) throw tooLarge(name, maxBytes)
    chunks.push(chunk.subarray(0, length))
  }
}

function tooLarge(name: string, maxBytes: number): InputError {
  return fileError(name, `is too large: more than ${count(maxBytes)} bytes`)
}

function readChunk(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk, 0, chunk.length, null)
    } catch (error) {
      // A terminal or pipe without data yet; standard input at its end on Windows.
      if (codeOf(error) === 'EOF') return 0
      if (codeOf(error) !== 'EAGAIN') throw error
      wait(RETRY_MS)
    }
  }
}

function decode(bytes: Buffer, name: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    throw fileError(name, 'is not a text in UTF-8 or UTF-16', 'save it as UTF-8')
  }
}

/** @throws InputError for a pipe, a socket or a device: opening one may wait without end. What is not there is said on reading. */
export function requireRegular(path: string): void {
  const status = entryAt(path)
  if (status !== undefined && !status.isFile() && !status.isDirectory()) {
    throw fileError(path, 'is no regular file but a pipe, a socket or a device')
  }
}

/** YAML files below a directory, as paths and as paths relative to it (with forward slashes), sorted. Throws {@link InputError}. */
export function yamlFiles(directory: string): { path: string; relativePath: string }[] {
  try {
    if (!statSync(directory).isDirectory()) throw inputError('not a directory', { position: { file: directory } })
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => {
        requireRegular(path)
        return { path, relativePath: relative(directory, path).split(sep).join('/') }
      })
      .sort((a, b) => (a.relativePath < b.relativePath ? -1 : 1))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      const hint = nearbyName(directory)
      throw inputError('the directory does not exist', {
        position: { file: directory },
        ...(hint === undefined ? {} : { hint }),
      })
    }
    throw readingError(error, directory)
  }
}

/** Whole file without limits or messages: for files that this program ships. */
export function readOwnFile(path: string): string {
  return readFileSync(path, 'utf8')
}
