import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { readText } from '../io/files.ts'
import { LOCK_BYTES } from '../limits.ts'
import type { Lock, LockEntry } from '../lock/lock.ts'
import { readLock } from '../lock/text.ts'
import { inputError } from '../scenario/diagnostic.ts'

/** @throws InputError for a file that is missing or no lock file. */
export function readLockFile(file: string): Lock {
  return readLock(readText(file, LOCK_BYTES), file)
}

/** A scenario's path as a lock file keeps it: relative to the lock file, with forward slashes. */
export function pathInLock(scenario: string, lockFile: string): string {
  return relative(dirname(resolve(lockFile)), resolve(scenario))
    .split(sep)
    .join('/')
}

/** Where the scenario of an entry stands, seen from the working directory. */
export function scenarioPath({ file }: LockEntry, lockFile: string): string {
  return isAbsolute(file) ? file : relative('', resolve(dirname(lockFile), file)) || file
}

/** @throws InputError where the lock file does not hold the scenario. */
export function entryFor(lock: Lock, scenario: string, lockFile: string): LockEntry {
  const path = pathInLock(scenario, lockFile)
  const entry = lock.scenarios.find(({ file }) => file === path)
  if (entry !== undefined) return entry
  const held = lock.scenarios.map(({ file }) => file).join(', ')
  throw inputError(`${lockFile} does not hold it`, {
    position: { file: scenario },
    hint: `it holds ${held}; plan lock writes it anew`,
  })
}
