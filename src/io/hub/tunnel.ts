import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'

/** Answers without a body, which a Response refuses to have one with. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * One GET or HEAD through an HTTP proxy, without following redirects: by CONNECT for https, by the whole address for http. The
 * fetch of Node 20 and 22 takes no notice of proxies.
 */
export async function requestThrough(proxy: URL, url: URL, headers: Headers, signal: AbortSignal): Promise<Response> {
  const answer = await (url.protocol === 'https:'
    ? tunnelled(proxy, url, headers, signal)
    : forwarded(proxy, url, headers, signal))
  const status = answer.statusCode ?? 502
  const answered = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) answered.append(name, each)
  }
  const body = BODILESS.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
  return new Response(body, { status, headers: answered })
}

function forwarded(proxy: URL, url: URL, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
  const options = {
    ...hostOf(proxy),
    path: url.href,
    headers: { ...plain(headers), host: url.host, ...authorization(proxy) },
  }
  return send(proxy.protocol === 'https:' ? httpsRequest : httpRequest, options, signal)
}

async function tunnelled(proxy: URL, url: URL, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
  const port = url.port === '' ? '443' : url.port
  const socket = await connect(proxy, `${url.hostname}:${port}`, signal)
  const secure = tlsConnect({ socket, servername: url.hostname })
  const options = {
    host: url.hostname,
    path: `${url.pathname}${url.search}`,
    headers: { ...plain(headers), host: url.host },
    createConnection: () => secure,
  }
  return send(httpsRequest, options, signal)
}

function connect(proxy: URL, target: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const make = proxy.protocol === 'https:' ? httpsRequest : httpRequest
    const asked = make({
      ...hostOf(proxy),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...authorization(proxy) },
      signal,
    })
    asked.on('connect', (response, socket: Socket) => {
      if (response.statusCode === 200) resolve(socket)
      else {
        socket.destroy()
        reject(new Error(`the proxy ${proxy.host} answered ${response.statusCode} to CONNECT ${target}`))
      }
    })
    asked.on('error', reject)
    asked.end()
  })
}

function send(make: typeof httpRequest, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = make({ ...options, method: 'GET', signal }, resolve)
    asked.on('error', reject)
    asked.end()
  })
}

function hostOf(proxy: URL): { host: string; port: string } {
  return { host: proxy.hostname, port: proxy.port === '' ? (proxy.protocol === 'https:' ? '443' : '80') : proxy.port }
}

function authorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {}
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

function plain(headers: Headers): Record<string, string> {
  return Object.fromEntries(headers.entries())
}
