import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'] as const

/** The browser: `CHROME_PATH`, or the first of the usual names on the path that starts. */
export function findChromium(): string {
  const given = process.env.CHROME_PATH
  const candidates = given === undefined || given === '' ? NAMES : [given]
  const found = candidates.find((each) => spawnSync(each, ['--version'], { stdio: 'ignore' }).status === 0)
  if (found !== undefined) return found
  throw new Error(
    given === undefined || given === ''
      ? `no Chromium on the path (${NAMES.join(', ')}): install one, or name it in CHROME_PATH`
      : `CHROME_PATH is ${JSON.stringify(given)}, which does not start`,
  )
}

/** Nothing that reaches for the network by itself, and a profile of its own. */
export const QUIET_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export interface Browser {
  /** Settles where the browser ends before it is closed, with what it printed. */
  readonly ended: Promise<never>
  close(): Promise<void>
}

/** Opens a page without a window. Nothing is left of its profile once it is closed. */
export function openPage(chromium: string, url: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'gpu-plan-chromium-'))
  const browser: ChildProcess = spawn(chromium, [...QUIET_FLAGS, `--user-data-dir=${profile}`, url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let printed = ''
  browser.stderr?.on('data', (data) => {
    printed += String(data)
  })
  const exit = new Promise<void>((resolve) => browser.once('exit', () => resolve()))
  const ended = exit.then((): never => {
    throw new Error(`the browser ended too early:\n${printed}`)
  })
  // Once the page has answered nobody waits for its end any more.
  ended.catch(() => undefined)
  return {
    ended,
    close: async () => {
      browser.kill()
      await exit
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
