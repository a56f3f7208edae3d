import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../cli/binary.ts'

/** What users run. */
export const MAIN = join(ROOT, 'dist', 'bundle', 'cli', 'main.js')

/** How a started program ended, and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** From the signal that was sent to the end; null where it ended before. */
  readonly milliseconds: number | null
}

/** A program that runs. */
export interface Running {
  readonly pid: number
  /** Sends a signal and remembers when. */
  interrupt(signal: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

/**
 * Starts the built program.
 * @param more.preload a module as text that runs before it
 */
export function startProgram(
  args: readonly string[],
  more: { cwd?: string; env?: Record<string, string>; preload?: string } = {},
): Running {
  const preload =
    more.preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(more.preload)}`]
  const settings = join(ROOT, 'test', 'fixtures', 'no-settings')
  const child = spawn(process.execPath, [...preload, MAIN, ...args], {
    cwd: more.cwd ?? ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CONFIG_HOME: settings, ...more.env },
  })
  let stdout = ''
  let stderr = ''
  let sent: number | null = null
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const ended = new Promise<Ended>((resolve) => {
    let milliseconds: number | null = null
    child.on('exit', () => {
      if (sent !== null) milliseconds = performance.now() - sent
    })
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, milliseconds }))
  })
  return {
    pid: child.pid ?? 0,
    interrupt: (signal) => {
      sent = performance.now()
      child.kill(signal)
    },
    ended,
  }
}
