import { type Catalog, find } from '../catalog/catalog.ts'
import type { Pricing } from '../catalog/offer.ts'
import type { Trainer } from '../catalog/trainer.ts'
import {
  ACTIVATION_CHECKPOINTING,
  type ActivationCheckpointing,
  type Offload,
  type Optimizer,
  type TrainingMethod,
} from '../training/configuration.ts'
import { count, percent } from '../units.ts'
import { assuming, type CompletePrices, completePrices } from './assume.ts'
import type { Headroom } from './common.ts'
import { serveDefaults } from './defaults.ts'
import type { LoraTargets, ResolvedDeadline, TrainObjective, TrainScenario, TrainSearch } from './train.ts'

/** The documented values for keys that a training scenario leaves out; each one used is listed in the result. */
export const trainDefaults = {
  trainer: 'common',
  epochs: 1,
  sequenceLength: 4096,
  globalBatch: 64,
  loraRank: 16,
  loraTargets: 'all-linear',
  method: ['full'],
  optimizer: ['adamw'],
  zeroStage: [0, 1, 2, 3],
  offload: ['none', 'optimizer', 'parameters'],
  activationCheckpointing: [...ACTIVATION_CHECKPOINTING],
  microBatch: [1, 2, 4, 8, 16, 32],
  tensorParallel: [1, 2, 4, 8],
  pipelineParallel: [1, 2, 4, 8, 16],
  virtualPipeline: [1],
  contextParallel: [1],
  expertParallel: [1],
  memoryModel: 'architecture',
  headroom: serveDefaults.headroom,
  pricing: serveDefaults.pricing,
  minConfidence: serveDefaults.minConfidence,
  maxAgeDays: serveDefaults.maxAgeDays,
  maxGpus: serveDefaults.maxGpus,
  objective: 'cost',
} as const

export interface CompleteTrainSearch
  extends Pick<TrainSearch, 'gpus' | 'exclude_gpus' | 'providers' | 'exclude_providers'> {
  method: TrainingMethod[]
  lora: { rank: number[]; targets: LoraTargets }
  optimizer: Optimizer[]
  zero_stage: (0 | 1 | 2 | 3)[]
  offload: Offload[]
  activation_checkpointing: ActivationCheckpointing[]
  micro_batch: number[]
  tensor_parallel: number[]
  pipeline_parallel: number[]
  virtual_pipeline: number[]
  context_parallel: number[]
  expert_parallel: number[]
  pricing: Pricing[]
  max_gpus: number
}

/** A training scenario with nothing left open. Same names as in the file; absent limits and hardware lists stay absent. */
export interface CompleteTrainScenario {
  kind: 'train'
  name: string
  description?: string
  /** An id of the model catalog, or what is known of a model outside it. */
  model: TrainScenario['model']
  data: {
    /** Tokens of one pass: as given, or examples x tokens_per_example. */
    tokens: number
    epochs: number
    /** tokens x epochs: what the run reads. */
    total_tokens: number
    examples?: number
    tokens_per_example?: number
  }
  sequence_length: number
  /** Sequences of one optimizer step. */
  global_batch: number
  /** Absent: no deadline. */
  deadline?: ResolvedDeadline
  /** US dollars; absent: no limit. */
  budget?: number
  /** An id of the trainer catalog; `common` where the scenario names none. */
  trainer: string
  memory_model: 'architecture' | 'rule-of-thumb'
  /** Wall-clock hours of the run as measured or quoted; absent: computed. */
  hours?: number
  loss: 'full' | 'chunked' | 'fused'
  flash_attention: boolean
  sequence_parallel: boolean
  /** Interruptions of one spot instance an hour; absent: the catalog's rate. */
  spot_interruptions_per_hour?: number
  /** Decimal GB a second, all nodes together; absent: the catalog's rate. */
  checkpoint_gb_per_second?: number
  search: CompleteTrainSearch
  objective: TrainObjective
  prices: CompletePrices
  headroom: Headroom
}

export interface CompletedTrain {
  scenario: CompleteTrainScenario
  /** One sentence for each default used, in the order of this file. */
  assumptions: string[]
}

