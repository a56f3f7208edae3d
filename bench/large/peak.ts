/**
 * Loaded before a measured program (`node --import`): when it ends, it writes what the process and its threads used to the file
 * that the environment names.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { USAGE_FILE, type Usage } from './measure.ts'

const STATUS = '/proc/self/status'

/**
 * Most bytes that were ever in memory. Linux passes `maxRSS` on from the process that started this one, so there it is the mark of the
 * process's own memory.
 */
function peakBytes(): number {
  const own = existsSync(STATUS) ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8'))?.[1] : undefined
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) * 1024
}

const file = process.env[USAGE_FILE]
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage()
    const usage: Usage = { peakBytes: peakBytes(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }
    writeFileSync(file, JSON.stringify(usage))
  })
}
