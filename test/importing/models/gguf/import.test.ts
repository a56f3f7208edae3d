import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importGguf } from '../../../../src/importing/models/gguf/import.ts'
import { readGguf } from '../../../../src/io/gguf.ts'
import { loadCatalog } from '../../../../src/io/load-catalog.ts'
import { countParameters } from '../../../../src/model/parameters.ts'
import { describeModel } from '../../../../src/model/tensors.ts'
import { plain } from '../plain.ts'
import { asGguf } from './as-gguf.ts'
import { type GgufTensorSpec, type GgufValue, ggufBytes } from './write-gguf.ts'

const catalog = await loadCatalog()
const directory = mkdtempSync(join(tmpdir(), 'gguf-'))
const options = { env: {}, offline: true, refresh: false, known: [] }

function file(name: string, metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensorSpec[]): string {
  const path = join(directory, name)
  writeFileSync(path, ggufBytes(metadata, tensors))
  return path
}

function architectureNamed(id: string) {
  const architecture = catalog.models.get(id)?.architecture
  if (architecture === undefined) throw new Error(`${id} has no architecture`)
  return architecture
}

/** Catalog models with the names llama.cpp has for their architectures. */
const MODELS: readonly (readonly [string, string])[] = [
  ['llama-3.1-8b', 'llama'],
  ['llama-3.2-1b', 'llama'],
  ['mixtral-8x7b', 'llama'],
  ['qwen2.5-7b', 'qwen2'],
  ['qwen3-8b', 'qwen3'],
  ['qwen3-30b-a3b', 'qwen3moe'],
  ['qwen1.5-moe-a2.7b', 'qwen2moe'],
  ['qwen3-next-80b-a3b', 'qwen3next'],
  ['gemma-2-9b', 'gemma2'],
  ['gpt-oss-20b', 'gpt-oss'],
  ['deepseek-v2-lite', 'deepseek2'],
  ['deepseek-v3', 'deepseek2'],
  ['olmo-2-7b', 'olmo2'],
  ['starcoder2-7b', 'starcoder2'],
  ['glm-4.5-air', 'glm4moe'],
  ['gpt2', 'gpt2'],
  ['phi-2', 'phi2'],
  ['bloom-176b', 'bloom'],
  ['nemotron-nano-9b-v2', 'nemotron_h'],
  ['lfm2.5-8b-a1b', 'lfm2moe'],
]

describe('a GGUF file describes its model', () => {
  for (const [id, name] of MODELS) {
    it(`${id} as ${name}`, async () => {
      const architecture = architectureNamed(id)
      const { metadata, tensors } = asGguf(name, architecture, {})
      const read = await readGguf(file(`${id}.gguf`, metadata, tensors), options)
      expect(read.checks).toEqual([{ ok: true, text: expect.stringContaining('exactly as described') }])
      expect(read.notes.filter((note) => note.includes('known role'))).toEqual([])
      const { architecture: back } = read.model
      if (back === undefined) throw new Error('an architecture is expected')
      // The file says nothing of the format the model was trained in, nor of caps that all models of the name have.
      const apart = { dtype: 'bfloat16', soft_caps: undefined }
      expect({ ...plain(back), ...apart }).toEqual({ ...plain(architecture), ...apart })
      expect(countParameters(describeModel(back))).toEqual(countParameters(describeModel(architecture)))
    })
  }
})

/** llama.cpp, src/llama-quant.cpp use_more_bits. */
function usesMoreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8)
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2
}

