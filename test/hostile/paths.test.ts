import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { call } from '../cli/in-process.ts'
import { asGguf } from '../importing/models/gguf/as-gguf.ts'
import { ggufBytes } from '../importing/models/gguf/write-gguf.ts'
import { at, put, useScratchFolder } from './scratch-folder.ts'

const CONFIG = fileURLToPath(new URL('../fixtures/configs/Qwen--Qwen3-0.6B.json', import.meta.url))

useScratchFolder()

const serve = (model: string, more = ''): string =>
  `kind: serve\nmodel: ${model}\ncontext: 2048\ntraffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 }\nsearch: { gpus: [l40s, h100-pcie-80gb], quantization: [bf16], kv_cache: [bf16] }\n${more}`

/** Runs from another folder than the one the files lie in. */
async function from<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  mkdirSync(folder, { recursive: true })
  process.chdir(folder)
  try {
    return await work()
  } finally {
    process.chdir(before)
  }
}

describe('references count from the file that holds them', () => {
  beforeEach(() => {
    mkdirSync(at('plans/models'), { recursive: true })
    cpSync(CONFIG, at('plans/models/config.json'))
    put('plans/serve.yaml', serve('{ huggingface: ./models }'))
    put(
      'plans/nested/fleet.yaml',
      'kind: fleet\ninventory: [{ offer: runpod/h100-pcie-80gb, max_instances: 4 }]\nworkloads: [../serve.yaml]\n',
    )
    put(
      'plans/nested/year.yaml',
      'kind: forecast\nstart: 2027-01\nmonths: 1\nworkloads: [{ scenario: ../serve.yaml }]\n',
    )
  })

  test.each(['serve.yaml', 'nested/fleet.yaml', 'nested/year.yaml'])('%s, by its path from elsewhere', async (file) => {
    for (const folder of [at('elsewhere'), at('plans'), at('plans/nested')]) {
      const { code, stderr } = await from(folder, () => call([at('plans', file), '--format', 'json', '--quiet']))
      expect([folder, code, stderr]).toEqual([folder, 0, ''])
    }
  })

  test('through a symbolic link they count from where the link stands', async () => {
    mkdirSync(at('linked'))
    symlinkSync(at('plans/serve.yaml'), at('linked/serve.yaml'))
    expect((await call([at('linked/serve.yaml')])).stderr).toContain(`${at('linked/models')}: the file does not exist`)
    symlinkSync(at('plans/models'), at('linked/models'))
    expect((await call([at('linked/serve.yaml'), '--quiet'])).code).toBe(0)
  })

  test('a name that only looks like a repository is a folder where one lies beside the scenario', async () => {
    mkdirSync(at('plans/acme'))
    cpSync(at('plans/models'), at('plans/acme/model'), { recursive: true })
    const file = put('plans/other.yaml', serve('{ huggingface: acme/model }'))
    expect((await from(at('elsewhere'), () => call([file, '--offline', '--quiet']))).code).toBe(0)
  })

  test.each([
    ['{ huggingface: "..%2f..%2fmodels" }', 'not in the cache|does not exist|neither a repository'],
    ['{ huggingface: "C:\\\\models\\\\x" }', 'does not exist|neither'],
    ['{ huggingface: "models\\0x" }', 'no usable name|does not exist'],
    ['{ gguf: "models\\0x.gguf" }', 'no usable name|does not exist'],
    ['{ gguf: ./50%.gguf }', 'does not exist'],
    ['{ gguf: "https://x.test/%zz.gguf" }', 'not in the cache'],
    ['{ huggingface: acme/../../etc }', 'does not exist|neither|repository'],
    ['{ huggingface: "acme/model@../../x" }', 'revision|does not exist|neither|repository'],
    ['{ huggingface: ./models/config.json/x }', 'does not exist'],
  ])('%s is refused at its place', async (model, reason) => {
    const { code, stdout, stderr } = await call([put('plans/odd.yaml', serve(model)), '--offline'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/odd\.yaml:2:\d+: /)
    expect(stderr).toMatch(new RegExp(reason))
  })

  test('a GGUF file is called as it is, percent signs and all', async () => {
    const { architecture } = (await loadCatalog()).models.get('llama-3.2-1b')!
    const { metadata, tensors } = asGguf('llama', architecture!, { 'general.file_type': 15 })
    for (const name of ['50%zz', '..%2f..%2fevil', '100%']) {
      mkdirSync(at('plans'), { recursive: true })
      writeFileSync(at(`plans/${name}.gguf`), ggufBytes(metadata, tensors))
      const { code, stdout } = await call(['catalog', 'import', 'model', at(`plans/${name}.gguf`)], null)
      expect([code, parse(stdout).models[0].name]).toEqual([0, name])
    }
  })
})

beforeAll(() => {
  // The settings and the cache of whoever runs the tests must not reach them.
  process.env.XDG_CONFIG_HOME = join(tmpdir(), 'no-settings')
  process.env.XDG_CACHE_HOME = join(tmpdir(), 'no-cache')
})
