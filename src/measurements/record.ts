import { z } from 'zod'
import { architectureSchema } from '../catalog/model.ts'

/*
 * One published or own run, as a file of measurements holds it (README, docs/accuracy.md). Unknown keys are errors; an absent key was
 * not stated and takes the default of the engine or trainer.
 */

/** No unit makes more of anything that was measured; sums and ratios of figures within are finite. */
const LARGEST_FIGURE = 1e15
const count = z.int().positive().max(LARGEST_FIGURE)
const positive = z
  .number()
  .min(1 / LARGEST_FIGURE)
  .max(LARGEST_FIGURE)
const isFigure = (value: number): boolean => value === 0 || Math.abs(value) >= 1 / LARGEST_FIGURE
const nonNegative = z.number().nonnegative().max(LARGEST_FIGURE).refine(isFigure, 'is too small to have been measured')
const signed = z
  .number()
  .min(-LARGEST_FIGURE)
  .max(LARGEST_FIGURE)
  .refine(isFigure, 'is too small to have been measured')
const text = z.string().trim().min(1)
/** A version as people write it; YAML reads an unquoted 0.21 as a number. */
const version = z.union([text, z.number().transform(String)])

/** A dense decoder described by the keys of its config.json. */
const inlineModel = z
  .strictObject({
    /** Published parameter count: decides what the other keys leave open (gated MLP, tied embeddings). */
    parameters: positive.optional(),
    num_hidden_layers: count,
    hidden_size: count,
    num_attention_heads: count,
    num_key_value_heads: count.optional(),
    head_dim: count.optional(),
    intermediate_size: count,
    vocab_size: count,
    max_position_embeddings: count.optional(),
    tie_word_embeddings: z.boolean().optional(),
    /** SwiGLU and its like have a third matrix. */
    gated_mlp: z.boolean().optional(),
  })
  .refine(
    ({ num_attention_heads, hidden_size, head_dim }) =>
      head_dim !== undefined || hidden_size % num_attention_heads === 0,
    {
      path: ['num_attention_heads'],
      message: 'must divide hidden_size, or head_dim must be given',
    },
  )
  .refine(
    ({ num_attention_heads, num_key_value_heads }) =>
      num_key_value_heads === undefined || num_attention_heads % num_key_value_heads === 0,
    { path: ['num_key_value_heads'], message: 'must divide num_attention_heads' },
  )
export type InlineArchitecture = z.infer<typeof inlineModel>

const model = z.union([text, inlineModel, architectureSchema])

const servingConfiguration = z.strictObject({
  quantization: text.optional(),
  kv_cache: text.optional(),
  tensor_parallel: count.optional(),
  pipeline_parallel: count.optional(),
  expert_parallel: count.optional(),
  data_parallel: count.optional(),
  utilization: z.number().positive().max(1).optional(),
  context: count.optional(),
  max_sequences: count.optional(),
  max_batched_tokens: count.optional(),
  eager: z.boolean().optional(),
})