describe('Llama 3.1 8B in Q4_K_M, as published', () => {
  const [F32, Q4_K, Q6_K] = [0, 12, 14]
  const { metadata, tensors } = asGguf('llama', architectureNamed('llama-3.1-8b'), { 'general.file_type': 15 })
  const typed = tensors.map((tensor): GgufTensorSpec => {
    if (tensor.shape.length === 1) return { ...tensor, type: F32 }
    const layer = Number(/^blk\.(\d+)\.(attn_v|ffn_down)\./.exec(tensor.name)?.[1] ?? Number.NaN)
    const raised = tensor.name === 'output.weight' || (!Number.isNaN(layer) && usesMoreBits(layer, 32))
    return { ...tensor, type: raised ? Q6_K : Q4_K }
  })
  const header = {
    metadata,
    tensors: typed.map(({ name, shape, type = F32 }) => ({ name, shape, type })),
  }
  const read = importGguf(header, { origin: 'file.gguf', name: 'Meta-Llama-3.1-8B-Instruct-Q4_K_M' })

  it('has the tensors that llama.cpp counts when it loads the file: 66 F32, 193 Q4_K, 33 Q6_K', () => {
    const counts = [F32, Q4_K, Q6_K].map((type) => typed.filter((tensor) => tensor.type === type).length)
    expect(counts).toEqual([66, 193, 33])
  })

  it('has the size of llama.cpp tools/quantize/README.md: 4.89 bits a weight, 4.58 GiB', () => {
    const weights = new Map(read.rows).get('weights')
    // 4.58 GiB are 4.92 GB.
    expect(weights).toBe('4.91 GB')
    expect((4.912896e9 * 8) / 8030261312).toBeCloseTo(4.89, 2)
  })

  it('is planned in the format of the file', () => {
    expect(read.model.native_quantization).toEqual({ scheme: 'gguf-q4_k_m' })
    expect(read.model.id).toBe('meta-llama-3.1-8b-instruct-q4_k_m')
  })
})

describe('what a GGUF file leaves open is said', () => {
  const base = asGguf('llama', architectureNamed('llama-3.2-1b'), {})

  it('a format that the catalog does not have', () => {
    const metadata = { ...base.metadata, 'general.file_type': 14 }
    const { model, notes } = importGguf({ ...base, metadata, tensors: typedAs(12) }, { origin: 'x', name: 'x' })
    expect(model.native_quantization).toBeUndefined()
    expect(notes.join()).toContain('weights in Q4_K_S, 4.5 bits a weight: no format of the catalog')
  })

  it('a window in an architecture whose pattern is not known', () => {
    const metadata = { ...base.metadata, 'llama.attention.sliding_window': 1024 }
    const { notes, model } = importGguf({ ...base, metadata, tensors: typedAs(1) }, { origin: 'x', name: 'x' })
    expect(notes.join()).toContain('a window of 1024 tokens is named, but not for which layers')
    expect(model.architecture?.layers[0]?.attention).not.toHaveProperty('window')
  })

  it('a pattern of windows in the file itself', () => {
    const flags = Array.from({ length: 16 }, (_, index) => index % 4 !== 3)
    const metadata = {
      ...base.metadata,
      'llama.attention.sliding_window': 1024,
      'llama.attention.sliding_window_pattern': flags,
    }
    const { model } = importGguf({ ...base, metadata, tensors: typedAs(1) }, { origin: 'x', name: 'x' })
    expect(model.architecture?.layers.map(({ layers }) => layers)).toEqual(['0-2,4-6,8-10,12-14', '3-15/4'])
  })

  it('small tensors without a known role', () => {
    const tensors = [...typedAs(1), { name: 'blk.0.layer_scale.weight', shape: [2048], type: 0 }]
    const { notes, checks } = importGguf({ ...base, tensors }, { origin: 'x', name: 'x' })
    expect(notes.join()).toContain('counted as 16 bit: layer_scale.weight')
    expect(checks[0]?.ok).toBe(true)
  })

  function typedAs(type: number) {
    return base.tensors.map(({ name, shape }) => ({ name, shape, type }))
  }
})

