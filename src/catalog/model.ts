import { z } from 'zod'
import { catalogDate, catalogId, count, positive, sources } from './facts.ts'

/**
 * An architecture as groups of layers. Parameter counts, weights per GPU, KV bytes, FLOPs and LoRA sizes are all computed from
 * these fields by `src/model/tensors.ts`; none is typed in. Published counts stand beside them only to be checked.
 */

/** Layer indices of a group: `0-79`, `5-61/6` (every sixth), or several joined by commas. */
export const layerRange = z
  .string()
  .regex(/^\d+(-\d+(\/\d+)?)?(,\d+(-\d+(\/\d+)?)?)*$/, 'layers as "0-79", "5-61/6" or a comma-separated list of such')

const window = z.strictObject({
  size: count,
  /** chunked: attention inside blocks of `size` tokens (Llama 4). */
  mode: z.enum(['sliding', 'chunked']),
})

/** Multi-head, grouped-query and multi-query attention: `kv_heads` = heads, fewer, or one. */
const softmaxAttention = z.strictObject({
  kind: z.literal('softmax'),
  heads: count,
  kv_heads: count,
  head_dim: count,
  /** Width of a value head where it differs (MiMo-V2). */
  v_head_dim: count.optional(),
  window: window.optional(),
  bias: z.strictObject({ qkv: z.boolean(), output: z.boolean() }).default({ qkv: false, output: false }),
  /** per_head: one vector of head_dim for q and one for k; full: over the whole projection; per_head_each: one vector per head. */
  qk_norm: z.enum(['none', 'per_head', 'full', 'per_head_each']).default('none'),
  /** One learned sink per head (gpt-oss). */
  sinks: z.boolean().default(false),
  /** gate_in_query: the query projection doubles (Qwen3-Next); projection: own H x n*d matrix; per_head: one scalar per head. */
  output_gate: z.enum(['none', 'gate_in_query', 'projection', 'per_head']).default('none'),
  /** No value projection; the cache still stores K and V (Gemma 4 full layers). */
  k_equals_v: z.boolean().default(false),
  /** Reuses the K and V of an earlier layer: neither projection nor cache of its own. */
  shares_kv: z.boolean().default(false),
  /** Block-sparse indexer (MiniMax-M3). */
  indexer: z
    .strictObject({ heads: count, head_dim: count, top_k: count.optional(), kind: z.enum(['dsa', 'block']) })
    .optional(),
})

/** Multi-head latent attention (DeepSeek V2 and its heirs). */
const mlaAttention = z.strictObject({
  kind: z.literal('mla'),
  heads: count,
  q_lora_rank: count.nullable(),
  kv_lora_rank: count,
  qk_nope_head_dim: count,
  qk_rope_head_dim: z.int().nonnegative(),
  v_head_dim: count,
  output_gate: z.boolean().default(false),
  indexer: z.strictObject({ heads: count, head_dim: count, top_k: count }).optional(),
  /** Attends through the choice of an earlier layer's indexer (GLM-5.2). */
  shares_indexer: z.boolean().default(false),
  /** MLA blocks in one layer (LongCat: 2). */
  blocks: count.default(1),
})

/** DeepSeek V4: one shared K=V head, compressed by `ratio`; a raw window of `window` tokens is kept beside it. */
const compressedAttention = z.strictObject({
  kind: z.literal('compressed'),
  heads: count,
  head_dim: count,
  q_lora_rank: count,
  output_lora_rank: count,
  output_groups: count,
  window: count,
  /** Tokens per compressed entry; absent = window only. */
  ratio: count.optional(),
  indexer: z.strictObject({ heads: count, head_dim: count, top_k: count }).optional(),
})

/** Cross-attention to image tokens (Llama 3.2 Vision): constant during decoding. */
const crossAttention = z.strictObject({
  kind: z.literal('cross'),
  heads: count,
  kv_heads: count,
  head_dim: count,
})

