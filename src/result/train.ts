import { z } from 'zod'
import { planAccuracySchema } from './accuracy.ts'
import {
  amount,
  confidenceSchema,
  costSchema,
  derivationSchema,
  finite,
  memoryTermSchema,
  placementSchema,
  planModelSchema,
  resultOf,
  targetSchema,
} from './plan.ts'

const degree = z.int().positive()

export const trainConfigurationSchema = z
  .strictObject({
    trainer: z.string(),
    method: z.enum(['full', 'lora', 'qlora']),
    quantization: z.string().describe('Format of the weights that the forward pass reads: bf16, or nf4 for QLoRA'),
    optimizer: z.string(),
    zero_stage: z.int().min(0).max(3),
    offload: z.enum(['none', 'optimizer', 'parameters']),
    activation_checkpointing: z.enum(['none', 'selective', 'full']),
    micro_batch: degree.describe('Sequences of one forward pass of a GPU'),
    gradient_accumulation: degree.describe('Forward passes of an optimizer step'),
    data_parallel: degree,
    tensor_parallel: degree,
    pipeline_parallel: degree,
    virtual_pipeline: degree.describe('Chunks of layers per pipeline stage; 1 = not interleaved'),
    context_parallel: degree,
    expert_parallel: degree,
    lora_rank: degree.nullable().describe('Null for full training'),
    lora_targets: z.array(z.string()).nullable(),
    sequence_length: degree.describe('Tokens'),
    global_batch: degree.describe('Sequences of one optimizer step: micro-batch x accumulation x data parallel'),
    loss: z.enum(['full', 'chunked', 'fused']),
    flash_attention: z.boolean().describe('Attention without stored scores; absent: yes').optional(),
    sequence_parallel: z
      .boolean()
      .describe('Norms and dropout divided over tensor-parallel ranks; absent: as the trainer does')
      .optional(),
  })
  .meta({ id: 'train_configuration', title: 'Configuration of a training run' })
export type TrainConfiguration = z.infer<typeof trainConfigurationSchema>

export const trainPerformanceSchema = z
  .strictObject({
    tokens_per_second: amount.describe('Tokens a second, all GPUs together'),
    step_seconds: amount.describe('Seconds of an optimizer step'),
    hours: amount.describe(
      'Hours of wall clock of the run: computing, checkpoints, and what failures and interruptions cost',
    ),
    compute_hours: amount.describe('The hours of it that compute'),
    lost_share: amount.describe('Share of the wall clock lost to checkpoints, failures and interruptions'),
    checkpoint_minutes: amount.describe('Minutes between checkpoints (Young/Daly)'),
    steps: degree.describe('Optimizer steps of the run'),
    tokens: amount.describe('Tokens of the run, all epochs'),
    model_flops_utilization: amount.describe('Model FLOPs (without recomputation) over the peak of all GPUs'),
    pipeline_bubble: amount.describe('Share of a step in which pipeline stages wait for each other'),
    derivation: derivationSchema.optional(),
  })
  .meta({ id: 'train_performance', title: 'Speed of a training run' })

export const trainPlanSchema = z
  .strictObject({
    model: planModelSchema.describe('Absent in results of older versions').optional(),
    placement: placementSchema,
    configuration: trainConfigurationSchema,
    memory: z.strictObject({
      capacity_bytes: amount.describe('Usable bytes of the GPU'),
      total_bytes: amount.describe('Sum of the terms, bytes'),
      free_bytes: finite.describe('capacity_bytes - total_bytes; negative where it does not fit'),
      host_bytes: amount.describe('Bytes of host memory that offloading needs, one machine'),
      peak_phase: z.string().describe('The moment of a step in which the peak occurs'),
      terms: z.array(memoryTermSchema).describe('What the fullest GPU holds, term by term'),
    }),
    performance: trainPerformanceSchema,
    cost: costSchema,
    targets: z.array(targetSchema).describe('Targets of the scenario, each with its verdict'),
    confidence: confidenceSchema,
    accuracy: planAccuracySchema.nullable().describe('Null where memory follows a rule of thumb'),
    launch: z.string().describe('Command that starts the run'),
  })
  .meta({ id: 'train_plan', title: 'Plan of a training run' })
export type TrainPlan = z.infer<typeof trainPlanSchema>

export const trainResultSchema = resultOf('train', trainPlanSchema).meta({
  id: 'train',
  title: 'plan SCENARIO, kind: train',
})
export type TrainResult = z.infer<typeof trainResultSchema>
