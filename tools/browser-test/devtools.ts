import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { QUIET_FLAGS } from './chromium.ts'

/** Commands come by a pipe: no port is opened. */
const FLAGS = [...QUIET_FLAGS, '--remote-debugging-pipe']

/** A message of the browser: an answer has an id, an event a method (chromedevtools.github.io/devtools-protocol). */
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/** A headless browser that is told what to do through the DevTools protocol. */
export class DevTools {
  readonly #browser: ChildProcess
  readonly #profile = mkdtempSync(join(tmpdir(), 'gpu-plan-chromium-'))
  readonly #waiting = new Map<number, (message: Message) => void>()
  #session: string | undefined
  #last = 0
  #rest = ''
  /** Everything that the page reported since it was opened. */
  readonly events: Message[] = []

  constructor(chromium: string) {
    this.#browser = spawn(chromium, [...FLAGS, `--user-data-dir=${this.#profile}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const answers = this.#browser.stdio[4] as Readable
    answers.setEncoding('utf8')
    answers.on('data', (data: string) => this.#read(data))
  }

  #read(data: string): void {
    const parts = (this.#rest + data).split('\0')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) {
      const message = JSON.parse(part) as Message
      if (message.id === undefined) this.events.push(message)
      else this.#waiting.get(message.id)?.(message)
    }
  }

  /** @throws Error where the browser refuses. */
  async send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    this.#last += 1
    const id = this.#last
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve))
    const session = this.#session === undefined ? {} : { sessionId: this.#session }
    ;(this.#browser.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    const { result, error } = await answer
    this.#waiting.delete(id)
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }

  /** Opens an empty page whose console, errors and requests are kept. */
  async open(): Promise<void> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    this.#session = String(sessionId)
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`)
  }

  /** Loads a page and waits until it is there. */
  async load(url: string): Promise<void> {
    const before = this.events.length
    await this.send('Page.navigate', { url })
    while (!this.events.slice(before).some(({ method }) => method === 'Page.loadEventFired')) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** The value of an expression in the page. */
  async value<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails).slice(0, 500))
    return (result as { value: T }).value
  }

  async close(): Promise<void> {
    const exit = new Promise<void>((resolve) => this.#browser.once('exit', () => resolve()))
    this.#browser.kill()
    await exit
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
