import { type Catalog, get } from '../../../src/catalog/catalog.ts'
import type { ExportFile, ExportTarget, TrainExport } from '../../../src/export/target.ts'
import { trainingContext } from '../../../src/export/training.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import type { TrainConfiguration, TrainPlan } from '../../../src/result/train.ts'

export { refusal, scenarioText } from '../exported.ts'

export const catalog: Catalog = await loadCatalog()

/** Llama 3 8B, full, ZeRO-3 on eight GPUs: 2 x 4 x 8 = 64 sequences a step, 400 steps of 10 s, a checkpoint every 20 minutes. */
const configuration: TrainConfiguration = {
  trainer: 'common',
  method: 'full',
  quantization: 'bf16',
  optimizer: 'adamw',
  zero_stage: 3,
  offload: 'none',
  activation_checkpointing: 'full',
  micro_batch: 2,
  gradient_accumulation: 4,
  data_parallel: 8,
  tensor_parallel: 1,
  pipeline_parallel: 1,
  virtual_pipeline: 1,
  context_parallel: 1,
  expert_parallel: 1,
  lora_rank: null,
  lora_targets: null,
  sequence_length: 4096,
  global_batch: 64,
  loss: 'full',
  flash_attention: true,
}

export const LORA = { method: 'lora', lora_rank: 16, zero_stage: 0 } as const
export const ALL_LINEAR = ['q', 'k', 'v', 'o', 'gate', 'up', 'down', 'other']
export const ATTENTION = ['q', 'k', 'v', 'o']

export interface Asked {
  readonly configuration?: Partial<TrainConfiguration>
  readonly placement?: Partial<TrainPlan['placement']>
  readonly model?: string
  readonly scenario?: string
  readonly header?: readonly string[]
  /** Repository in place of the model's own. */
  readonly repository?: string
}

export function trainExport(asked: Asked = {}): TrainExport {
  const placement: TrainPlan['placement'] = {
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
  const known = get(catalog, 'models', asked.model ?? 'llama-3-8b')
  const model = asked.repository === undefined ? known : { ...known, huggingface: asked.repository }
  const plan: TrainPlan = {
    model: { id: model.id, checkpoint: model.huggingface ?? null, format: 'bf16' },
    placement,
    configuration: { ...configuration, ...asked.configuration },
    memory: {
      capacity_bytes: 80e9,
      total_bytes: 60e9,
      free_bytes: 20e9,
      host_bytes: 0,
      peak_phase: 'backward start',
      terms: [],
    },
    performance: {
      tokens_per_second: 26_214.4,
      step_seconds: 10,
      hours: 1.2,
      compute_hours: 1.1,
      lost_share: 0.05,
      checkpoint_minutes: 20,
      steps: 400,
      tokens: 400 * 64 * 4096,
      model_flops_utilization: 0.4,
      pipeline_bubble: 0,
    },
    cost: {
      usd_per_hour: 20,
      usd_per_month: 14_600,
      usd_per_million_tokens: 0.2,
      usd_per_run: 24,
      price_as_of: '2026-11-20',
    },
    targets: [],
    confidence: 'measured',
    accuracy: null,
    launch: '',
  }
  const offer = [...catalog.offers.values()].find(
    (each) => each.provider === placement.provider && each.instance === placement.instance,
  )
  return {
    scenario: asked.scenario ?? 'train-8b',
    header: asked.header ?? ['train-8b: 8 x h100-sxm-80gb', 'Price of 2026-11-20.'],
    model,
    gpu: get(catalog, 'gpus', placement.gpu),
    offer: offer ?? null,
    plan,
    launch: trainingContext(model, placement),
  }
}

/** The files of a target by name. */
export function filesOf(target: ExportTarget, asked: Asked = {}): Record<string, string> {
  const files: readonly ExportFile[] = target.train?.(trainExport(asked)) ?? []
  return Object.fromEntries(files.map((file) => [file.name, file.text]))
}

/** Lines of a shell command without the backslashes that join them. */
export function flagsOf(script: string): string[] {
  return script.split('\n').map((line) =>
    line
      .replace(/ \\$/, '')
      .replace(/ "\$@"$/, '')
      .trim(),
  )
}