/**
 * Fills in the defaults and says which. `fallbackName` names the scenario where it has no `name` (its file name). The catalog
 * supplies what depends on the model (longest sequence) and the trainer (loss, states).
 */
export function applyTrainDefaults(scenario: TrainScenario, fallbackName: string, catalog: Catalog): CompletedTrain {
  const assumptions: string[] = []
  const orAssume = assuming(assumptions)
  const { data } = scenario
  const d = trainDefaults
  const trainerId = scenario.trainer ?? d.trainer
  const trainer = find(catalog, 'trainers', trainerId)
  if (scenario.trainer === undefined) assumptions.push(`trainer: ${trainer?.name ?? d.trainer}`)
  const epochs = orAssume(data.epochs, d.epochs, 'epochs: 1, one pass over the data')
  const tokens = data.tokens ?? (data.examples ?? 0) * (data.tokens_per_example ?? 0)
  const sequenceLength = scenario.sequence_length ?? defaultSequenceLength(scenario, catalog)
  if (scenario.sequence_length === undefined)
    assumptions.push(`sequence length: ${count(sequenceLength)} tokens, filled by packing`)
  const globalBatch = orAssume(
    scenario.global_batch,
    d.globalBatch,
    `global batch: ${d.globalBatch} sequences an optimizer step`,
  )
  if (scenario.deadline === undefined) assumptions.push('deadline: none')
  else if (scenario.deadline.until !== undefined)
    assumptions.push(
      `deadline: ${scenario.deadline.until}, ${count(scenario.deadline.seconds / 3600)} hours after the start of the day from which prices are judged`,
    )
  if (scenario.budget === undefined) assumptions.push('budget: no limit')
  if (scenario.hours !== undefined)
    assumptions.push(`hours: ${count(scenario.hours)}, as the scenario states; not computed`)
  const loss = orAssume(
    scenario.loss,
    trainer?.loss.default ?? 'full',
    `loss: ${trainer?.loss.default ?? 'full'} logits, as the trainer does by default`,
  )
  const flashAttention = orAssume(scenario.flash_attention, true, 'attention: flash attention, scores are not stored')
  const search = completeSearch(scenario.search ?? {}, trainer, assumptions)
  const sequenceParallel = scenario.sequence_parallel ?? dividesNorms(trainer)
  if (scenario.sequence_parallel === undefined && search.tensor_parallel.some((degree) => degree > 1)) {
    assumptions.push(
      `sequence parallelism: ${sequenceParallel ? 'on' : 'off'} beside tensor parallelism, as the trainer does`,
    )
  }
  const headroom = orAssume<Headroom>(
    scenario.headroom,
    d.headroom,
    `headroom: ${percent(d.headroom)} of each GPU kept free`,
  )
  const memoryModel = orAssume(scenario.memory_model, d.memoryModel, 'memory model: computed from the architecture')
  const prices = completePrices(scenario.prices ?? {}, d, orAssume)
  const objective = orAssume(scenario.objective, d.objective, `objective: least ${d.objective}`)
  return {
    assumptions,
    scenario: {
      kind: 'train',
      name: scenario.name ?? fallbackName,
      ...(scenario.description === undefined ? {} : { description: scenario.description }),
      model: scenario.model,
      data: {
        tokens,
        epochs,
        total_tokens: tokens * epochs,
        ...(data.examples === undefined ? {} : { examples: data.examples }),
        ...(data.tokens_per_example === undefined ? {} : { tokens_per_example: data.tokens_per_example }),
      },
      sequence_length: sequenceLength,
      global_batch: globalBatch,
      ...(scenario.deadline === undefined ? {} : { deadline: scenario.deadline }),
      ...(scenario.budget === undefined ? {} : { budget: scenario.budget }),
      trainer: trainerId,
      memory_model: memoryModel,
      ...(scenario.hours === undefined ? {} : { hours: scenario.hours }),
      loss,
      flash_attention: flashAttention,
      sequence_parallel: sequenceParallel,
      ...(scenario.spot_interruptions_per_hour === undefined
        ? {}
        : { spot_interruptions_per_hour: scenario.spot_interruptions_per_hour }),
      ...(scenario.checkpoint_gb_per_second === undefined
        ? {}
        : { checkpoint_gb_per_second: scenario.checkpoint_gb_per_second }),
      search,
      objective,
      prices,
      headroom,
    },
  }
}

