import { readFileSync } from 'node:fs'
import { readStartLog } from '../../src/logs/detect.ts'
import type { StartLog } from '../../src/logs/start-log.ts'

/** Text of an excerpt beside the tests; its first line says where it was published. */
export function excerptOf(name: string): string {
  return readFileSync(new URL(`./${name}.log`, import.meta.url), 'utf8')
}

/** The start that an excerpt tells of. */
export function startOf(name: string): StartLog {
  const log = readStartLog(excerptOf(name))
  if (log === null) throw new Error(`${name}: no start found`)
  return log
}
