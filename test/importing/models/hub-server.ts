import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

/** What a test answers; false: nothing of its own, so the server answers as a hub that has the files. */
type Answer = (request: IncomingMessage, response: ServerResponse) => boolean

/** A hub on this machine: `/org/name/resolve/REVISION/FILE` as huggingface.co answers it, ranges included. */
export class HubServer {
  readonly asked: Asked[] = []
  readonly files = new Map<string, string | Buffer>()
  answer: Answer = () => false
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
      if (!this.answer(request, response)) this.#respond(request, response)
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get server(): Server {
    return this.#server
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', this.url).pathname
    const file = this.files.get(path)
    if (file === undefined) {
      const repository = /^(\/[^/]+\/[^/]+)\/resolve\//.exec(path)?.[1] ?? ''
      const known = [...this.files.keys()].some((each) => each.startsWith(`${repository}/`))
      const code = known ? 'EntryNotFound' : 'RepoNotFound'
      response.writeHead(404, { 'x-error-code': code }).end(code)
      return
    }
    const bytes = Buffer.from(file)
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const headers = { etag: '"1"', 'x-repo-commit': 'c0ffee' }
    if (range === null) {
      response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
      return
    }
    const end = Math.min(Number(range[2]), bytes.length - 1)
    const part = bytes.subarray(Number(range[1]), end + 1)
    const contentRange = `bytes ${range[1]}-${end}/${bytes.length}`
    response.writeHead(206, { ...headers, 'content-range': contentRange, 'content-length': part.length }).end(part)
  }
}
