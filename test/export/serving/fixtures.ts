import { type Catalog, get } from '../../../src/catalog/catalog.ts'
import { serveExport as exportOf } from '../../../src/export/from-plan.ts'
import type { ExportFile, ExportTarget, ServeExport } from '../../../src/export/target.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import type { Plan } from '../../../src/result/plan.ts'

export { refusal, scenarioText } from '../exported.ts'

export const catalog: Catalog = await loadCatalog()

export interface Asked {
  readonly configuration?: Partial<Plan['configuration']>
  readonly placement?: Partial<Plan['placement']>
  readonly model?: Partial<NonNullable<Plan['model']>>
  readonly scenario?: string
  readonly header?: readonly string[]
}

/** Llama 3 70B in fp8 under vLLM 0.22 on two of eight H100, three replicas: six of the eight GPUs of one machine. */
const configuration: Plan['configuration'] = {
  engine: 'vllm',
  engine_version: '0.22',
  quantization: 'fp8',
  kv_cache: 'fp8',
  tensor_parallel: 2,
  pipeline_parallel: 1,
  expert_parallel: 1,
  replicas: 3,
  max_concurrency: 48,
  context: 8192,
  max_batched_tokens: 4096,
  utilization: 0.9,
}

/** What each engine names that the other engines do not have. */
export const ENGINES = {
  vllm: { engine: 'vllm', engine_version: '0.22' },
  sglang: { engine: 'sglang', engine_version: '0.4', utilization: 0.88 },
  'tensorrt-llm': { engine: 'tensorrt-llm', engine_version: '1.2' },
  'llama.cpp': {
    engine: 'llama.cpp',
    engine_version: '6325',
    quantization: 'gguf-q4_k_m',
    kv_cache: 'q8_0',
    tensor_parallel: 1,
    pipeline_parallel: 2,
    utilization: null,
  },
} as const satisfies Record<string, Partial<Plan['configuration']>>

/** Two machines of eight, one replica over both. */
export const TWO_NODES: Asked = {
  configuration: { tensor_parallel: 8, pipeline_parallel: 2, replicas: 1 },
  placement: { gpus: 16, instances: 2 },
}

export function serveExport(asked: Asked = {}): ServeExport {
  const placement: Plan['placement'] = {
    offer: null,
    provider: 'lambda',
    instance: 'gpu_8x_h100_sxm5',
    region: 'us-east-1',
    gpu: 'h100-sxm-80gb',
    gpus: 8,
    gpus_per_instance: 8,
    instances: 1,
    pricing: 'on-demand',
    ...asked.placement,
  }
  const model = get(catalog, 'models', 'llama-3-70b')
  const plan: Plan = {
    model: { id: model.id, checkpoint: model.huggingface ?? null, format: 'bf16', ...asked.model },
    placement,
    configuration: { ...configuration, ...asked.configuration },
    memory: {
      capacity_bytes: 85_000_000_000,
      total_bytes: 60_000_000_000,
      free_bytes: 25_000_000_000,
      kv_utilization: 0.5,
      cache_tokens: 61_440,
      terms: [],
    },
    performance: {
      ttft_ms: 300,
      tpot_ms: 20,
      request_ms: 5000,
      concurrency: 40,
      output_tokens_per_second: 1000,
      requests_per_second: 4,
      utilization: 0.8,
    },
    cost: {
      usd_per_hour: 23.92,
      usd_per_month: 17_461.6,
      usd_per_million_tokens: 1,
      usd_per_run: null,
      price_as_of: '2026-11-20',
    },
    quality: { loss_percent: 0.3, low_percent: 0.1, high_percent: 0.5 },
    targets: [],
    confidence: 'measured',
    accuracy: null,
    launch: '',
  }
  const header = asked.header ?? ['serve-70b: 8 x h100-sxm-80gb', 'Price of 2026-11-20.']
  return exportOf({ name: asked.scenario ?? 'serve-70b', plan, header, model }, plan, catalog)
}

/** The files of a target by name. */
export function filesOf(target: ExportTarget, asked: Asked = {}): Record<string, string> {
  const files: readonly ExportFile[] = target.serve?.(serveExport(asked)) ?? []
  return Object.fromEntries(files.map((file) => [file.name, file.text]))
}
