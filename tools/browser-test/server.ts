import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Bundle } from './bundle.ts'

/** What a page sends back for a scenario. */
export interface Answer {
  readonly file: string
  /** The result as the command line prints it. */
  readonly json: string
  readonly elapsedMs: number
}

interface Site {
  readonly root: string
  readonly bundle: Bundle
  /** Path of `highs.wasm`. */
  readonly wasm: string
  /** Scenarios to plan, relative to the root. */
  readonly files: readonly string[]
  readonly asOf: string
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>gpu-plan</title><script type="module" src="/page.js"></script>\n'

interface Resource {
  readonly type: string
  readonly body: string | Uint8Array
}

/** What stands at a path: the page, its chunks, the WebAssembly, the scenarios. */
function resourceAt(path: string, site: Site): Resource | undefined {
  if (path === '/') return { type: 'text/html', body: PAGE }
  if (path === '/jobs') {
    return { type: 'application/json', body: JSON.stringify({ files: site.files, asOf: site.asOf }) }
  }
  if (path === '/highs.wasm') return { type: 'application/wasm', body: readFileSync(site.wasm) }
  const chunk = site.bundle.find(({ fileName }) => path === `/${fileName}`)
  if (chunk?.type === 'chunk') return { type: 'text/javascript', body: chunk.code }
  if (/^\/scenarios\/[a-z0-9-]+\.yaml$/.test(path)) {
    return { type: 'text/yaml', body: readFileSync(join(site.root, path)) }
  }
  return undefined
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

/** Serves the page on this machine alone, and gathers what it sends back. */
export async function servePages(
  site: Site,
): Promise<{ readonly url: string; readonly answers: Promise<readonly Answer[]>; close(): void }> {
  const gathered: Answer[] = []
  let finish: (answers: readonly Answer[]) => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const answers = new Promise<readonly Answer[]>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (request.method === 'POST' && path === '/results') {
      const sent = JSON.parse(await bodyOf(request)) as Answer | { done: true } | { failed: string }
      response.end()
      if ('failed' in sent) fail(new Error(`in the browser: ${sent.failed}`))
      else if ('done' in sent) finish(gathered)
      else gathered.push(sent)
      return
    }
    const resource = resourceAt(path, site)
    if (resource === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': resource.type }).end(resource.body)
  }
  const server: Server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      fail(error instanceof Error ? error : new Error(String(error)))
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    answers,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
