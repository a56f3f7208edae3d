import { z } from 'zod'
import { catalogDate, catalogId, nonNegative, positive, sources } from './facts.ts'

/**
 * Classes of tensors that a weight format may treat apart. `linear`: every projection and MLP matrix outside the routed experts.
 */
export const tensorClass = z.enum([
  'linear',
  'expert',
  'expert_bias',
  'router',
  'embedding',
  'head',
  'norm',
  'vision',
  'state', // convolutions, decay vectors and the like of recurrent layers
])
export type TensorClass = z.infer<typeof tensorClass>

/** Low and high end of the expected loss, percent of the average benchmark score. */
const lossRange = z.tuple([nonNegative, nonNegative])

/** How a GPU of a class runs the format in an engine. */
export const supportLevel = z.enum(['full', 'expanded', 'refused'])
export type SupportLevel = z.infer<typeof supportLevel>

/** A row of the support matrix: the first row that matches an engine and a GPU decides. */
export const supportRow = z.strictObject({
  /** Engine ids; absent = every engine. */
  engines: z.array(catalogId).optional(),
  /** GPU generations (`hopper`, `ada`, ...); absent = every generation. */
  generations: z.array(catalogId).optional(),
  vendors: z.array(z.string()).optional(),
  /** Only GPUs whose catalog entry has this format flag, e.g. `fp8`. */
  needs: z.enum(['bf16', 'fp8', 'fp4', 'int8', 'int4_marlin', 'fp8_weight_only', 'fp4_weight_only']).optional(),
  level: supportLevel,
  /** Kernel used here if not the format's own, e.g. weight-only kernels below Ada. */
  kernel: catalogId.optional(),
  /** expanded: bytes in memory follow this format instead. */
  expands_to: catalogId.optional(),
  reason: z.string().min(1),
})
export type SupportRow = z.infer<typeof supportRow>

const quality = z.strictObject({
  /** Models under 4 billion parameters, 4 to 30, over 30. */
  small: lossRange,
  medium: lossRange,
  large: lossRange,
  source: z.string().min(1),
  note: z.string().optional(),
})

/** GGUF files raise some tensors of some layers; every other class follows `bits`. */
const ggufMix = z.strictObject({
  /** Bits of the output head. */
  head_bits: positive,
  /** Bits of `ffn_down` and `attn_v` in the raised layers. */
  raised_bits: positive.optional(),
  raised_tensors: z.array(z.enum(['attn_v', 'ffn_down'])).default([]),
  /** Bits of `attn_v` in all layers of shapes with 8-way grouping and 70B-like depth. */
  grouped_v_bits: positive.optional(),
})

export const quantizationSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  aliases: z.array(catalogId).default([]),
  as_of: catalogDate,
  /** Stored bits of one parameter with its share of scales and zero points, by tensor class. Absent classes stay at `other_bits`. */
  bits: z.partialRecord(tensorClass, positive),
  /** Bits of the classes not listed: 16, or 32 for fp32. */
  other_bits: positive.default(16),
  /** The sum behind `bits`, as text: `4 + 16/128 + 4/128`. */
  bits_formula: z.string().min(1),
  /** Input channels that share a scale; the split matrix must divide into it. Null: per tensor or channel. */
  group_size: z.int().positive().nullable(),
  /** Bytes per element of activations that enter the matrix products: 2, or 1 for 8-bit activations. */
  activation_bytes: positive.default(2),
  /** Kernel (an id in `catalogs/kernels`) that multiplies with it. */
  kernel: catalogId,
  /** Kernel of the routed experts where it differs (MXFP4). */
  expert_kernel: catalogId.optional(),
  /** Layout padding of MXFP4 experts: see src/memory/padding.ts. */
  padding: z.enum(['none', 'mxfp4']).default('none'),
  gguf: ggufMix.optional(),
  /** Only models released in this format: quantising others to it is not a supported recipe. */
  only_native: z.boolean().default(false),
  /**
   * KV-cache format of checkpoints that carry one beside their weights, by engine where engines differ: what a run that states none
   * had. Absent = 16 bits. Plans choose the format themselves.
   */
  checkpoint_kv_cache: z.strictObject({ format: catalogId, engines: z.array(catalogId).optional() }).optional(),
  /** Native formats whose values this one stores without loss: a model released in one of them loses nothing here. */
  holds_exactly: z.array(catalogId).optional(),
  /** Part of the default search; the others run only when named. */
  searched_by_default: z.boolean().default(true),
  /** In the default search only where the GPU lacks this format: fp16 repeats bf16 elsewhere. */
  searched_only_without: z.enum(['bf16']).optional(),
  support: z.array(supportRow).min(1),
  quality,
  sources,
  notes: z.array(z.string()).optional(),
  from_memory: z.array(z.string()).optional(),
})
export type Quantization = z.infer<typeof quantizationSchema>

/** A KV-cache format. One file each in `catalogs/quantizations/kv`. */
export const kvFormatSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  aliases: z.array(catalogId).default([]),
  as_of: catalogDate,
  /** Bytes of one element with its share of block scales. */
  bytes_per_element: positive,
  bytes_formula: z.string().min(1),
  /** Extra bytes per token and head, for K and V each (per-head scales). */
  bytes_per_token_and_head: nonNegative.default(0),
  searched_by_default: z.boolean().default(true),
  support: z.array(supportRow).min(1),
  loss: lossRange,
  /** Loss to expect where the sources name one; absent = middle of `loss`. */
  typical_loss: nonNegative.optional(),
  /** Loss beyond 32k tokens where it differs. */
  long_context_loss: lossRange.optional(),
  quality_source: z.string().min(1),
  /** Value of the engine's flag, by engine id. */
  engine_values: z.record(catalogId, z.string()),
  sources,
  notes: z.array(z.string()).optional(),
})
export type KvFormat = z.infer<typeof kvFormatSchema>
