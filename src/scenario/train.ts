import { z } from 'zod'
import type { LoraTarget } from '../model/tensors.ts'
import { ACTIVATION_CHECKPOINTING } from '../training/configuration.ts'
import { commonKeys, hardwareSearch } from './common.ts'
import { degree, domain, name, quantity, shown } from './fields.ts'
import { deadline, money } from './train-fields.ts'

/** Tokens of all passes: beyond any run that can be meant, and still so few that steps are counted exactly, be each of one token. */
export const MAX_TOKENS = 1e15

export const trainObjectives = ['cost', 'time', 'gpus', 'energy'] as const
export type TrainObjective = (typeof trainObjectives)[number]
const serveObjectives: readonly unknown[] = ['cost_per_token', 'latency']

const objective = z
  .enum(trainObjectives, {
    error: (issue) =>
      serveObjectives.includes(issue.input)
        ? `${shown(issue.input)} is an objective of serving; a training plan has least ${trainObjectives.join(', ')}`
        : undefined,
  })
  .meta({ description: 'What the best plan has least of' })

const data = z
  .strictObject({
    tokens: quantity('Tokens of one pass over the data', { aboveMin: true, max: MAX_TOKENS }).optional(),
    examples: quantity('Examples of one pass over the data', { aboveMin: true, max: MAX_TOKENS }).optional(),
    tokens_per_example: quantity('Mean tokens of an example', { aboveMin: true, max: 100e6 }).optional(),
    epochs: quantity('Passes over the data', { aboveMin: true, max: 10_000 }).optional(),
  })
  .meta({ description: 'The training data: tokens, or examples and tokens_per_example' })

/** Projections as target lists name them, with or without the suffix that Hugging Face models give them. */
const projections = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const satisfies readonly LoraTarget[]
const projectionNames = [...projections, ...projections.map((each) => `${each}_proj` as const), 'other'] as const
const projection = z.enum(projectionNames).transform((given) => given.replace(/_proj$/, '') as LoraTarget)

const lora = z
  .strictObject({
    rank: domain(quantity('Rank', { min: 1, max: 8192, whole: true }), 'Ranks of the adapters').optional(),
    targets: z
      .union([z.enum(['all-linear', 'attention']), domain(projection, 'Projections: q_proj, k_proj, ...')])
      .meta({ description: 'Where adapters sit: all-linear, attention, or a list of projections' })
      .optional(),
  })
  .meta({ description: 'Adapters of the methods lora and qlora' })

const search = z
  .strictObject({
    method: domain(
      z.enum(['full', 'lora', 'qlora']),
      'full fine-tuning, LoRA on 16-bit weights, QLoRA on NF4 weights',
    ).optional(),
    lora: lora.optional(),
    optimizer: domain(
      z.enum(['adamw', 'adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon']),
      'Optimizers',
    ).optional(),
    zero_stage: domain(
      z.literal([0, 1, 2, 3]),
      'ZeRO stages, or the FSDP strategies that divide the same: 3 = full shard',
    ).optional(),
    offload: domain(z.enum(['none', 'optimizer', 'parameters']), 'What is kept in host memory').optional(),
    activation_checkpointing: domain(
      z.enum(ACTIVATION_CHECKPOINTING),
      'How much of the forward pass is recomputed',
    ).optional(),
    micro_batch: domain(degree(), 'Sequences of one micro-step on one data-parallel rank').optional(),
    tensor_parallel: domain(degree(), 'Tensor-parallel degrees').optional(),
    pipeline_parallel: domain(degree(), 'Pipeline-parallel degrees').optional(),
    virtual_pipeline: domain(degree(), 'Chunks of layers per pipeline stage; 1 = not interleaved').optional(),
    context_parallel: domain(degree(), 'Context-parallel degrees').optional(),
    expert_parallel: domain(degree(), 'Expert-parallel degrees').optional(),
    ...hardwareSearch,
  })
  .meta({ description: 'Every list narrows the space; absent = the documented default' })

export const trainSchema = z
  .strictObject({
    kind: z.literal('train').meta({ description: 'Plan training or fine-tuning' }),
    ...commonKeys,
    objective: objective.optional(),
    data,
    sequence_length: quantity('Tokens of a training sequence', { min: 1, max: 100e6, whole: true }).optional(),
    global_batch: quantity('Sequences of an optimizer step', { min: 1, max: 1e9, whole: true }).optional(),
    deadline: deadline('When the run must be done: 72h, 3d, or a date such as 2027-03-31').optional(),
    budget: money('Most that the run may cost, US dollars').optional(),
    trainer: name('Training framework, by catalog id; the common recipe without it').optional(),
    memory_model: z
      .enum(['architecture', 'rule-of-thumb'])
      .meta({ description: 'How memory is computed: from the architecture, or by rules of thumb' })
      .optional(),
    hours: quantity('The run takes this long, as measured or quoted: time is not computed', {
      aboveMin: true,
      max: 1e6,
      unit: 'hours',
    }).optional(),
    loss: z
      .enum(['full', 'chunked', 'fused'])
      .meta({ description: 'Cross-entropy over all logits at once, in chunks, or fused with the output head' })
      .optional(),
    flash_attention: z.boolean().meta({ description: 'Attention without stored scores' }).optional(),
    sequence_parallel: z
      .boolean()
      .meta({ description: 'Norms and dropout divided over tensor-parallel ranks (Megatron sequence parallelism)' })
      .optional(),
    spot_interruptions_per_hour: quantity('Interruptions of one spot instance an hour, where you know better', {
      max: 100,
    }).optional(),
    checkpoint_gb_per_second: quantity('Rate at which checkpoints are written, all nodes together', {
      aboveMin: true,
      max: 1e6,
      unit: 'GB/s',
    }).optional(),
    search: search.optional(),
  })
  .meta({ id: 'train' })

type Written = z.infer<typeof trainSchema>

/** A training scenario as written: numbers read, defaults not filled in, the deadline counted from the day of the plan. */
export type TrainScenario = Omit<Written, 'deadline'> & {
  deadline?: ResolvedDeadline
}
export type WrittenTrainScenario = Written
export type TrainData = Written['data']
export type TrainSearch = NonNullable<Written['search']>
export type LoraTargets = NonNullable<NonNullable<TrainSearch['lora']>['targets']>

/** Seconds that a run may take; `until` where the scenario names a moment of the calendar (ISO 8601, UTC). */
export interface ResolvedDeadline {
  seconds: number
  until?: string
}
