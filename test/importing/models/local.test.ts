import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildCatalog } from '../../../src/catalog/compile.ts'
import { modelYaml } from '../../../src/importing/models/entry.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { readModel } from '../../../src/io/model-source.ts'
import { safetensorsStart, tinyLlama, tinyLlamaTensors } from './tiny-llama.ts'

const CONFIG = tinyLlama(2)
const TENSORS = tinyLlamaTensors(2)
const TOTAL = 2 * 256 + 2 * (64 + 32 + 32 + 64 + 384 + 16) + 8

/** A whole file of safetensors, its data all zeros. */
function safetensors(tensors: Readonly<Record<string, readonly number[]>>, dtype = 'BF16'): Buffer {
  const { start, dataBytes } = safetensorsStart(tensors, dtype)
  return Buffer.concat([start, Buffer.alloc(dataBytes)])
}

const options = { env: {}, offline: true, refresh: false, known: [] }

function folder(name: string, files: Readonly<Record<string, string | Buffer | object>>): string {
  const path = join(mkdtempSync(join(tmpdir(), 'model-')), name)
  mkdirSync(path)
  for (const [file, content] of Object.entries(files)) {
    const isText = typeof content === 'string' || Buffer.isBuffer(content)
    writeFileSync(join(path, file), isText ? content : JSON.stringify(content, null, 2))
  }
  return path
}

const checksOf = async (path: string) => (await readModel(path, options)).checks

