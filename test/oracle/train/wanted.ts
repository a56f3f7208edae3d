import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { Trainer } from '../../../src/catalog/trainer.ts'
import type { LoraTarget } from '../../../src/model/tensors.ts'
import type {
  ActivationCheckpointing,
  Offload,
  Optimizer,
  TrainingMethod,
} from '../../../src/training/configuration.ts'
import { type Rented, rentable } from '../offers.ts'
import { amountOf } from '../scenario.ts'
import { type ModelFacts, modelFacts } from './model.ts'
import type { TrainWish } from './wish.ts'

/** A training scenario with every default filled in and every number read. */
export interface Wanted {
  readonly model: ModelFacts
  readonly trainer: Trainer
  /** Tokens of the whole run, all epochs. */
  readonly tokens: number
  readonly sequenceLength: number
  /** Sequences of one optimizer step. */
  readonly globalBatch: number
  /** Infinity: none. */
  readonly deadlineHours: number
  /** US dollars; Infinity: no limit. */
  readonly budget: number
  /** Hours that the scenario states; null: computed. */
  readonly hours: number | null
  readonly ruleOfThumb: boolean
  readonly loss: 'full' | 'chunked' | 'fused'
  readonly flashAttention: boolean
  readonly sequenceParallel: boolean
  readonly spotInterruptionsPerHour: number | null
  readonly checkpointBytesPerSecond: number | null
  readonly headroom: number | 'p95'
  readonly objective: 'cost' | 'time' | 'gpus' | 'energy'
  readonly methods: readonly TrainingMethod[]
  readonly loraRanks: readonly number[]
  readonly loraTargets: readonly LoraTarget[]
  readonly optimizers: readonly Optimizer[]
  readonly zeroStages: readonly (0 | 1 | 2 | 3)[]
  readonly offloads: readonly Offload[]
  readonly checkpointings: readonly ActivationCheckpointing[]
  readonly microBatches: readonly number[]
  readonly tensorParallel: readonly number[]
  readonly pipelineParallel: readonly number[]
  readonly virtualPipeline: readonly number[]
  readonly contextParallel: readonly number[]
  readonly expertParallel: readonly number[]
  readonly maxGpus: number
  readonly rented: readonly Rented[]
}

const ALL_LINEAR: readonly LoraTarget[] = ['q', 'k', 'v', 'o', 'gate', 'up', 'down', 'other']

/**
 * What a scenario means. Each default stands in the assumptions of a result that used it: the recipe `common`, one epoch, 4,096 tokens
 * (or all positions of a model with fewer), 64 sequences a step, full training with AdamW, LoRA of rank 16 on all linear layers, every
 * ZeRO stage, offload and recomputation, micro-batches to 32, tensor parallelism to 8, pipelines to 16, 64 GPUs, 5 % headroom.
 */
export function wantedOf(wish: TrainWish, catalog: Catalog, asOf: string): Wanted {
  const { data, search = {}, prices = {} } = wish
  const trainer = catalog.trainers.get(wish.trainer ?? 'common')
  if (trainer === undefined) throw new Error(`no trainer ${wish.trainer}`)
  const model = modelFacts(wish.model, catalog)
  const tokens =
    data.tokens !== undefined
      ? amountOf(data.tokens)
      : amountOf(data.examples ?? Number.NaN) * amountOf(data.tokens_per_example ?? Number.NaN)
  return {
    model,
    trainer,
    tokens: tokens * (data.epochs ?? 1),
    sequenceLength: wish.sequence_length ?? Math.min(4096, model.longestSequence),
    globalBatch: wish.global_batch ?? 64,
    deadlineHours: wish.deadline === undefined ? Number.POSITIVE_INFINITY : hoursUntil(wish.deadline, asOf),
    budget: wish.budget === undefined ? Number.POSITIVE_INFINITY : dollarsOf(wish.budget),
    hours: wish.hours ?? null,
    ruleOfThumb: wish.memory_model === 'rule-of-thumb',
    loss: wish.loss ?? trainer.loss.default,
    flashAttention: wish.flash_attention ?? true,
    // Trainers on FSDP2 and Megatron divide the norms over tensor-parallel ranks too, others do not.
    sequenceParallel: wish.sequence_parallel ?? ['fsdp2', 'megatron'].includes(trainer.sharding),
    spotInterruptionsPerHour: wish.spot_interruptions_per_hour ?? null,
    checkpointBytesPerSecond: wish.checkpoint_gb_per_second === undefined ? null : wish.checkpoint_gb_per_second * 1e9,
    headroom: wish.headroom === 'p95' ? 'p95' : amountOf(wish.headroom ?? '5%'),
    objective: wish.objective ?? 'cost',
    methods: distinct(search.method ?? ['full']),
    loraRanks: distinct(search.lora?.rank ?? [16]),
    loraTargets: targetsOf(search.lora?.targets ?? 'all-linear'),
    optimizers: distinct(search.optimizer ?? ['adamw']),
    zeroStages: distinct(search.zero_stage ?? [0, 1, 2, 3]),
    offloads: distinct(search.offload ?? ['none', 'optimizer', 'parameters']),
    checkpointings: distinct(search.activation_checkpointing ?? ['none', 'selective', 'full']),
    microBatches: distinct(search.micro_batch ?? [1, 2, 4, 8, 16, 32]),
    tensorParallel: distinct(search.tensor_parallel ?? [1, 2, 4, 8]),
    pipelineParallel: distinct(search.pipeline_parallel ?? [1, 2, 4, 8, 16]),
    virtualPipeline: distinct(search.virtual_pipeline ?? [1]),
    contextParallel: distinct(search.context_parallel ?? [1]),
    expertParallel: distinct(search.expert_parallel ?? [1]),
    maxGpus: search.max_gpus ?? 64,
    rented: rentable(catalog, { ...search, pricing: distinct(search.pricing ?? ['on-demand']) }, prices, asOf),
  }
}

/** A value that a list repeats is one choice. */
function distinct<T>(list: readonly T[]): T[] {
  return [...new Set(list)]
}

function targetsOf(targets: NonNullable<NonNullable<TrainWish['search']>['lora']>['targets']): LoraTarget[] {
  if (targets === 'attention') return ['q', 'k', 'v', 'o']
  if (targets === undefined || targets === 'all-linear') return [...ALL_LINEAR]
  return targets.map((name) => name.replace('_proj', '') as LoraTarget)
}

/** `500`, `"$500"`, `"2k"`. */
function dollarsOf(written: number | string): number {
  return amountOf(typeof written === 'number' ? written : written.replace('$', ''))
}

/** Hours of `72h`, `3d` or `1d12h`; to the end of a day such as `2026-11-25` they count from the start of the day of the plan (UTC). */
function hoursUntil(deadline: string, asOf: string): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(deadline)) {
    const days = (Date.parse(deadline) - Date.parse(asOf)) / 86_400_000 + 1
    return days * 24
  }
  let hours = 0
  for (const [, amount, unit] of deadline.matchAll(/([\d.]+)([hd])/g)) hours += Number(amount) * (unit === 'd' ? 24 : 1)
  return hours
}
