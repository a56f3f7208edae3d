import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Architecture, architectureSchema } from '../../src/catalog/model.ts'
import type { Trainer } from '../../src/catalog/trainer.ts'
import type { PreparedConfiguration } from '../../src/memory/training.ts'
import type { LoraTarget } from '../../src/model/tensors.ts'
import { GIB } from '../memory/fixtures.ts'
import { ALL_LINEAR, trainer, training } from '../memory/training/fixtures.ts'

/** One published run, as it stands in training-memory.yaml. */
export interface MeasuredRun {
  readonly id: string
  readonly source: string
  readonly group: string
  readonly model: string | InlineModel
  readonly gpu: string
  readonly gpus: number
  readonly trainer: { readonly name: string; readonly version?: string }
  readonly configuration: MeasuredConfiguration
  readonly measured: { readonly peak_gib?: number; readonly peak_kind?: 'allocated' | 'reserved' | 'device' }
  readonly outcome?: 'oom'
}

interface InlineModel {
  readonly hidden_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly num_key_value_heads: number
  readonly intermediate_size: number
  readonly vocab_size: number
}

interface MeasuredConfiguration {
  readonly method: PreparedConfiguration['method']
  readonly lora?: { readonly rank?: number; readonly targets?: 'all-linear' | readonly string[] }
  readonly optimizer?: PreparedConfiguration['optimizer']
  readonly optimizer_paged?: boolean
  readonly optimizer_in_backward?: boolean
  readonly optimizer_state_dtype?: string
  readonly adapter_precision?: string
  readonly precision?: { readonly weights?: string; readonly gradients?: string; readonly master?: string }
  readonly sharding?: 'none' | 'zero1' | 'zero2' | 'zero3'
  readonly shard_degree?: number
  readonly offload?: PreparedConfiguration['offload']
  readonly tensor_parallel?: number
  readonly pipeline_parallel?: number
  readonly virtual_pipeline?: number
  readonly pipeline_schedule?: string
  readonly context_parallel?: number
  readonly expert_parallel?: number
  readonly micro_batch: number
  readonly gradient_accumulation?: number
  readonly sequence_length: number
  readonly activation_checkpointing?: PreparedConfiguration['activationCheckpointing']
  readonly sequence_parallel?: boolean
  readonly flash_attention?: boolean
  readonly compile?: boolean
  readonly double_quant?: boolean
  readonly loss?: PreparedConfiguration['loss']
}

export interface Comparison {
  readonly run: MeasuredRun
  readonly predictedGib: number
  readonly fits: boolean
  /** Predicted over measured, less one; null where only the outcome was published. */
  readonly error: number | null
}

const BYTES: Readonly<Record<string, number>> = { fp32: 4, bf16: 2, fp16: 2, none: 0 }
const bytesOf = (format: string | undefined, otherwise: number) =>
  format === undefined ? otherwise : (BYTES[format] ?? Number.NaN)

const file = new URL('training-memory.yaml', import.meta.url)
export const measuredRuns: readonly MeasuredRun[] = parse(readFileSync(file, 'utf8')).records

export function compareRun(run: MeasuredRun): Comparison {
  const { configuration: c } = run
  const by = trainerOf(run)
  const memory = training({
    model: typeof run.model === 'string' ? run.model : architectureOf(run.model),
    by,
    on: run.gpu,
    ...configurationOf(run, by),
  })
  const load = { microBatch: c.micro_batch, gradientAccumulation: c.gradient_accumulation ?? 1 }
  const { reservedBytes, totalBytes, fits } = memory.evaluate(load)
  const { peak_gib: peak, peak_kind: kind } = run.measured
  const predictedGib = (kind === 'device' ? totalBytes : reservedBytes) / GIB
  return { run, predictedGib, fits, error: peak === undefined ? null : predictedGib / peak - 1 }
}

