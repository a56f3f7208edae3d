import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nearest } from '../catalog/suggest.ts'
import { type InputError, inputError } from '../scenario/diagnostic.ts'

/** What is wrong with a file, under the name that the user knows it by. */
export function fileError(name: string, message: string, hint?: string): InputError {
  return inputError(`the file ${message}`, { position: { file: name }, ...(hint === undefined ? {} : { hint }) })
}

/** The system's word for an error: `ENOENT`, `ENOSPC`, ... */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** An error of the file system on reading, in the words of a user; other errors pass unchanged. */
export function readingError(error: unknown, name: string): unknown {
  const code = codeOf(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileError(name, 'does not exist', nearbyName(name))
    case 'EACCES':
    case 'EPERM':
      return fileError(name, 'may not be read')
    default:
      return otherError(error, name, `cannot be read: ${code}`)
  }
}

/** The same on writing. */
export function writingError(error: unknown, name: string): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
      return inputError('the directory does not exist', { position: { file: dirname(name) } })
    case 'ENOTDIR':
    case 'EEXIST':
      return fileError(name, 'cannot be written: something on the way to it is a file, not a directory')
    case 'EACCES':
    case 'EPERM':
      return fileError(name, 'may not be written')
    default:
      return otherError(error, name, `cannot be written: ${writingReason(error)}`)
  }
}

/** What is wrong alike on reading and writing; otherwise `refused` where the system refused it, or the error unchanged. */
function otherError(error: unknown, name: string, refused: string): unknown {
  switch (codeOf(error)) {
    case 'EISDIR':
      return fileError(name, 'is a directory, not a file')
    case 'ENAMETOOLONG':
    case 'ERR_INVALID_ARG_VALUE':
    case 'ELOOP':
      return fileError(name, 'has no usable name')
    default:
      return ofTheSystem(error) ? fileError(name, refused) : error
  }
}

/** Why something cannot be written, for files and streams alike. */
export function writingReason(error: unknown): string {
  const code = codeOf(error)
  switch (code) {
    case 'ENOSPC':
      return 'the disk is full'
    case 'EDQUOT':
      return 'the quota of the disk is used up'
    case 'EROFS':
      return 'the disk is read-only'
    case 'EFBIG':
      return 'it is larger than files may be here'
    default:
      return code ?? 'the system refuses it'
  }
}

/** Whether the operating system refused a call, which is no defect of this program. */
function ofTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'errno' in error
}

/** The nearest name in the same folder, as a hint. */
export function nearbyName(path: string): string | undefined {
  try {
    const found = nearest(basename(path), readdirSync(dirname(path)))[0]
    return found === undefined ? undefined : `did you mean ${JSON.stringify(join(dirname(path), found))}?`
  } catch {
    return undefined
  }
}