const gatedDeltaNet = z.strictObject({
  kind: z.literal('gated-deltanet'),
  k_heads: count,
  v_heads: count,
  k_dim: count,
  v_dim: count,
  conv: count,
})

const kimiDelta = z.strictObject({
  kind: z.literal('kimi-delta'),
  heads: count,
  head_dim: count,
  conv: count,
  /** Full-rank gate H*D instead of the low-rank pair (Kimi K3). */
  full_rank_gate: z.boolean().default(false),
})

const mamba1 = z.strictObject({
  kind: z.literal('mamba1'),
  expand: count,
  state: count,
  dt_rank: count,
  conv: count,
  inner_norms: z.boolean().default(false),
})

const mamba2 = z.strictObject({
  kind: z.literal('mamba2'),
  heads: count,
  head_dim: count,
  state: count,
  groups: count,
  conv: count,
})

const lightning = z.strictObject({ kind: z.literal('lightning'), heads: count, head_dim: count })
const shortConv = z.strictObject({ kind: z.literal('short-conv'), kernel: count })
/** No attention in this layer (NAS-pruned blocks, MLP-only blocks of NemotronH). */
const noAttention = z.strictObject({ kind: z.literal('none') })
/** Attention removed in favour of one linear map H x H (NAS). */
const linearMap = z.strictObject({ kind: z.literal('linear') })

export const attentionSchema = z.discriminatedUnion('kind', [
  softmaxAttention,
  mlaAttention,
  compressedAttention,
  crossAttention,
  gatedDeltaNet,
  kimiDelta,
  mamba1,
  mamba2,
  lightning,
  shortConv,
  noAttention,
  linearMap,
])
export type Attention = z.infer<typeof attentionSchema>
export type AttentionOf<K extends Attention['kind']> = Extract<Attention, { kind: K }>

const denseMlp = z.strictObject({
  kind: z.literal('dense'),
  intermediate_size: count,
  /** SwiGLU, GeGLU: three matrices; else two. */
  gated: z.boolean().default(true),
  bias: z.boolean().default(false),
  /** Dense MLPs of this size in one layer (LongCat: 2). */
  copies: count.default(1),
})

const moeMlp = z.strictObject({
  kind: z.literal('moe'),
  experts: count,
  experts_per_token: positive,
  /** Width of one routed expert. */
  intermediate_size: count,
  /** Width of all shared experts together; 0 = none. */
  shared_intermediate_size: z.int().nonnegative().default(0),
  gated: z.boolean().default(true),
  /** Biases inside experts and router (gpt-oss). */
  expert_bias: z.boolean().default(false),
  /** One score correction per expert. */
  router_correction: z.boolean().default(false),
  /** H -> 1 gate on the shared expert. */
  shared_gate: z.boolean().default(false),
  /** Routed experts work in a latent space of this width (Nemotron 3, Kimi K3). */
  latent_size: count.optional(),
  /** Norm over the latent (Kimi K3). */
  latent_norm: z.boolean().default(false),
  /** Experts that compute nothing but that the router sees (LongCat). */
  zero_experts: z.int().nonnegative().default(0),
  /** Extra router vectors: parameters beside H x experts (Gemma 4: H + experts). */
  router_extra: z.int().nonnegative().default(0),
  /** A dense MLP that runs beside the experts in every layer (Grok 2, Gemma 4). */
  dense: denseMlp.optional(),
})

const noMlp = z.strictObject({ kind: z.literal('none') })

export const mlpSchema = z.discriminatedUnion('kind', [denseMlp, moeMlp, noMlp])
export type Mlp = z.infer<typeof mlpSchema>
export type MoeMlp = Extract<Mlp, { kind: 'moe' }>

export const layerGroupSchema = z.strictObject({
  layers: layerRange,
  attention: attentionSchema,
  mlp: mlpSchema,
  /** Norms of width H in one layer. */
  norms: z.int().nonnegative().default(2),
  /** Further parameters of one layer that stay 16-bit and on every rank (hyper-connections, gates, per-layer projections). */
  extra_parameters: z.int().nonnegative().default(0),
})
export type LayerGroup = z.infer<typeof layerGroupSchema>