describe('what cannot be read is refused', () => {
  const base = asGguf('llama', architectureNamed('llama-3.2-1b'), {})
  const read = (path: string) => readGguf(path, options)

  it('layers with large tensors of no known role', async () => {
    const tensors = [...base.tensors, { name: 'blk.3.time_mix.weight', shape: [2048, 4096] }]
    await expect(read(file('odd.gguf', base.metadata, tensors))).rejects.toThrow(
      'GGUF of architecture llama: layer 3 has tensors that are not known: time_mix.weight',
    )
  })

  it('a missing key, by its name', async () => {
    const { 'llama.attention.head_count': _, ...metadata } = base.metadata
    await expect(read(file('no-heads.gguf', metadata, base.tensors))).rejects.toThrow(
      '"llama.attention.head_count" is missing',
    )
  })

  it('a file that is none, a directory, an absent one', async () => {
    const path = join(directory, 'text.gguf')
    writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\n')
    await expect(read(path)).rejects.toThrow(/does not start with GGUF .* git lfs pull fetches the file/s)
    await expect(read(directory)).rejects.toThrow('is a directory')
    await expect(read(join(directory, 'llama-3.1-9b.gguf'))).rejects.toThrow(/does not exist .*llama-3.1-8b.gguf/)
  })

  it('a header that is cut short', async () => {
    const path = join(directory, 'cut.gguf')
    writeFileSync(path, ggufBytes(base.metadata, base.tensors).subarray(0, 700))
    await expect(read(path)).rejects.toThrow('the file is cut short')
  })

  // 17 bytes took seconds: what is not there was read as millions of tensors without a name.
  it('more tensors or entries than the file has bytes for, at once', async () => {
    const path = join(directory, 'counts.gguf')
    const start = (tensors: number, entries: number, version = 3) => {
      const bytes = Buffer.alloc(24)
      bytes.write('GGUF')
      bytes.writeUInt32LE(version, 4)
      bytes.writeBigUInt64LE(BigInt(tensors), 8)
      bytes.writeBigUInt64LE(BigInt(entries), 16)
      return bytes
    }
    const before = process.cpuUsage()
    writeFileSync(path, start(8_388_621, 10).subarray(0, 17))
    await expect(read(path)).rejects.toThrow(
      'counts.gguf: the file is cut short: its header counts 8,388,621 tensors and 10 entries of metadata, and it has 17 bytes',
    )
    writeFileSync(path, start(0, 1, 2))
    await expect(read(path)).rejects.toThrow('0 tensors and 1 entries of metadata, and it has 24 bytes')
    // A tensor takes 24 bytes at least, an entry 13.
    writeFileSync(path, Buffer.concat([start(1, 1), Buffer.alloc(36)]))
    await expect(read(path)).rejects.toThrow('it has 60 bytes')
    writeFileSync(path, Buffer.concat([start(1, 1), Buffer.alloc(37)]))
    await expect(read(path)).rejects.not.toThrow('its header counts')
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1)
  })

  it('a part whose other parts are not there', async () => {
    const path = file('big-00001-of-00002.gguf', base.metadata, base.tensors)
    await expect(read(path)).rejects.toThrow('one of 2 parts, and big-00002-of-00002.gguf does not lie beside it')
  })

  it('a vocabulary without tensors', async () => {
    await expect(read(file('vocabulary.gguf', base.metadata, []))).rejects.toThrow('holds no tensors')
  })
})

describe('a file in parts', () => {
  it('is the model of all of them', async () => {
    const architecture = architectureNamed('llama-3.2-1b')
    const { metadata, tensors } = asGguf('llama', architecture, {})
    const half = Math.floor(tensors.length / 2)
    const first = file('parts-00001-of-00002.gguf', metadata, tensors.slice(0, half))
    file('parts-00002-of-00002.gguf', { 'general.architecture': 'llama' }, tensors.slice(half))
    const { model } = await readGguf(first, options)
    expect(model.id).toBe('parts')
    expect(plain(model.architecture!)).toEqual(plain(architecture))
  })
})
