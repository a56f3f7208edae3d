import { randomBytes } from 'node:crypto'
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { entryAt, isDirectory } from './entry.ts'
import { codeOf, fileError } from './file-errors.ts'

/** A file to write under a name of the user's choice. */
export interface FileToWrite {
  readonly path: string
  readonly text: string
  readonly executable?: boolean
}

/** A file that has its full text on the disk, but not yet its name. */
export interface Staged {
  /** The name that the user knows it by. */
  readonly path: string
  /** Where that is, past symbolic links. */
  readonly target: string
  readonly temporary: string
}

/** Permissions of a new file, before the user's mask. */
const PLAIN = 0o666
const EXECUTABLE = 0o777
const EXECUTE_BITS = 0o111
const PERMISSION_BITS = 0o7777

/** Links that are followed to a file that does not exist yet. */
const MOST_LINKS = 40

/**
 * Puts the text of a file on the disk, beside the file.
 * @param begun told of the new file before anything can go wrong with it
 * @throws what the system refuses; InputError for a directory
 */
export function stage({ path, text, executable = false }: FileToWrite, begun: (staged: Staged) => void): void {
  const target = targetOf(path)
  const existing = entryAt(target)
  if (existing?.isDirectory() === true || /[\\/]$/.test(path)) throw fileError(path, 'is a directory, not a file')
  // A new file would take the place of one that its owner protected against writing.
  if (existing !== undefined) accessSync(target, constants.W_OK)
  // A name of its own length: that of the file may be as long as names can be.
  const temporary = join(dirname(target), `.plan-${randomBytes(6).toString('hex')}.tmp`)
  const descriptor = openSync(temporary, 'wx', executable ? EXECUTABLE : PLAIN)
  begun({ path, target, temporary })
  try {
    writeFileSync(descriptor, text)
    if (existing !== undefined) keepRights(descriptor, existing, executable)
    synchronise(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a folder and those above it. @returns those that were missing, outermost first */
export function makeFolder(folder: string): string[] {
  if (isDirectory(folder)) return []
  const made = dirname(folder) === folder ? [] : makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Someone else was quicker.
    if (codeOf(error) !== 'EEXIST' || !isDirectory(folder)) throw error
    return made
  }
  return [...made, folder]
}

/** Where a path leads past symbolic links, also to a file that does not exist yet. */
function targetOf(path: string): string {
  let target = path
  for (let followed = 0; followed < MOST_LINKS; followed += 1) {
    if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return target
    target = resolve(realpathSync(dirname(target)), readlinkSync(target))
  }
  // Links in a circle: the system says so.
  return realpathSync(path)
}

/** A file that is written over stays what it was to everyone. */
function keepRights(descriptor: number, { uid, gid, mode }: Stats, executable: boolean): void {
  try {
    const now = fstatSync(descriptor)
    if (now.uid !== uid || now.gid !== gid) fchownSync(descriptor, uid, gid)
  } catch (error) {
    // Only the superuser gives files away.
    if (codeOf(error) !== 'EPERM') throw error
  }
  fchmodSync(descriptor, (mode & PERMISSION_BITS) | (executable ? EXECUTE_BITS : 0))
}

/** The text reaches the disk before the name does, or a crash of the machine could leave an empty file under the name. */
function synchronise(descriptor: number): void {
  try {
    fsyncSync(descriptor)
  } catch (error) {
    // Some network file systems know nothing of it.
    if (!['EINVAL', 'ENOSYS', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error
  }
}
