import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import type { Architecture } from '../../../src/catalog/model.ts'
import { readModel } from '../../../src/io/model-source.ts'
import { countParameters } from '../../../src/model/parameters.ts'
import { describeModel } from '../../../src/model/tensors.ts'
import { asGguf } from '../../importing/models/gguf/as-gguf.ts'
import { ggufBytes } from '../../importing/models/gguf/write-gguf.ts'
import { safetensorsStart, tinyLlama, tinyLlamaTensors } from '../../importing/models/tiny-llama.ts'
import { endsWell } from './ends-well.ts'
import { expectBoth, filesOf, original, scratchFolder } from './files.ts'

const OPTIONS = { env: {}, offline: true, refresh: false, known: [] }

const CONFIG = tinyLlama(1)
const SHAPES = tinyLlamaTensors(1)
const safetensors = (): Buffer => safetensorsStart(SHAPES).start

const folder = scratchFolder()

/** A directory of the Hugging Face form in which one file is the one with mishaps. */
function directory(name: string, files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content)
  return path
}

/** The model as it was read, and its size: the first figure that anything else is computed from. */
async function sized(path: string): Promise<unknown> {
  const { model, ...rest } = await readModel(path, OPTIONS)
  const { architecture } = model
  return [model, rest, architecture === undefined ? null : countParameters(describeModel(architecture as Architecture))]
}

describe('models with mishaps are read or refused', () => {
  test('config.json', async () => {
    const path = directory('config', {})
    const read = (bytes: Buffer) => {
      writeFileSync(join(path, 'config.json'), bytes)
      return sized(path)
    }
    expectBoth(await endsWell('config.json', filesOf('test/fixtures/configs', /\.json$/), read))
  })

  test('header of a safetensors file', async () => {
    const path = directory('safetensors', { 'config.json': JSON.stringify(CONFIG) })
    const read = (bytes: Buffer) => {
      writeFileSync(join(path, 'model.safetensors'), bytes)
      return sized(path)
    }
    expectBoth(await endsWell('safetensors', [{ name: 'model.safetensors', bytes: safetensors() }], read))
  })

  test('index of a checkpoint', async () => {
    const file = 'model-00001-of-00001.safetensors'
    const path = directory('index', { 'config.json': JSON.stringify(CONFIG), [file]: safetensors() })
    const map = Object.fromEntries(Object.keys(SHAPES).map((name) => [name, file]))
    const index = JSON.stringify({ metadata: { total_size: 2608 }, weight_map: map }, null, 2)
    const read = (bytes: Buffer) => {
      writeFileSync(join(path, 'model.safetensors.index.json'), bytes)
      return sized(path)
    }
    expectBoth(await endsWell('index', [original('index', index)], read))
  })

  test('quantisation beside config.json', async () => {
    const path = directory('quantised', { 'config.json': JSON.stringify(CONFIG) })
    const quantization = { quant_algo: 'FP8', kv_cache_quant_algo: 'FP8', exclude_modules: ['lm_head'] }
    const text = JSON.stringify({ producer: { name: 'modelopt', version: '0.30' }, quantization }, null, 2)
    const read = (bytes: Buffer) => {
      writeFileSync(join(path, 'hf_quant_config.json'), bytes)
      return sized(path)
    }
    expectBoth(await endsWell('hf_quant_config', [original('hf_quant_config.json', text)], read))
  })

  test('header of a GGUF file', async () => {
    const path = join(folder, 'model.gguf')
    writeFileSync(join(directory('plain', {}), 'config.json'), JSON.stringify(CONFIG))
    const { model } = await readModel(join(folder, 'plain'), OPTIONS)
    const { metadata, tensors } = asGguf('llama', model.architecture as Architecture, {
      'general.name': 'Own',
      'tokenizer.ggml.tokens': [1, 2, 3],
    })
    const read = (bytes: Buffer) => {
      writeFileSync(path, bytes)
      return sized(path)
    }
    expectBoth(await endsWell('gguf', [{ name: 'model.gguf', bytes: ggufBytes(metadata, tensors) }], read))
  })
})
