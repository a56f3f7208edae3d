import { z } from 'zod'
import type { EstimateInput } from '../../planners/serve/estimate.ts'
import type { TrainEstimateInput } from '../../planners/train/estimate.ts'
import { degree, name, quantity, share, shareOr, versionText } from '../scenario/fields.ts'
import { ACTIVATION_CHECKPOINTING } from '../training/configuration.ts'

/** Keys that configurations of serving and training share; those of scenarios where scenarios have them. */
const commonKeys = {
  model: name('Model, by catalog id'),
  gpu: name('GPU, by catalog id'),
  gpus: quantity('GPUs in all; replicas or data parallelism fill what the other degrees leave', {
    min: 1,
    whole: true,
  }).optional(),
  tensor_parallel: degree().optional(),
  pipeline_parallel: degree().optional(),
  expert_parallel: degree().optional(),
  headroom: shareOr('p95', 'Share of the GPU kept free beyond everything counted (5%), or p95').optional(),
}

const whole = (description: string) => quantity(description, { min: 1, whole: true }).optional()

export const servingConfigurationSchema = z.strictObject({
  ...commonKeys,
  quantization: name("Weight format (the model's own)").optional(),
  kv_cache: name('KV-cache format (bf16)').optional(),
  context: whole('Longest sequence, input and output together, tokens'),
  concurrency: whole('Sequences that a replica holds at once'),
  input_tokens: whole('Mean input of a request, tokens'),
  output_tokens: whole('Mean output of a request, tokens'),
  engine: name('vllm, sglang, tensorrt-llm or llama.cpp').optional(),
  engine_version: versionText('Release of the engine (the newest known)').optional(),
  utilization: share('Share of the GPU that the engine may use', { aboveMin: true }).optional(),
  max_batched_tokens: whole('Tokens of one engine step at most'),
  max_sequences: whole("Sequences the engine's own buffers are sized for"),
  memory_model: z.enum(['architecture', 'rule-of-thumb']).optional(),
})

export const trainingConfigurationSchema = z.strictObject({
  ...commonKeys,
  method: z.enum(['full', 'lora', 'qlora']),
  optimizer: z.enum(['adamw', 'adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon']).optional(),
  zero_stage: z.literal([0, 1, 2, 3]).optional(),
  offload: z.enum(['none', 'optimizer', 'parameters']).optional(),
  micro_batch: whole('Sequences of one micro-step on one rank (1)'),
  gradient_accumulation: whole('Micro-steps of an optimizer step (1)'),
  sequence_length: whole('Tokens of a sequence'),
  activation_checkpointing: z.enum(ACTIVATION_CHECKPOINTING).optional(),
  lora_rank: whole('Rank of the adapters (16)'),
  lora_targets: z.enum(['all-linear', 'attention']).optional(),
  context_parallel: degree().optional(),
  trainer: name('Framework, by catalog id (the common recipe)').optional(),
})

/** One configuration of serving. Sizes in tokens, shares as 0.9 or '90%', counts as 8192 or '8k'. */
export type ServingConfiguration = z.input<typeof servingConfigurationSchema>
/** One configuration of training: `method` makes it one. */
export type TrainingConfiguration = z.input<typeof trainingConfigurationSchema>

/** What the planner is asked for beside the configuration. */
interface Asked {
  readonly explain: boolean
  readonly asOf: string
}

/** What configurations of both kinds say alike; what it returns is inferred, as the two inputs share no type. */
function commonInput(given: z.output<z.ZodObject<typeof commonKeys>>) {
  return {
    model: given.model,
    gpu: given.gpu,
    gpus: given.gpus,
    tensorParallel: given.tensor_parallel,
    pipelineParallel: given.pipeline_parallel,
    expertParallel: given.expert_parallel,
    headroom: given.headroom,
  }
}

export function servingInput(given: z.output<typeof servingConfigurationSchema>, asked: Asked): EstimateInput {
  return {
    ...asked,
    ...commonInput(given),
    quantization: given.quantization,
    kvCache: given.kv_cache,
    context: given.context,
    concurrency: given.concurrency,
    inputTokens: given.input_tokens,
    outputTokens: given.output_tokens,
    engine: given.engine,
    engineVersion: given.engine_version,
    utilization: given.utilization,
    maxBatchedTokens: given.max_batched_tokens,
    maxSequences: given.max_sequences,
    memoryModel: given.memory_model,
  }
}

export function trainingInput(given: z.output<typeof trainingConfigurationSchema>, asked: Asked): TrainEstimateInput {
  return {
    ...asked,
    ...commonInput(given),
    method: given.method,
    optimizer: given.optimizer,
    zeroStage: given.zero_stage,
    offload: given.offload,
    microBatch: given.micro_batch,
    gradientAccumulation: given.gradient_accumulation,
    sequenceLength: given.sequence_length,
    activationCheckpointing: given.activation_checkpointing,
    loraRank: given.lora_rank,
    loraTargets: given.lora_targets,
    contextParallel: given.context_parallel,
    trainer: given.trainer,
  }
}
