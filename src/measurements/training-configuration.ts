import type { Trainer } from '../catalog/trainer.ts'
import type { TrainingMemoryPhysics } from '../catalog/training-memory.ts'
import type { TrainingLoad } from '../memory/training.ts'
import type { ModelTensors } from '../model/tensors.ts'
import type { TimedConfiguration } from '../performance/training/input.ts'
import { assuming } from '../scenario/assume.ts'
import { dividesNorms, trainDefaults } from '../scenario/train-defaults.ts'
import type { LossImplementation, Optimizer } from '../training/configuration.ts'
import type { TrainingRecord } from './record.ts'
import { recordLora } from './training-adapters.ts'

/** A record as the laws of memory and time take it. */
export interface RecordedConfiguration {
  readonly configuration: TimedConfiguration
  readonly load: TrainingLoad
  readonly assumed: readonly string[]
}

/** What decides how a record is read beside the record itself. */
export interface ReadingContext {
  readonly tensors: ModelTensors
  readonly trainer: Trainer
  readonly physics: TrainingMemoryPhysics
}

const STAGES = { none: 0, zero1: 1, zero2: 2, zero3: 3 } as const
type Sharding = keyof typeof STAGES
/** Pipeline schedules that keep as many micro-batches as 1F1B; the others have laws of their own. */
const SCHEDULES = ['1f1b', 'interleaved-1f1b']
/** Chunks a stage of an interleaved schedule that states none: the fewest there are. */
const FEWEST_CHUNKS = 2

/**
 * Reads a record's configuration; what it leaves open takes the default of its trainer and is listed.
 * @returns a reason where the laws cannot express it.
 */
export function recordConfiguration(
  { configuration: c, gpus }: TrainingRecord,
  context: ReadingContext,
): RecordedConfiguration | { skipped: string } {
  const { tensors, trainer, physics } = context
  const assumed: string[] = []
  const orAssume = assuming(assumed)
  const tensorParallel = c.tensor_parallel ?? 1
  const pipelineParallel = c.pipeline_parallel ?? 1
  const contextParallel = c.context_parallel ?? 1
  const degrees = tensorParallel * pipelineParallel * contextParallel
  const dataParallel = gpus / degrees
  if (!Number.isInteger(dataParallel)) {
    return { skipped: `${gpus} GPUs are no multiple of tensor x pipeline x context parallelism = ${degrees}` }
  }
  if (pipelineParallel > tensors.layerCount) {
    return { skipped: `${pipelineParallel} pipeline stages for ${tensors.layerCount} layers` }
  }
  const expertParallel = c.expert_parallel ?? 1
  if (expertParallel > gpus / pipelineParallel) {
    return { skipped: `experts over ${expertParallel} ranks, more than a pipeline stage has` }
  }
  const schedule = c.pipeline_schedule
  if (schedule !== undefined && !SCHEDULES.includes(schedule)) {
    return { skipped: `the pipeline schedule ${schedule} is not modelled` }
  }
  const ranks = dataParallel * contextParallel
  const shardDegree = c.shard_degree ?? ranks
  if (ranks % shardDegree !== 0) {
    return { skipped: `${ranks} data-parallel ranks are not divided by a shard degree of ${shardDegree}` }
  }
  const microBatch = orAssume(c.micro_batch, 1, 'micro-batch: 1')
  const usualLength = Math.min(trainDefaults.sequenceLength, tensors.architecture.max_positions)
  const sequenceLength = orAssume(c.sequence_length, usualLength, `sequences of ${usualLength} tokens`)
  const optimizer = optimizerOf(c, physics)
  if (typeof optimizer !== 'string') return optimizer
  if (c.optimizer === undefined && c.optimizer_paged !== true) assumed.push(`optimizer: ${optimizer}`)
  const lora = recordLora(c, context, orAssume)
  if (lora !== null && 'skipped' in lora) return lora
  const base = quantizedBaseOf(c, physics)
  if (base !== undefined && typeof base !== 'string') return base
  const checkpointing = orAssume(c.activation_checkpointing, 'none', 'activation checkpointing: none')
  if (c.activation_offload === true && checkpointing !== 'full') {
    return { skipped: 'offloading activations without recomputing whole layers is not modelled' }
  }

  const alone = ranks === 1 && (c.offload ?? 'none') === 'none'
  const sharding = alone ? (c.sharding ?? 'none') : orAssume(c.sharding, ...usualSharding(c, trainer))
  const divides = dividesNorms(trainer)
  const sequenceParallel =
    tensorParallel === 1
      ? (c.sequence_parallel ?? false)
      : orAssume(c.sequence_parallel, divides, `sequence parallelism: ${divides ? 'on' : 'off'}`)
  const usualLoss = trainer.loss.default
  const loss = orAssume(c.loss, usualLoss, `loss: ${usualLoss} logits, as the trainer does by default`)
  const configuration: TimedConfiguration = {
    method: c.method,
    optimizer,
    zeroStage: STAGES[sharding],
    offload: c.offload ?? 'none',
    activationCheckpointing: checkpointing,
    sequenceLength,
    dataParallel,
    tensorParallel,
    pipelineParallel,
    virtualPipeline: c.virtual_pipeline ?? (schedule === 'interleaved-1f1b' ? FEWEST_CHUNKS : 1),
    contextParallel,
    expertParallel,
    shardDegree,
    sequenceParallel,
    flashAttention: orAssume(c.flash_attention, true, 'attention: flash attention, scores are not stored'),
    compile: c.compile ?? trainer.activations === 'compiled',
    loss: lossOf(loss, trainer),
    lora,
    doubleQuantization: c.double_quant ?? false,
    optimizerInBackward: c.optimizer_in_backward ?? false,
    ...(base === undefined ? {} : { quantizedBase: base }),
  }
  const gradientAccumulation = orAssume(c.gradient_accumulation, 1, 'gradient accumulation: 1')
  if (c.mtp === true) assumed.push('multi-token prediction: its module is not counted')
  return { configuration, load: { microBatch, gradientAccumulation }, assumed }
}

