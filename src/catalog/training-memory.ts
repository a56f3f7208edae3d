import { z } from 'zod'
import { catalogDate, catalogId, fitted, nonNegative, positive, sources } from './facts.ts'

/** Counted from the tensors that an implementation keeps, not fitted. */
const counted = nonNegative

/** A quantised base: bytes a parameter with its scales. */
const quantisedBase = z.strictObject({
  name: z.string().min(1),
  bytes_per_parameter: positive,
  /** How the bytes come about, e.g. `0.5 + 4/64`. */
  formula: z.string().min(1),
  source: z.string().min(1),
})

/** What an optimizer keeps. Exactly one of `moments`, `bytes_per_parameter` and `factored_bytes` says how much. */
const optimizerMemory = z
  .strictObject({
    name: z.string().min(1),
    /** Moments in the precision of the trainer's Adam states (one moment is half of them). */
    moments: z.number().nonnegative().max(2).optional(),
    /** Moments of embeddings, head and vectors where they differ from those of matrices (Muon leaves them to AdamW). */
    moments_outside_matrices: z.number().nonnegative().max(2).optional(),
    /** Whatever the trainer's precision: quantised moments. */
    bytes_per_parameter: positive.optional(),
    /** Per row and per column of a matrix instead of per entry; vectors, and weights flattened into shards, keep every entry. */
    factored_bytes: positive.optional(),
    /** The states live in unified memory: none in the allocator, all of it backed by the host. */
    paged: z.boolean().default(false),
    /** Its for-each implementation holds one more list of parameters during the step, unless the trainer uses a fused one. */
    for_each: z.boolean(),
    /** Temporaries of the step, bytes per entry of the largest matrix (orthogonalisation, factored update). */
    matrix_temporary_bytes: nonNegative.default(0),
    source: z.string().min(1),
  })
  .refine(
    (entry) =>
      [entry.moments, entry.bytes_per_parameter, entry.factored_bytes].filter((value) => value !== undefined).length ===
      1,
    { message: 'exactly one of moments, bytes_per_parameter and factored_bytes' },
  )

/** Saved tensors of one transformer block, bytes per token and value. */
const blockTensors = z.strictObject({
  /** Input of a norm (eager RMSNorm keeps an fp32 copy). */
  norm_input: counted,
  /** Normalised value for the gain's gradient; full training only. */
  norm_output: counted,
  query: counted,
  key_value: counted,
  /** Keys and values are kept repeated to the query heads. */
  repeats_key_value: z.boolean(),
  attention_output: counted,
  /** Per query head. */
  log_sum_exp: counted,
  /** Inputs of q/k/v, output and gate/up projections; full training only. */
  projection_input: counted,
  gated_mlp: counted,
  plain_mlp: counted,
  /** Input of the down projection; full training only. */
  down_input: counted,
})

/** A block of Megatron / Transformer Engine kernels: bytes per token, `hidden` x h + `mlp` x f. */
const megatronBlock = z.strictObject({ hidden: counted, mlp: counted })

/** Constants of the training memory model that belong to no single trainer: `catalogs/physics/training-memory.yaml`. */
export const trainingMemoryPhysicsSchema = z.strictObject({
  as_of: catalogDate,
  /** Bytes of the 16-bit values that training computes with: gathered weights, frozen bases. */
  compute_bytes: positive,
  quantised_bases: z.record(catalogId, quantisedBase),
  /** Bytes of a parameter that k-bit preparation turns to fp32, and of the residual stream that follows. */
  kbit_bytes: positive,
  optimizers: z.record(catalogId, optimizerMemory),
  sharding: z.strictObject({
    /** Blocks gathered at once: the current and the prefetched one. */
    gathered_blocks: counted,
    /** Reduce buffers: gradient and the fp32 input of the reduction, bytes a parameter of one unit. */
    reduce_bytes: counted,
    /** Pipeline with FSDP2: gradients of the stage stay unsharded in fp32. */
    pipeline_gradient_bytes: counted,
  }),
  activations: z.strictObject({
    eager: blockTensors,
    compiled: blockTensors,
    megatron: z.strictObject({
      plain: megatronBlock,
      gated: megatronBlock,
      /** Of `hidden`: what tensor parallelism without sequence parallelism does not divide. */
      replicated_hidden: counted,
    }),
    /** No flash attention: bytes per query head and key. */
    attention_scores: fitted,
    /** The same with soft-capped scores, which have no flash kernel (Gemma 2). */
    capped_attention_scores: fitted,
    /** Per chosen expert and hidden unit. */
    routed_copies: counted,
    /** Kept adapter inputs, bytes per input value: fp32 adapters, 16-bit ones with dropout (value and mask). */
    adapter_input: z.strictObject({ fp32: counted, dropout: counted, without_dropout: counted }),
    checkpoint: counted,
    /** Layers of checkpoints in transit where they go to host memory. */
    checkpoint_layers_in_transit: counted,
    /** Selective recomputation keeps this share of the matrix products. */
    selective_product_share: positive,
    /** Gradient of one MLP product in the live block. */
    product_gradient: counted,
  }),
  loss: z.strictObject({
    /** Bytes per (token x vocabulary entry). */
    compiled: counted,
    /** 16-bit logits, kept whole beside the chunks in full training. */
    chunked_logits: counted,
    /** Of one chunk. */
    chunk: counted,
    /** Per (token x hidden unit), where projection and loss are one kernel. */
    fused_hidden: counted,
    /** Added by a cap on the logits (Gemma 2). */
    logit_cap: counted,
  }),
  device: z.strictObject({
    /** CUDA context, libraries and communicators. */
    context_gib: fitted,
    /** A run fails when live tensors leave less than this of the device. */
    room_gib: fitted,
  }),
  offload: z.strictObject({
    /** Host memory over the bytes that are moved there (pinned buffers). */
    host_buffer_factor: fitted,
    /** fp32 gradients on the host beside the states. */
    host_gradient_bytes: counted,
  }),
  sources,
  notes: z.array(z.string()).optional(),
})
export type TrainingMemoryPhysics = z.infer<typeof trainingMemoryPhysicsSchema>