/** The default length, or all positions that the model has where those are fewer. */
function defaultSequenceLength({ model }: TrainScenario, catalog: Catalog): number {
  const entry = typeof model === 'string' ? find(catalog, 'models', model) : undefined
  const longest = entry?.architecture?.max_positions ?? trainDefaults.sequenceLength
  return Math.min(trainDefaults.sequenceLength, longest)
}

/** DTensor plans of FSDP2 trainers and Megatron divide norms too; DeepSpeed's automatic tensor parallelism does not. */
export function dividesNorms(trainer: Trainer | undefined): boolean {
  return trainer?.sharding === 'megatron' || trainer?.sharding === 'fsdp2'
}

function completeSearch(search: TrainSearch, trainer: Trainer | undefined, assumptions: string[]): CompleteTrainSearch {
  const d = trainDefaults
  const list = <T extends string | number>(given: T[] | undefined, values: readonly T[], what: string): T[] => {
    if (given !== undefined) return given
    assumptions.push(`${what}: ${values.join(', ')}`)
    return [...values]
  }
  const method = list<TrainingMethod>(search.method, d.method, 'method')
  if (method.includes('full') && trainer !== undefined) {
    const { weights, gradients, master, adam } = trainer.states
    assumptions.push(
      `states of full training: weights ${weights}, gradients ${gradients}, fp32 master weights ${master}, Adam moments ${adam} bytes a parameter`,
    )
  }
  const adapters = method.some((each) => each !== 'full')
  const loraRank = search.lora?.rank ?? [d.loraRank]
  const loraTargets = search.lora?.targets ?? d.loraTargets
  if (adapters && search.lora?.rank === undefined) assumptions.push(`LoRA rank: ${d.loraRank}`)
  if (adapters && search.lora?.targets === undefined) assumptions.push('LoRA targets: all linear projections')
  const maxGpus = search.max_gpus ?? d.maxGpus
  const { gpus, exclude_gpus, providers, exclude_providers } = search
  const complete: CompleteTrainSearch = {
    ...(gpus === undefined ? {} : { gpus }),
    ...(exclude_gpus === undefined ? {} : { exclude_gpus }),
    ...(providers === undefined ? {} : { providers }),
    ...(exclude_providers === undefined ? {} : { exclude_providers }),
    method,
    lora: { rank: loraRank, targets: loraTargets },
    optimizer: list<Optimizer>(search.optimizer, d.optimizer, 'optimizer'),
    zero_stage: list<0 | 1 | 2 | 3>(search.zero_stage, d.zeroStage, 'ZeRO stages'),
    offload: list<Offload>(search.offload, d.offload, 'offload'),
    activation_checkpointing: list<ActivationCheckpointing>(
      search.activation_checkpointing,
      d.activationCheckpointing,
      'activation checkpointing',
    ),
    micro_batch: list<number>(search.micro_batch, d.microBatch, 'micro-batch'),
    tensor_parallel: list<number>(search.tensor_parallel, d.tensorParallel, 'tensor parallelism'),
    pipeline_parallel: list<number>(search.pipeline_parallel, d.pipelineParallel, 'pipeline parallelism'),
    virtual_pipeline: search.virtual_pipeline ?? [...d.virtualPipeline],
    context_parallel: list<number>(search.context_parallel, d.contextParallel, 'context parallelism'),
    expert_parallel: list<number>(search.expert_parallel, d.expertParallel, 'expert parallelism'),
    pricing: list<Pricing>(search.pricing, d.pricing, 'pricing'),
    max_gpus: maxGpus,
  }
  if (search.max_gpus === undefined) assumptions.push(`GPUs: at most ${d.maxGpus}`)
  return complete
}