const precision = z.enum(['fp32', 'bf16', 'fp16', 'none'])
const trainingConfiguration = z.strictObject({
  method: z.enum(['full', 'lora', 'qlora']).default('full'),
  lora: z
    .strictObject({
      rank: count.optional(),
      targets: z.union([z.literal('all-linear'), z.array(text).min(1)]).optional(),
    })
    .optional(),
  optimizer: text.optional(),
  optimizer_paged: z.boolean().optional(),
  optimizer_in_backward: z.boolean().optional(),
  optimizer_state_dtype: z.enum(['fp32', 'bf16', 'fp16', 'int8']).optional(),
  adapter_precision: precision.optional(),
  /** As stored; the arithmetic of the linear layers is `compute_precision`. */
  precision: z
    .strictObject({ weights: text.optional(), gradients: precision.optional(), master: precision.optional() })
    .optional(),
  compute_precision: z.enum(['bf16', 'fp16', 'fp32', 'fp8', 'mxfp8', 'nvfp4']).optional(),
  fsdp_mixed_precision: z.enum(['default', 'pure', 'full']).optional(),
  sharding: z.enum(['none', 'zero1', 'zero2', 'zero3']).optional(),
  shard_degree: count.optional(),
  offload: z.enum(['none', 'optimizer', 'parameters']).optional(),
  activation_offload: z.boolean().optional(),
  tensor_parallel: count.optional(),
  async_tensor_parallel: z.boolean().optional(),
  sequence_parallel: z.boolean().optional(),
  pipeline_parallel: count.optional(),
  virtual_pipeline: count.optional(),
  pipeline_schedule: z.enum(['1f1b', 'interleaved-1f1b', 'gpipe', 'zero-bubble']).optional(),
  context_parallel: count.optional(),
  expert_parallel: count.optional(),
  micro_batch: count.optional(),
  gradient_accumulation: count.optional(),
  sequence_length: count.optional(),
  activation_checkpointing: z.enum(['none', 'selective', 'full']).optional(),
  selective_policy: text.optional(),
  flash_attention: z.boolean().optional(),
  compile: z.boolean().optional(),
  loss: z.enum(['full', 'chunked', 'fused']).optional(),
  cross_entropy_fusion: z.boolean().optional(),
  double_quant: z.boolean().optional(),
  cuda_graph: z.union([z.boolean(), text]).optional(),
  packed: z.boolean().optional(),
  mtp: z.boolean().optional(),
  moe_token_drop: z.boolean().optional(),
  moe_forced_balance: z.boolean().optional(),
})

const workload = z.strictObject({
  /** 0: nothing but decoding was timed. */
  input_tokens: nonNegative.optional(),
  output_tokens: positive.optional(),
  /** Requests in flight; max: all of them queued at once. */
  concurrency: z.union([count, z.literal('max')]).optional(),
})

/** What was read; GiB are per GPU, rates are of all GPUs together. */
const measured = z.strictObject({
  weights_gib: positive.optional(),
  kv_cache_gib: nonNegative.optional(),
  kv_tokens: nonNegative.optional(),
  activations_gib: nonNegative.optional(),
  /** Differences of what the driver reports, so logs hold small negative values. */
  runtime_gib: signed.optional(),
  graphs_gib: signed.optional(),
  peak_gib: positive.optional(),
  peak_kind: z.enum(['allocated', 'reserved', 'device']).optional(),
  output_tokens_per_second: positive.optional(),
  tokens_per_second: positive.optional(),
  ttft_ms: positive.optional(),
  tpot_ms: positive.optional(),
})

const common = {
  id: text,
  source: text.default('not stated'),
  /** Runs of one publisher or machine: folds leave them out together. */
  group: text.default('own runs'),
  note: text.optional(),
  model,
  gpu: text,
  gpus: count.default(1),
  measured: measured.default({}),
  outcome: z.enum(['ok', 'oom', 'rejected']).default('ok'),
}
const engine = z.strictObject({ name: text, version: version.optional() })
const trainer = z.strictObject({ name: text, version: version.optional() })

export const recordSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('serving-memory'),
    engine,
    configuration: servingConfiguration.default({}),
    workload: workload.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('serving-throughput'),
    engine,
    configuration: servingConfiguration.default({}),
    workload: workload.default({}),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('training-memory'),
    trainer,
    configuration: trainingConfiguration.prefault({}),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('training-throughput'),
    trainer,
    configuration: trainingConfiguration.prefault({}),
  }),
])
export type MeasuredRecord = z.infer<typeof recordSchema>
export type RecordKind = MeasuredRecord['kind']
export type ServingRecord = Extract<MeasuredRecord, { kind: 'serving-memory' | 'serving-throughput' }>
export type TrainingRecord = Extract<MeasuredRecord, { kind: 'training-memory' | 'training-throughput' }>
export type RecordModel = MeasuredRecord['model']
/** What a record writes, before defaults. */
export type WrittenRecord = z.input<typeof recordSchema>

export const measurementsSchema = z.strictObject({
  records: z.array(recordSchema).superRefine((records, context) => {
    const seen = new Set<string>()
    records.forEach(({ id }, index) => {
      if (seen.has(id))
        context.addIssue({ code: 'custom', path: [index, 'id'], message: `${JSON.stringify(id)} occurs twice` })
      seen.add(id)
    })
  }),
})
