import { writeSync } from 'node:fs'
import { codeOf } from './file-errors.ts'
import { wait } from './wait.ts'

/** File descriptors of the process. */
export const STDOUT = 1
export const STDERR = 2

const RETRY_MS = 10

/**
 * Writes a text to an open descriptor to its last byte, or throws what the system says. Streams of Node take the number of bytes
 * that a full disk still took for success.
 * @param write the system's call, as `writeSync`
 */
export function writeFully(descriptor: number, text: string, write: typeof writeSync = writeSync): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += write(descriptor, bytes, at, bytes.length - at)
    } catch (error) {
      // A pipe that someone else made non-blocking, and whose reader is slow.
      if (codeOf(error) !== 'EAGAIN') throw error
      wait(RETRY_MS)
    }
  }
}