describe('a directory', () => {
  it('takes its name from the folder, whatever is in it', async () => {
    const { model, checks } = await readModel(folder('My Model', { 'config.json': CONFIG }), options)
    expect(model).toMatchObject({ id: 'my-model', name: 'My Model' })
    expect(model.huggingface).toBeUndefined()
    expect(checks).toEqual([])
  })

  it('of the cache of huggingface_hub is its repository', async () => {
    const snapshots = join(folder('models--Qwen--Qwen3-8B', {}), 'snapshots', 'c0ffee')
    mkdirSync(snapshots, { recursive: true })
    writeFileSync(join(snapshots, 'config.json'), JSON.stringify(CONFIG))
    const { model } = await readModel(snapshots, options)
    expect(model).toMatchObject({ id: 'qwen3-8b', huggingface: 'Qwen/Qwen3-8B' })
  })

  it('with its weights: parameters by their headers', async () => {
    const path = folder('a', { 'config.json': CONFIG, 'model.safetensors': safetensors(TENSORS) })
    expect(TOTAL).toBe(1704)
    expect(await checksOf(path)).toEqual([
      { ok: true, text: 'parameters: 1,704 in model.safetensors, exactly as derived' },
      { ok: true, text: 'layers: 2 in the checkpoint, 2 in config.json' },
    ])
  })

  it('with weights in parts and their index', async () => {
    const names = Object.keys(TENSORS)
    const [first, second] = [names.slice(0, 9), names.slice(9)]
    const part = (of: readonly string[]) =>
      safetensors(Object.fromEntries(of.map((name) => [name, TENSORS[name] ?? []])))
    const weight_map = Object.fromEntries([
      ...first.map((name) => [name, '1.safetensors']),
      ...second.map((name) => [name, '2.safetensors']),
    ])
    const index = { metadata: { total_size: 2 * TOTAL }, weight_map }
    const whole = folder('b', {
      'config.json': CONFIG,
      'model.safetensors.index.json': index,
      '1.safetensors': part(first),
      '2.safetensors': part(second),
    })
    expect((await checksOf(whole))[0]).toEqual({
      ok: true,
      text: 'parameters: 1,704 in 2 safetensors files, exactly as derived',
    })
    // Without the weights themselves, the index says how many bytes there are.
    const alone = folder('c', { 'config.json': CONFIG, 'model.safetensors.index.json': index })
    expect((await checksOf(alone))[0]?.text).toContain('in model.safetensors.index.json, exactly as derived')
  })

  it.each([
    ['more layers than described', { num_hidden_layers: 1 }, 'layers: 2 in the checkpoint, 1 in config.json'],
    [
      'another vocabulary',
      { vocab_size: 64 },
      'parameters: 1,704 in model.safetensors, 2,216 derived: 23.1% fewer than derived',
    ],
    ['biases that are not there', { attention_bias: true }, 'query biases: described, but not in the checkpoint'],
  ])('that disagrees: %s', async (_, change, message) => {
    const path = folder('d', { 'config.json': { ...CONFIG, ...change }, 'model.safetensors': safetensors(TENSORS) })
    const failed = (await checksOf(path)).filter(({ ok }) => !ok).map(({ text }) => text)
    expect(failed).toContain(message)
  })

  it('layers for drafts are not held against the model', async () => {
    const draft = { ...TENSORS, 'model.layers.2.eh_proj.weight': [8, 16] }
    const path = folder('e', {
      'config.json': { ...CONFIG, num_nextn_predict_layers: 1 },
      'model.safetensors': safetensors(draft),
    })
    expect((await checksOf(path)).every(({ ok }) => ok)).toBe(true)
  })

  it('with the format that ModelOpt writes beside it', async () => {
    const quant = { producer: { name: 'modelopt' }, quantization: { quant_algo: 'FP8', kv_cache_quant_algo: 'FP8' } }
    const { model } = await readModel(folder('f', { 'config.json': CONFIG, 'hf_quant_config.json': quant }), options)
    expect(model.native_quantization).toEqual({ scheme: 'fp8' })
  })

  it('without config.json, and the GGUF file in it', async () => {
    await expect(readModel(folder('g', { 'a.gguf': 'x' }), options)).rejects.toThrow(
      /holds no config.json \(it holds a GGUF file: .*a.gguf/,
    )
  })

  it('with a file that is cut short', async () => {
    const path = folder('h', { 'config.json': CONFIG, 'model.safetensors': safetensors(TENSORS).subarray(0, 300) })
    await expect(readModel(path, options)).rejects.toThrow(
      /model.safetensors: the header of the safetensors file is not JSON/,
    )
    const other = folder('i', { 'config.json': CONFIG, 'model.safetensors': 'a picture, not weights' })
    await expect(readModel(other, options)).rejects.toThrow('its header has no usable length')
  })
})

describe('a config.json', () => {
  it('errors stand where they are', async () => {
    const path = join(
      folder('j', { 'config.json': '{\n  "model_type": "llama",\n  "hidden_size": "8"\n}\n' }),
      'config.json',
    )
    await expect(readModel(path, options)).rejects.toThrow(
      `${path}:1:1: config.json of model_type llama: the field "num_hidden_layers" is missing`,
    )
    const wrong = join(
      folder('k', { 'config.json': JSON.stringify({ ...CONFIG, hidden_size: '8' }, null, 2) }),
      'config.json',
    )
    await expect(readModel(wrong, options)).rejects.toThrow(
      `${wrong}:6:18: config.json of model_type llama: "hidden_size" should be a whole number above 0, got "8"`,
    )
  })

  it('may hold the infinities that Python writes', async () => {
    const text = JSON.stringify(CONFIG).replace('{', '{"time_step_limit": [0.0, Infinity], "note": "NaN is text", ')
    expect((await readModel(folder('l', { 'config.json': text }), options)).model.architecture?.hidden_size).toBe(8)
  })

  it.each([
    ['{"model_type": "llama",', /config.json:\d+:\d+: /],
    ['', /is empty/],
    ['[1, 2]', /should be a map of keys, got a list/],
  ])('%j is refused', async (text, message) => {
    await expect(readModel(folder('m', { 'config.json': text }), options)).rejects.toThrow(message)
  })

  it('of any other name is called by it', async () => {
    const path = join(folder('n', { 'tiny-llama.json': CONFIG }), 'tiny-llama.json')
    expect((await readModel(path, options)).model.id).toBe('tiny-llama')
  })
})

describe('the entry that is printed', () => {
  it.each([
    'zai-org--GLM-5.2',
    'google--gemma-3-27b-it',
    'nvidia--Llama-3_3-Nemotron-Super-49B-v1',
    'openai--gpt-oss-20b',
  ])('%s is read back as an overlay as it was', async (name) => {
    const file = new URL(`../../fixtures/configs/${name}.json`, import.meta.url)
    const read = await readModel(folder(name, { 'config.json': readFileSync(file, 'utf8') }), options)
    const yaml = modelYaml(read, '2026-11-21')
    const path = 'models/entry.yaml'
    const catalog = buildCatalog([{ path, relativePath: path, text: yaml }], await loadCatalog())
    const { sources: _, notes: __, ...entry } = catalog.models.get(read.model.id) ?? { id: '' }
    const { sources: ___, ...model } = read.model
    expect(entry).toEqual(model)
  })

  it('is the same bytes each time, and escapes what a name holds', async () => {
    const path = folder("it's: a #model", { 'config.json': CONFIG })
    const [first, second] = [await readModel(path, options), await readModel(path, options)]
    expect(modelYaml(first, '2026-11-21')).toBe(modelYaml(second, '2026-11-21'))
    expect(first.model.id).toBe('it-s-a-model')
    expect(modelYaml(first, '2026-11-21')).toContain(`name: "it's: a #model"`)
  })
})
