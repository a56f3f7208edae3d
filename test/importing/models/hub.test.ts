import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { proxyFor } from '../../../src/io/hub/proxy.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { readModel, type SourceOptions } from '../../../src/io/model-source.ts'
import { asGguf } from './gguf/as-gguf.ts'
import { ggufBytes } from './gguf/write-gguf.ts'
import { HubServer } from './hub-server.ts'

const FOLDER = new URL('../../fixtures/configs/', import.meta.url)
const CONFIG = readFileSync(new URL('Qwen--Qwen3-0.6B.json', FOLDER), 'utf8')
const AT = '/Qwen/Qwen3-0.6B/resolve/main/'

let hub: HubServer
let cacheHome: string

beforeEach(async () => {
  hub = new HubServer()
  await hub.start()
  hub.files.set(`${AT}config.json`, CONFIG)
  cacheHome = mkdtempSync(join(tmpdir(), 'hub-cache-'))
})
afterEach(() => hub.stop())

function options(more: NodeJS.ProcessEnv = {}, flags: Partial<SourceOptions> = {}): SourceOptions {
  const env = { HF_ENDPOINT: hub.url, XDG_CACHE_HOME: cacheHome, ...more }
  return { env, offline: false, refresh: false, known: ['Qwen/Qwen3-0.6B', 'Qwen/Qwen3-8B'], ...flags }
}

const read = (text: string, given = options()) => readModel(text, given)

describe('a repository', () => {
  it('is read from its config.json, with its commit as the source', async () => {
    const { model, cached } = await read('Qwen/Qwen3-0.6B')
    expect(model).toMatchObject({ id: 'qwen3-0.6b', huggingface: 'Qwen/Qwen3-0.6B', class: 'Qwen3ForCausalLM' })
    expect(model.sources).toEqual(['Qwen/Qwen3-0.6B@c0ffee config.json'])
    expect(cached).toBeNull()
  })

  it('at a revision', async () => {
    hub.files.set(
      '/Qwen/Qwen3-0.6B/resolve/v2/config.json',
      CONFIG.replace('"vocab_size": 151936', '"vocab_size": 1000'),
    )
    const { model } = await read('Qwen/Qwen3-0.6B@v2')
    expect(model.architecture?.vocabulary_size).toBe(1000)
  })

  it('by its address', async () => {
    expect((await read('https://huggingface.co/Qwen/Qwen3-0.6B')).model.id).toBe('qwen3-0.6b')
  })

  it('with the index of its checkpoint, which is held against it', async () => {
    const names = Array.from({ length: 28 }, (_, index) => [
      `model.layers.${index}.self_attn.q_proj.weight`,
      `model.layers.${index}.self_attn.q_norm.weight`,
    ]).flat()
    const weight_map = Object.fromEntries(
      ['model.embed_tokens.weight', ...names].map((name) => [name, 'a.safetensors']),
    )
    const index = { metadata: { total_size: 2 * 596_049_920 }, weight_map }
    hub.files.set(`${AT}model.safetensors.index.json`, JSON.stringify(index))
    const { checks } = await read('Qwen/Qwen3-0.6B')
    expect(checks).toEqual([
      { ok: true, text: 'bytes: 1.2 GB in model.safetensors.index.json, exactly as derived' },
      { ok: true, text: 'layers: 28 in the checkpoint, 28 in config.json' },
    ])
  })

  it('is read again from the cache, without the network', async () => {
    const given = options()
    const first = await read('Qwen/Qwen3-0.6B')
    await hub.stop()
    const again = await read('Qwen/Qwen3-0.6B', given)
    expect(again.model).toEqual(first.model)
    expect(again.cached).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect((await read('Qwen/Qwen3-0.6B', { ...given, offline: true })).model).toEqual(first.model)
    await hub.start()
  })

  it('is asked for again with --refresh', async () => {
    await read('Qwen/Qwen3-0.6B')
    const before = hub.asked.length
    await read('Qwen/Qwen3-0.6B', options({}, { refresh: true }))
    expect(hub.asked.length).toBeGreaterThan(before)
  })

  it('lies whole in the cache or not at all', async () => {
    hub.answer = (request, response) => {
      if (!request.url?.includes('index.json')) return false
      response.writeHead(500).end()
      return true
    }
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow('the hub answered 500')
    expect(existsSync(join(cacheHome, 'gpu-plan', 'hub'))).toBe(false)
    hub.answer = () => false
    await read('Qwen/Qwen3-0.6B')
    const files = readdirSync(join(cacheHome, 'gpu-plan', 'hub'))
    expect(files).toHaveLength(1)
    // A damaged entry is read anew.
    writeFileSync(join(cacheHome, 'gpu-plan', 'hub', files[0] ?? ''), '{"files": ')
    expect((await read('Qwen/Qwen3-0.6B')).cached).toBeNull()
  })

  it('errors of its file have a place', async () => {
    hub.files.set(`${AT}config.json`, '{\n  "model_type": "qwen3",\n  "hidden_size": "wide"\n}\n')
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow(
      /Qwen\/Qwen3-0.6B\/config.json:\d+:\d+: config.json of model_type qwen3/,
    )
  })
})

