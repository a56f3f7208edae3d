import { z } from 'zod'
import { ACTIVATION_CHECKPOINTING } from '../training/configuration.ts'
import { calibrated, catalogDate, catalogId, fitted, fittedAtLeastOne, nonNegative, sources } from './facts.ts'

/** Bytes of one value in memory. */
const bytes = nonNegative

/**
 * A training framework: which states it keeps, how it computes the loss, what its allocator wastes, and what it cannot combine.
 * One file each in `catalogs/trainers`.
 */
export const trainerSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  aliases: z.array(catalogId).default([]),
  as_of: catalogDate,
  version: z.string().min(1),
  /** An earlier release of another entry: a measured run that names that trainer with such a version means this one. */
  earlier_release_of: z
    .strictObject({
      trainer: catalogId,
      /** Releases numbered below this one. */
      before: z
        .string()
        .regex(/^\d+(\.\d+)*$/, 'a release number such as "26.04"')
        .optional(),
      /** Versions that hold one of these texts: the year of a commit. */
      holding: z.array(z.string().min(1)).default([]),
    })
    .optional(),
  /** How states are sharded. */
  sharding: z.enum(['none', 'zero', 'fsdp1', 'fsdp2', 'megatron']),
  /** Full training: bytes a parameter. `master` 0 = none kept. */
  states: z.strictObject({
    weights: bytes,
    gradients: bytes,
    master: bytes,
    /** Adam: both moments together. */
    adam: bytes,
  }),
  /** Adapters: bytes a trainable parameter. */
  adapters: z.strictObject({ weights: bytes, gradients: bytes, adam: bytes, dropout: z.boolean() }),
  /** Quantised base: embeddings, head and norms in fp32 (k-bit preparation), and with them the residual stream. */
  kbit_preparation: z.boolean(),
  /** Query, key and value are one adapter with one kept input (LitGPT). */
  merged_qkv_adapters: z.boolean().optional(),
  /** The output head is quantised with the blocks (LitGPT). */
  quantises_head: z.boolean().optional(),
  /** NF4 always with quantised scales (torchtune). */
  always_double_quantises: z.boolean().optional(),
  /** 16-bit copies of embedding and head that loading leaves in the allocator (fsdp_qlora: 2). */
  load_copies: nonNegative.optional(),
  quantised_bases: z.array(z.enum(['nf4', 'int8'])).default(['nf4']),
  /** Copies of the inputs of 4-bit products that are kept for the backward pass (LitGPT); absent = none. */
  quantised_input_copies: fitted.optional(),
  /** Keeps a head of its own where the checkpoint ties it to the embedding; absent = no. */
  unties_embeddings: z.boolean().optional(),
  /** FSDP1 without synchronisation between micro-steps: gradients of the whole flat parameter stay unsharded; absent = no. */
  unsharded_accumulation: z.boolean().optional(),
  /** Full recomputation keeps the inputs of layers in host memory; absent = no. */
  checkpoints_on_host: z.boolean().optional(),
  /** Bytes per (token x vocabulary entry) of the loss block. */
  loss: z.strictObject({
    full: fitted,
    chunks: z.int().positive().default(8),
    /** Computed in chunks, the loss still keeps the logits of all tokens (LitGPT): as large as a full one. */
    chunks_keep_logits: z.boolean().optional(),
    default: z.enum(['full', 'chunked', 'fused']),
    supports: z.array(z.enum(['full', 'chunked', 'fused'])).min(1),
  }),
  /** Saved activations: eager, compiled, or Megatron / Transformer Engine kernels. */
  activations: z.enum(['eager', 'compiled', 'megatron']),
  /** Further bytes per token, layer and hidden unit that the counted tensors do not explain. */
  extra_activation_bytes: nonNegative.default(0),
  /** Reserved over allocated memory for fixed lengths; 1 where the trainer prints allocated memory. */
  slack: fittedAtLeastOne,
  /**
   * Where lengths vary from batch to batch and the cache is never emptied: reserved over live bytes of the loss block and the live
   * layer, in place of `slack`; absent = fixed (packed) lengths.
   */
  varying_length_factor: fittedAtLeastOne.optional(),
  /** Fused or for-each optimizer: the latter holds one more list of parameters during the step. */
  fused_optimizer: z.boolean(),
  supports: z.strictObject({
    /** Makers of GPUs that it runs on. */
    vendors: z.array(z.string()).default(['nvidia', 'amd']),
    /** ... with a 4-bit base: bitsandbytes documents NVIDIA GPUs, others are experimental. */
    qlora_vendors: z.array(z.string()).default(['nvidia']),
    methods: z.array(z.enum(['full', 'lora', 'qlora'])).min(1),
    optimizers: z.array(z.string()).min(1),
    zero_stages: z.array(z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)])).min(1),
    offload: z.array(z.enum(['none', 'optimizer', 'parameters'])).min(1),
    checkpointing: z.array(z.enum(ACTIVATION_CHECKPOINTING)).min(1),
    tensor_parallel: z.boolean(),
    pipeline_parallel: z.boolean(),
    virtual_pipeline: z.boolean(),
    context_parallel: z.boolean(),
    expert_parallel: z.boolean(),
  }),
  /** Combinations that it refuses, each with the reason a user is told. */
  refuses: z
    .array(
      z.strictObject({
        /** Every condition named must hold. */
        when: z.strictObject({
          methods: z.array(z.enum(['full', 'lora', 'qlora'])).optional(),
          zero_stages: z.array(z.int()).optional(),
          offload: z.array(z.string()).optional(),
          optimizers: z.array(z.string()).optional(),
          min_tensor_parallel: z.int().optional(),
          min_pipeline_parallel: z.int().optional(),
          min_context_parallel: z.int().optional(),
          min_expert_parallel: z.int().optional(),
        }),
        reason: z.string().min(1),
      }),
    )
    .default([]),
  /** LoRA where the scenario names none. */
  lora_defaults: z.strictObject({ rank: z.int().positive(), targets: z.string() }).optional(),
  /** False where attention kernels compute the full square instead of the causal half (additive position bias); absent = true. */
  attention_skips_masked_half: z.boolean().optional(),
  /**
   * Factor on the element-wise, expert and routed-copy time of mixture-of-experts models against the fitted average of stacks
   * (older stacks are slower); 1 = none.
   */
  time_factor: fitted.default(() => ({ value: 1, records: 0 })),
  /** Own runs behind `slack`. */
  calibrated: calibrated.optional(),
  sources,
  notes: z.array(z.string()).optional(),
  from_memory: z.array(z.string()).optional(),
})
export type Trainer = z.infer<typeof trainerSchema>