type Configuration = TrainingRecord['configuration']

/** Paged optimizers keep their states in unified memory, whatever their width. */
function optimizerOf(c: Configuration, physics: TrainingMemoryPhysics): Optimizer | { skipped: string } {
  const named = (c.optimizer ?? 'adamw').toLowerCase().replaceAll('_', '-')
  const id = c.optimizer_paged === true && !named.startsWith('paged-') ? 'paged-adamw-8bit' : named
  return isOptimizer(id, physics) ? id : { skipped: `no optimizer ${JSON.stringify(c.optimizer)} in the catalog` }
}

function isOptimizer(id: string, physics: TrainingMemoryPhysics): id is Optimizer {
  return Object.hasOwn(physics.optimizers, id)
}

/** Format of a frozen base: undefined for 16 bit, and for NF4, whose scales `double_quant` describes. */
function quantizedBaseOf(
  { method, precision }: Configuration,
  physics: TrainingMemoryPhysics,
): string | undefined | { skipped: string } {
  const stored = precision?.weights
  if (method === 'full' || stored === undefined) return undefined
  if (method === 'lora') {
    const is16Bit = stored === 'bf16' || stored === 'fp16'
    return is16Bit ? undefined : { skipped: `LoRA on a frozen base in ${stored} is not modelled` }
  }
  if (stored === 'nf4' || stored === 'fp4') return undefined
  return Object.hasOwn(physics.quantised_bases, stored)
    ? stored
    : { skipped: `no memory constants for a base in ${stored}` }
}

/** Sharding of a run that states none, with its sentence: parameters in host memory need ZeRO-3, else what the trainer is for. */
function usualSharding({ offload }: Configuration, { sharding }: Trainer): [Sharding, string] {
  if (offload === 'parameters') return ['zero3', 'sharding: ZeRO-3, which offloading parameters needs']
  if (sharding === 'fsdp1' || sharding === 'fsdp2') return ['zero3', 'sharding: full, as the trainer does']
  if (sharding === 'megatron') return ['zero1', 'sharding: the distributed optimizer']
  return offload === 'optimizer'
    ? ['zero1', 'sharding: ZeRO-1, which offloading the optimizer needs']
    : ['none', 'sharding: none']
}

function lossOf(loss: LossImplementation, trainer: Trainer): LossImplementation {
  return loss === 'chunked' && trainer.loss.chunks_keep_logits === true ? 'full' : loss
}