describe('the token', () => {
  it('is sent where it is given', async () => {
    await read('Qwen/Qwen3-0.6B', options({ HF_TOKEN: 'hf_secret' }))
    expect(hub.asked.every(({ headers }) => headers.authorization === 'Bearer hf_secret')).toBe(true)
  })

  it('goes to no other host that the hub redirects to', async () => {
    const other = new HubServer()
    await other.start()
    other.files.set('/cdn/config.json', CONFIG)
    hub.answer = (request, response) => {
      if (!request.url?.endsWith('/config.json')) return false
      response.writeHead(302, { location: `${other.url}/cdn/config.json` }).end()
      return true
    }
    const { model } = await read('Qwen/Qwen3-0.6B', options({ HF_TOKEN: 'hf_secret' }))
    expect(model.id).toBe('qwen3-0.6b')
    expect(other.asked.length).toBeGreaterThan(0)
    expect(other.asked.every(({ headers }) => headers.authorization === undefined)).toBe(true)
    await other.stop()
  })

  it('is asked for by a gated repository', async () => {
    refuse(401, 'GatedRepo')
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow(
      `Qwen/Qwen3-0.6B: the repository is gated (accept its terms at ${hub.url}/Qwen/Qwen3-0.6B, then set HF_TOKEN to an access token)`,
    )
    await expect(read('Qwen/Qwen3-0.6B', options({ HF_TOKEN: 'hf_x' }))).rejects.toThrow(
      'the token of HF_TOKEN may not read it',
    )
  })

  it('an unknown repository looks like one that wants a token: the name may be misspelt', async () => {
    refuse(401, 'RepoNotFound')
    await expect(read('Qwen/Qwen3-0.6C')).rejects.toThrow(
      /no such repository, or asks for a token \(did you mean "Qwen\/Qwen3-0.6B"/,
    )
  })
})

describe('what goes wrong is said', () => {
  it('no such repository', async () => {
    await expect(read('Qwen/Qwen3-7B')).rejects.toThrow(
      /there is no such repository on the hub \(did you mean "Qwen\/Qwen3-8B"\?\)/,
    )
  })

  it('no such revision', async () => {
    refuse(404, 'RevisionNotFound')
    await expect(read('Qwen/Qwen3-0.6B@nope')).rejects.toThrow(
      'Qwen/Qwen3-0.6B@nope: the repository has no such revision',
    )
  })

  it('a repository without config.json', async () => {
    hub.files.clear()
    hub.files.set(`${AT}model.gguf`, 'x')
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow('the repository holds no config.json')
  })

  it('no answer in time', async () => {
    hub.answer = () => true
    await expect(read('Qwen/Qwen3-0.6B', options({ HF_HUB_DOWNLOAD_TIMEOUT: '0.3' }))).rejects.toThrow(
      'no answer in time',
    )
  })

  it('no hub there, and how to go without', async () => {
    const given = options()
    await hub.stop()
    await expect(read('Qwen/Qwen3-0.6B', given)).rejects.toThrow(
      /the connection was refused \(without a network, give a local directory/,
    )
    await hub.start()
  })

  it('a file that is cut short', async () => {
    hub.answer = (request, response) => {
      if (!request.url?.endsWith('/config.json') || request.headers.range === 'bytes=0-0') return false
      response.writeHead(200).end(CONFIG.slice(0, 100))
      return true
    }
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow(/config.json was cut short: 100 of \d+ bytes came/)
  })

  it('a file too large to be a configuration', async () => {
    hub.answer = (request, response) => {
      if (!request.url?.endsWith('/config.json')) return false
      response.writeHead(206, { etag: '"1"', 'content-range': 'bytes 0-0/9000000000' }).end('{')
      return true
    }
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow(
      'config.json is too large: 9,000,000,000 bytes, at most 67,108,864',
    )
  })

  it('redirects without end', async () => {
    hub.answer = (request, response) => {
      response.writeHead(302, { location: request.url ?? '/' }).end()
      return true
    }
    await expect(read('Qwen/Qwen3-0.6B')).rejects.toThrow('redirected more than 5 times')
  })

  it('offline, by flag and by variable', async () => {
    const message = /Qwen\/Qwen3-0.6B: not in the cache, and --offline \(or HF_HUB_OFFLINE\) forbids the network/
    await expect(read('Qwen/Qwen3-0.6B', options({}, { offline: true }))).rejects.toThrow(message)
    await expect(read('Qwen/Qwen3-0.6B', options({ HF_HUB_OFFLINE: '1' }))).rejects.toThrow(message)
    expect(hub.asked).toEqual([])
  })

  it('an endpoint that is no address', async () => {
    await expect(read('Qwen/Qwen3-0.6B', options({ HF_ENDPOINT: 'hub.local' }))).rejects.toThrow(
      'HF_ENDPOINT should be an address',
    )
  })
})

describe('a GGUF file by its address', async () => {
  const catalog = await loadCatalog()
  const architecture = catalog.models.get('llama-3.2-1b')?.architecture
  if (architecture === undefined) throw new Error('llama-3.2-1b is expected')
  const { metadata, tensors } = asGguf('llama', architecture, {})
  // More than one request of the parser, which reads two million bytes at a time.
  const bytes = Buffer.concat([ggufBytes(metadata, tensors), Buffer.alloc(5_000_000)])
  const path = '/org/repo/resolve/main/small.gguf'

  it('is read by its header alone, and kept', async () => {
    hub.files.set(path, bytes)
    const first = await read(`${hub.url}${path}`)
    expect(first.model.architecture?.hidden_size).toBe(2048)
    expect(first.kind).toBe('gguf')
    expect(hub.asked).toHaveLength(1)
    expect(hub.asked[0]?.headers.range).toBe('bytes=0-1999999')
    const again = await read(
      `${hub.url}${path.replace('resolve', 'blob')}?download=true`,
      options({}, { offline: true }),
    )
    expect(again.model).toEqual(first.model)
  })

  it('errors of the server are those of a hub', async () => {
    refuse(401, 'GatedRepo')
    await expect(read(`${hub.url}${path}`)).rejects.toThrow('the repository is gated')
  })

  it('something else than a GGUF file', async () => {
    hub.files.set(path, '<html>not found</html>')
    await expect(read(`${hub.url}${path}`)).rejects.toThrow('the header of the GGUF file cannot be read')
  })

  it('a server that sends only whole files', async () => {
    hub.answer = (_, response) => {
      response.writeHead(200, { 'content-length': 40_000_000_000 }).write('GGUF')
      return true
    }
    await expect(read(`${hub.url}${path}`)).rejects.toThrow(
      'the server sends only whole files, and this one has 40,000,000,000 bytes',
    )
  })
})

describe('proxies', () => {
  it.each([
    ['https://huggingface.co/a', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://huggingface.co/a', { https_proxy: 'p:1' }, 'http://p:1/'],
    ['https://huggingface.co/a', { HTTP_PROXY: 'http://p:1' }, null],
    ['http://hub.local/a', { HTTP_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['http://hub.local/a', { ALL_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://huggingface.co/a', { HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, null],
    ['https://cdn.huggingface.co/a', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'x.org, .huggingface.co' }, null],
    ['https://huggingface.co/a', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'face.co' }, 'http://p:1/'],
    ['https://huggingface.co/a', { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'huggingface.co:8443' }, 'http://p:1/'],
    ['https://huggingface.co/a', {}, null],
  ])('%s with %j', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)?.href ?? null).toBe(expected)
  })

  it("http goes through by its whole address, with the proxy's own password", async () => {
    const seen: (string | undefined)[] = []
    const proxy = createServer((request, response) => {
      seen.push(request.url, request.headers['proxy-authorization'])
      const file = hub.files.get(new URL(request.url ?? '').pathname)
      if (file === undefined) response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end()
      else {
        const range = request.headers.range === 'bytes=0-0' ? `bytes 0-0/${file.length}` : undefined
        response
          .writeHead(range === undefined ? 200 : 206, { etag: '1', ...(range && { 'content-range': range }) })
          .end(file)
      }
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = `http://user:pass@127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const { model } = await read('Qwen/Qwen3-0.6B', options({ HF_ENDPOINT: 'http://hub.invalid', HTTP_PROXY: address }))
    expect(model.id).toBe('qwen3-0.6b')
    expect(seen[0]).toBe(`http://hub.invalid${AT}config.json`)
    expect(seen[1]).toBe(`Basic ${Buffer.from('user:pass').toString('base64')}`)
    await new Promise((resolve) => proxy.close(resolve))
  })

  it('https asks for a tunnel; a proxy that refuses is named', async () => {
    const targets: (string | undefined)[] = []
    const proxy = createServer()
    proxy.on('connect', (request, socket) => {
      targets.push(request.url)
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const given = options({ HF_ENDPOINT: 'https://hub.invalid', HTTPS_PROXY: address })
    await expect(read('Qwen/Qwen3-0.6B', given)).rejects.toThrow(
      /the proxy 127.0.0.1:\d+ answered 403 to CONNECT hub.invalid:443/,
    )
    expect(targets).toEqual(['hub.invalid:443'])
    await new Promise((resolve) => proxy.close(resolve))
  })
})

function refuse(status: number, code: string): void {
  hub.answer = (_, response) => {
    response.writeHead(status, { 'x-error-code': code }).end(code)
    return true
  }
}
