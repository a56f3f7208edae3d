import { buildCatalog } from '../../src/catalog/compile.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { HOSTILE } from './names.ts'

/** A day on which the prices below are young. */
export const AS_OF = '2026-11-21'
const PRICED = '2026-11-20'

const architecture = {
  hidden_size: 2048,
  vocabulary_size: 32_000,
  tied_embeddings: false,
  max_positions: 8192,
  layers: [
    {
      layers: '0-15',
      attention: { kind: 'softmax', heads: 16, kv_heads: 8, head_dim: 128 },
      mlp: { kind: 'dense', intermediate_size: 5632 },
    },
  ],
}

const board = {
  vendor: 'nvidia',
  kind: 'gpu',
  generation: 'hopper',
  compute_capability: 9,
  memory: { nominal_gb: 80, usable_gib: 79, usable_basis: 'assumed' },
  memory_bandwidth_gb_per_second: 3350,
  dense_tflops: { bf16: 989, fp8: 1979 },
  interconnect: { link: 'nvlink4', gb_per_second_bidirectional: 900, domain_size: 8 },
  pcie_generation: 5,
  power_watts: 700,
  formats: { bf16: true, fp8: true, fp4: false, int8: true, int4_marlin: true },
}

/** The id of the model, and of the GPU, that carries a name. Ids themselves are refused where they are not plain. */
export const modelId = (index: number): string => `model-${index}`
export const gpuId = (index: number): string => `gpu-${index}`
/** The only seller of these GPUs. */
export const PROVIDER = 'bazaar'

/** Files of a catalog in which every name stands wherever a text may stand: model, repository, GPU, shape, region, sources, notes. */
export function hostileFiles(names: readonly (readonly [string, string])[] = HOSTILE) {
  const files = {
    'models/hostile.yaml': {
      family: 'hostile',
      as_of: PRICED,
      models: names.map(([, name], index) => ({
        id: modelId(index),
        name,
        huggingface: name,
        class: name,
        license: name,
        architecture,
        sources: [name],
        notes: [name],
        from_memory: [name],
      })),
    },
    'gpus/hostile.yaml': {
      family: 'hostile',
      as_of: PRICED,
      gpus: names.map(([, name], index) => ({
        id: gpuId(index),
        name,
        architecture: name,
        ...board,
        memory: { ...board.memory, note: name },
        sources: { [name]: [name] },
        notes: [name],
        conflicts: [name],
      })),
    },
    [`offers/${PROVIDER}.yaml`]: {
      provider: PROVIDER,
      name: 'Bazaar',
      as_of: PRICED,
      notes: names.map(([, name]) => name),
      offers: names.map(([, name], index) => ({
        instance: name,
        gpu: gpuId(index),
        gpu_count: 1,
        region: name,
        usd_per_hour: { 'on-demand': 2 + index / 100, spot: 1 + index / 100 },
        confidence: 'high',
        source: name,
        note: name,
      })),
    },
  }
  return Object.entries(files).map(([relativePath, value]) => ({ path: relativePath, relativePath, value }))
}

/** The shipped catalog with the hostile one over it. */
export const hostileCatalog = async () => buildCatalog(hostileFiles(), await loadCatalog())

type Document = Readonly<Record<string, unknown>>

/** A scenario that serves the model of a name on the GPU of that name. JSON is YAML too. */
export function serving(name: string, index: number): Document {
  return {
    kind: 'serve',
    name,
    description: name,
    model: modelId(index),
    context: 2048,
    traffic: { requests_per_second: 1, input_tokens: 512, output_tokens: 128 },
    engine: 'vllm',
    search: { gpus: [gpuId(index)], quantization: ['bf16'], kv_cache: ['bf16'], tensor_parallel: [1] },
  }
}

export function training(name: string, index: number): Document {
  return {
    kind: 'train',
    name,
    description: name,
    model: modelId(index),
    data: { tokens: '1M' },
    sequence_length: 1024,
    global_batch: 8,
    search: {
      method: ['lora'],
      optimizer: ['adamw'],
      gpus: [gpuId(index)],
      zero_stage: [0],
      micro_batch: [1],
      activation_checkpointing: ['full'],
      max_gpus: 1,
    },
  }
}

/** A workload placed on nodes that carry the name, or on the machine of that name. */
export function fleet(name: string, index: number): Document {
  const owned = { capex: 300_000, years: 4, watts: 1000, usd_per_kwh: 0.12 }
  return {
    kind: 'fleet',
    name,
    inventory: [
      { name, gpu: gpuId(index), gpus_per_node: 1, nodes: 1, owned },
      { offer: `${PROVIDER}/${gpuId(index)}`, max_instances: 1 },
    ],
    workloads: [
      { scenario: serving(name, index), name },
      { scenario: training(name, index), name: `${name} 2` },
    ],
  }
}

export function forecast(name: string, index: number): Document {
  const { name: _, ...unnamed } = serving(name, index)
  return {
    kind: 'forecast',
    name,
    start: '2027-01',
    months: 2,
    workloads: [{ scenario: unnamed, name, growth_percent_per_month: 1 }],
  }
}
