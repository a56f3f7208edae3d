import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

/** The variable of the environment that names the file for {@link Usage}. */
export const USAGE_FILE = 'GPU_PLAN_BENCH_USAGE'

/** What a process with its threads used over its life. */
export interface Usage {
  readonly peakBytes: number
  readonly cpuSeconds: number
}

export interface Measured extends Usage {
  readonly seconds: number
  readonly outputBytes: number
}

/** Most output that is kept, bytes. */
const OUTPUT = 2 ** 30

/**
 * Runs the program once, in a process of its own.
 * @param folder for the report of the process
 * @throws Error where it fails: a figure of a failed run would say nothing
 */
export function measure(program: string, args: readonly string[], cwd: string, folder: string): Measured {
  const report = join(folder, 'usage.json')
  const preload = new URL('peak.js', import.meta.url).href
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, program, ...args], {
    cwd,
    env: { ...process.env, [USAGE_FILE]: report },
    maxBuffer: OUTPUT,
  })
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`${args.slice(0, 3).join(' ')}: ended with ${status}\n${stderr}`)
  return { ...(JSON.parse(readFileSync(report, 'utf8')) as Usage), seconds, outputBytes: stdout.length }
}