/** The catalog's trainer of that time, with the precisions that the run states. */
function trainerOf({ trainer: { name, version = '' }, configuration: c }: MeasuredRun): Trainer {
  const older = name === 'litgpt' && version.includes('2023') ? 'litgpt-2023' : name
  const shipped = trainer(name === 'ms-swift' && version.includes('2.x') ? 'ms-swift-2' : older)
  if (c.method !== 'full') {
    if (c.adapter_precision === undefined) return shipped
    const each = bytesOf(c.adapter_precision, 4)
    const adam = 2 * bytesOf(c.optimizer_state_dtype, 4)
    return { ...shipped, adapters: { ...shipped.adapters, weights: each, gradients: each, adam } }
  }
  if (c.precision?.gradients === undefined) return shipped
  const { weights, gradients, master } = c.precision
  const { states } = shipped
  return {
    ...shipped,
    states: {
      weights: bytesOf(weights, states.weights),
      gradients: bytesOf(gradients, states.gradients),
      master: bytesOf(master, 0),
      adam: c.optimizer_state_dtype === undefined ? states.adam : 2 * bytesOf(c.optimizer_state_dtype, 4),
    },
  }
}

const TARGETS: Readonly<Record<string, LoraTarget>> = {
  q_proj: 'q',
  k_proj: 'k',
  v_proj: 'v',
  o_proj: 'o',
  gate_proj: 'gate',
  up_proj: 'up',
  down_proj: 'down',
}

function loraOf({ method, lora }: MeasuredConfiguration, by: Trainer): PreparedConfiguration['lora'] {
  if (method === 'full') return null
  const rank = lora?.rank ?? by.lora_defaults?.rank ?? 16
  const targets = lora?.targets ?? 'all-linear'
  if (targets === 'all-linear') return { rank, targets: [...ALL_LINEAR, 'other'], head: false }
  return { rank, targets: targets.flatMap((name) => TARGETS[name] ?? []), head: targets.includes('lm_head') }
}

function configurationOf(run: MeasuredRun, by: Trainer): Partial<PreparedConfiguration> {
  const { configuration: c, gpus } = run
  const tensorParallel = c.tensor_parallel ?? 1
  const pipelineParallel = c.pipeline_parallel ?? 1
  const contextParallel = c.context_parallel ?? 1
  const stored = c.precision?.weights ?? ''
  return {
    method: c.method,
    optimizer: c.optimizer_paged === true ? 'paged-adamw-8bit' : (c.optimizer ?? 'adamw'),
    zeroStage: { none: 0, zero1: 1, zero2: 2, zero3: 3 }[c.sharding ?? 'none'] as PreparedConfiguration['zeroStage'],
    offload: c.offload ?? 'none',
    activationCheckpointing: c.activation_checkpointing ?? 'none',
    sequenceLength: c.sequence_length,
    dataParallel: gpus / (tensorParallel * pipelineParallel * contextParallel),
    tensorParallel,
    pipelineParallel,
    // Interleaved without a number: two chunks a stage.
    virtualPipeline: c.virtual_pipeline ?? (c.pipeline_schedule === 'interleaved-1f1b' ? 2 : 1),
    contextParallel,
    expertParallel: c.expert_parallel ?? 1,
    shardDegree: c.shard_degree ?? gpus / (tensorParallel * pipelineParallel),
    sequenceParallel: c.sequence_parallel ?? false,
    flashAttention: c.flash_attention ?? true,
    compile: c.compile ?? false,
    // LitGPT's chunked loss still keeps the logits of all tokens.
    loss: by.id.startsWith('litgpt') ? 'full' : (c.loss ?? by.loss.default),
    lora: loraOf(c, by),
    doubleQuantization: c.double_quant ?? false,
    optimizerInBackward: c.optimizer_in_backward ?? false,
    ...(stored.startsWith('gptq') ? { quantizedBase: stored as never } : {}),
  }
}

function architectureOf(inline: InlineModel): Architecture {
  const { hidden_size, num_attention_heads: heads } = inline
  return architectureSchema.parse({
    hidden_size,
    vocabulary_size: inline.vocab_size,
    tied_embeddings: false,
    max_positions: 8192,
    layers: [
      {
        layers: `0-${inline.num_hidden_layers - 1}`,
        attention: { kind: 'softmax', heads, kv_heads: inline.num_key_value_heads, head_dim: hidden_size / heads },
        mlp: { kind: 'dense', intermediate_size: inline.intermediate_size, gated: false },
      },
    ],
  })
}