/** Weight format in which the checkpoint was trained or released. */
const nativeQuantization = z.strictObject({
  /** An id in `catalogs/quantizations`. */
  scheme: catalogId,
  note: z.string().optional(),
})

const published = z.strictObject({
  parameters: positive,
  active_parameters: positive.optional(),
  source: z.string().min(1),
  /** What the published count holds beyond the layers listed here (MTP module, scales): parameters. */
  beyond: z.int().optional(),
  explanation: z.string().optional(),
  /** True where the published figure is rounded (a model name), so it cannot be checked to 0.1 %. */
  rounded: z.boolean().default(false),
})

/** Positions of a model of which nothing is said: no sequence is longer, and the largest figure that a catalog may hold. */
export const UNKNOWN_POSITIONS = 1e15

export const architectureSchema = z.strictObject({
  hidden_size: count,
  vocabulary_size: count,
  /** Rows of the embedding table beyond the vocabulary (Llama 3.2 Vision: 8). */
  embedding_extra_rows: z.int().nonnegative().default(0),
  tied_embeddings: z.boolean(),
  head_bias: z.boolean().default(false),
  max_positions: count,
  /** Rows of learned position embeddings; 0 = rotary or none. */
  learned_positions: z.int().nonnegative().default(0),
  /** Rotary tables kept by engines: positions x width x 2 bytes, one per entry. Absent: max_positions x head width. */
  rope_tables: z.array(z.strictObject({ rows: count, width: count })).optional(),
  /** 1: RMSNorm (one vector); 2: LayerNorm (weight and bias). */
  norm_vectors: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Norms outside the layers (final norm; BLOOM has two). */
  outer_norms: z.int().nonnegative().default(1),
  layers: z.array(layerGroupSchema).min(1),
  /** Parameters of vision or audio towers with their projectors: 16-bit, first stage. */
  vision_parameters: z.int().nonnegative().default(0),
  /** The image that engines profile with: tokens it becomes and values it has (Gemma 3: 256 tokens, 3 x 896 x 896 values). */
  vision_image: z.strictObject({ tokens: count, values: count }).optional(),
  /** Per-layer embeddings (Gemma 3n, 4 E2B): parameters of the table and its projection. */
  per_layer_embedding_parameters: z.int().nonnegative().default(0),
  /** Other parameters outside the layers, 16-bit on every rank. */
  extra_parameters: z.int().nonnegative().default(0),
  dtype: z.enum(['bfloat16', 'float16', 'float32']).default('bfloat16'),
  /** Attention scores and logits pass through a tanh cap (Gemma 2): training keeps what it needs to differentiate it. */
  soft_caps: z.boolean().optional(),
})
export type Architecture = z.infer<typeof architectureSchema>

export const modelSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  family: catalogId,
  /** Repository on the Hugging Face hub. */
  huggingface: z.string().optional(),
  /** Class name in config.json. */
  class: z.string().optional(),
  license: z.string().nullable().optional(),
  /** Absent: known by its parameter count alone. */
  architecture: architectureSchema.optional(),
  /** Parameters where no architecture is known. */
  parameters: positive.optional(),
  active_parameters: positive.optional(),
  /** Parameters by the model's name (70e9 for 70B), which rules of thumb reckon with. */
  nominal_parameters: positive.optional(),
  published: published.optional(),
  native_quantization: nativeQuantization.optional(),
  sources,
  notes: z.array(z.string()).optional(),
  from_memory: z.array(z.string()).optional(),
})
export type Model = z.infer<typeof modelSchema>

/** A file in `catalogs/models`: one family. */
export const modelFileSchema = z.strictObject({
  family: catalogId,
  as_of: catalogDate,
  models: z.array(modelSchema.omit({ family: true })).min(1),
})
