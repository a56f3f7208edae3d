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

export const trainConfigurationSchema = z.strictObject({
  trainer: z.string(),
  method: z.enum(['full', 'lora', 'qlora']),
  /** Format of the weights that the forward pass reads: bf16, or nf4 for QLoRA. */
  quantization: z.string(),
  optimizer: z.string(),
  zero_stage: z.int().min(0).max(3),
  offload: z.enum(['none', 'optimizer', 'parameters']),
  activation_checkpointing: z.enum(['none', 'selective', 'full']),
  micro_batch: degree,
  gradient_accumulation: degree,
  data_parallel: degree,
  tensor_parallel: degree,
  pipeline_parallel: degree,
  /** Chunks of layers per pipeline stage; 1 = not interleaved. */
  virtual_pipeline: degree,
  context_parallel: degree,
  expert_parallel: degree,
  /** Null for full training. */
  lora_rank: degree.nullable(),
  lora_targets: z.array(z.string()).nullable(),
  sequence_length: degree,
  /** Sequences of one optimizer step: micro-batch x accumulation x data parallel. */
  global_batch: degree,
  loss: z.enum(['full', 'chunked', 'fused']),
  /** Attention without stored scores; absent: yes. */
  flash_attention: z.boolean().optional(),
  /** Norms and dropout divided over tensor-parallel ranks; absent: as the trainer does. */
  sequence_parallel: z.boolean().optional(),
})
export type TrainConfiguration = z.infer<typeof trainConfigurationSchema>

export const trainPerformanceSchema = z.strictObject({
  /** All GPUs together. */
  tokens_per_second: amount,
  step_seconds: amount,
  /** Wall clock of the run: computing, checkpoints, and what failures and interruptions cost. */
  hours: amount,
  /** The part of it that computes. */
  compute_hours: amount,
  /** Share of the wall clock lost to checkpoints, failures and interruptions. */
  lost_share: amount,
  /** Minutes between checkpoints (Young/Daly). */
  checkpoint_minutes: amount,
  steps: degree,
  tokens: amount,
  /** Model FLOPs (without recomputation) over the peak of all GPUs. */
  model_flops_utilization: amount,
  /** Share of a step in which pipeline stages wait for each other. */
  pipeline_bubble: amount,
  derivation: derivationSchema.optional(),
})

export const trainPlanSchema = z.strictObject({
  /** Absent in results of older versions. */
  model: planModelSchema.optional(),
  placement: placementSchema,
  configuration: trainConfigurationSchema,
  memory: z.strictObject({
    capacity_bytes: amount,
    total_bytes: amount,
    free_bytes: finite,
    /** Memory of the host that offloading needs, one machine. */
    host_bytes: amount,
    /** The moment of a step in which the peak occurs. */
    peak_phase: z.string(),
    terms: z.array(memoryTermSchema),
  }),
  performance: trainPerformanceSchema,
  cost: costSchema,
  targets: z.array(targetSchema),
  confidence: confidenceSchema,
  /** Null where memory follows a rule of thumb. */
  accuracy: planAccuracySchema.nullable(),
  launch: z.string(),
})
export type TrainPlan = z.infer<typeof trainPlanSchema>

export const trainResultSchema = resultOf('train', trainPlanSchema)
export type TrainResult = z.infer<typeof trainResultSchema>
