import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Engine, type EngineRelease, engineSchema } from '../../src/catalog/engine.ts'
import { type Gpu, gpuFileSchema } from '../../src/catalog/gpu.ts'
import { type Architecture, architectureSchema, type Model, modelFileSchema } from '../../src/catalog/model.ts'
import { type KvFormat, kvFormatSchema, type Quantization, quantizationSchema } from '../../src/catalog/quantization.ts'
import { prepareServingMemory, type ServingMemory, type ServingMemoryOptions } from '../../src/memory/serving.ts'
import { describeModel } from '../../src/model/tensors.ts'
import { BYTES_PER_GIB } from '../../src/units.ts'

export const GIB = BYTES_PER_GIB

const catalogs = new URL('../../catalogs/', import.meta.url)
const read = (path: string): unknown => parse(readFileSync(new URL(path, catalogs), 'utf8'))
const filesOf = (folder: string): string[] =>
  readdirSync(new URL(`${folder}/`, catalogs)).filter((name) => name.endsWith('.yaml'))

let models: Map<string, Omit<Model, 'family'>> | undefined
/** A model of the shipped catalog. */
export function model(id: string): Omit<Model, 'family'> {
  models ??= new Map(
    filesOf('models').flatMap((file) =>
      modelFileSchema.parse(read(`models/${file}`)).models.map((entry) => [entry.id, entry] as const),
    ),
  )
  const found = models.get(id)
  if (found === undefined) throw new Error(`no model ${id}`)
  return found
}

export function architecture(id: string): Architecture {
  const found = model(id).architecture
  if (found === undefined) throw new Error(`${id} has no architecture`)
  return found
}

let gpus: Map<string, Gpu> | undefined
/** A GPU of the shipped catalog. */
export function gpu(id: string): Gpu {
  gpus ??= new Map(
    filesOf('gpus').flatMap((file) =>
      gpuFileSchema.parse(read(`gpus/${file}`)).gpus.map((entry) => [entry.id, entry] as const),
    ),
  )
  const found = gpus.get(id)
  if (found === undefined) throw new Error(`no GPU ${id}`)
  return found
}

export const vllm = engineSchema.parse(read('engines/vllm.yaml'))
export const sglang = engineSchema.parse(read('engines/sglang.yaml'))
export const tensorrtLlm = engineSchema.parse(read('engines/tensorrt-llm.yaml'))
export const llamaCpp = engineSchema.parse(read('engines/llama-cpp.yaml'))

/** The release that a version belongs to, by its `from`. */
export function releaseFrom(engine: Engine, from: string): EngineRelease {
  const found = engine.releases.find((release) => release.from === from)
  if (found === undefined) throw new Error(`${engine.id} has no release from ${from}`)
  return found
}

/** Figures that memory does not read. */
const UNREAD = {
  as_of: '2026-11',
  bits_formula: '16',
  support: [{ level: 'full', reason: 'fixture' }],
  quality: { small: [0, 0], medium: [0, 0], large: [0, 0], source: 'fixture' },
  sources: ['fixture'],
}

/** A weight format as memory sees it: the bits of docs, not a copy of the catalog, so that worked figures stand on their own. */
function format(id: string, fields: Record<string, unknown>): Quantization {
  return quantizationSchema.parse({ id, name: id, kernel: 'f16', group_size: null, bits: {}, ...UNREAD, ...fields })
}

export const bf16 = format('bf16', {})
export const int8 = format('int8', { bits: { linear: 8, expert: 8 }, activation_bytes: 1 })
export const fp8 = format('fp8', { bits: { linear: 8, expert: 8 }, activation_bytes: 1 })
export const awq = format('awq-int4', { bits: { linear: 4.15625, expert: 4.15625 }, group_size: 128 })
export const gptq = format('gptq-int4', { bits: { linear: 4.125, expert: 4.125 }, group_size: 128 })
export const nvfp4 = format('nvfp4', { bits: { linear: 4.5, expert: 4.5 }, group_size: 16 })
export const mxfp4 = format('mxfp4', { bits: { expert: 4.25, expert_bias: 32 }, padding: 'mxfp4', group_size: 32 })
export const int2 = format('int2', { bits: { linear: 2.25, expert: 2.25 }, group_size: 64 })
export const fp32 = format('fp32', { other_bits: 32 })

const GGUF_COMMON = { norm: 32, router: 32, expert_bias: 32, state: 32 }
export const ggufF16 = format('gguf-f16', { bits: GGUF_COMMON, gguf: { head_bits: 16 } })
export const ggufQ4 = format('gguf-q4_0', {
  bits: { ...GGUF_COMMON, linear: 4.5, expert: 4.5 },
  gguf: { head_bits: 6.5625 },
})
export const ggufQ4KM = format('gguf-q4_k_m', {
  bits: { ...GGUF_COMMON, linear: 4.5, expert: 4.5 },
  gguf: { head_bits: 6.5625, raised_bits: 6.5625, raised_tensors: ['attn_v', 'ffn_down'], grouped_v_bits: 5.5 },
})

function kvFormat(id: string, bytes: number, perHead = 0): KvFormat {
  return kvFormatSchema.parse({
    id,
    name: id,
    as_of: '2026-11',
    bytes_per_element: bytes,
    bytes_formula: String(bytes),
    bytes_per_token_and_head: perHead,
    support: [{ level: 'full', reason: 'fixture' }],
    loss: [0, 0],
    quality_source: 'fixture',
    engine_values: {},
    sources: ['fixture'],
  })
}

export const kv16 = kvFormat('bf16', 2)
export const kv8 = kvFormat('fp8', 1)
export const kvInt8 = kvFormat('int8', 1, 4)
export const kv4 = kvFormat('nvfp4', 0.5625)

/** A Llama-like architecture of any size, for properties. */
export function tinyArchitecture(fields: Partial<Record<string, unknown>> = {}): Architecture {
  return architectureSchema.parse({
    hidden_size: 1024,
    vocabulary_size: 32_000,
    tied_embeddings: false,
    max_positions: 8192,
    layers: [
      {
        layers: '0-15',
        attention: { kind: 'softmax', heads: 16, kv_heads: 8, head_dim: 64 },
        mlp: { kind: 'dense', intermediate_size: 4096 },
      },
    ],
    ...fields,
  })
}

type Given = Partial<Omit<ServingMemoryOptions, 'tensors' | 'gpu' | 'release'>> & {
  model: string | Architecture
  gpu?: string
  from?: string
}

/** A serving configuration: vLLM 0.18-0.20 in bf16 on one H100 SXM unless said otherwise. */
export function serving({ model: id, gpu: gpuId = 'h100-sxm-80gb', from = '0.18', ...given }: Given): ServingMemory {
  const engine = given.engine ?? vllm
  return prepareServingMemory({
    quantization: bf16,
    support: { level: 'full' },
    kv: kv16,
    engine,
    linkKind: 'nvlink',
    multiNode: false,
    tensorParallel: 1,
    pipelineParallel: 1,
    expertParallel: 1,
    utilization: engine.default_utilization,
    headroomFraction: 0,
    ...given,
    tensors: describeModel(typeof id === 'string' ? architecture(id) : id),
    gpu: gpu(gpuId),
    release: releaseFrom(engine, from),
  })
}
