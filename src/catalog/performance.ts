import { z } from 'zod'
import { hostConstants } from './engine.ts'
import { calibrated, catalogDate, catalogId, fitted, softMaximumExponent, sources } from './facts.ts'

/** A value by GPU generation, with a default for generations without records. */
const byGeneration = z.strictObject({
  default: fitted,
  generations: z.record(catalogId, fitted).default({}),
})

/**
 * A family of matrix kernels (weights x activations): which share of memory bandwidth and of the dense peak they reach.
 * One file each in `catalogs/kernels`.
 */
export const kernelSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  as_of: catalogDate,
  /** The dense peak that the compute share refers to, by GPU generation where it differs. */
  peak: z.strictObject({
    default: z.string(),
    generations: z.record(catalogId, z.string()).default({}),
  }),
  /** Share of data-sheet bandwidth. */
  bandwidth: byGeneration,
  /** Share of the dense peak. */
  compute: byGeneration,
  /** Time to read weights is multiplied by this once a step has more than one row (weight-only int4). */
  batched_weight_read_factor: fitted.optional(),
  /** Routed experts: factors on the two shares above. */
  experts: z.strictObject({ bandwidth: byGeneration, compute: byGeneration }).optional(),
  /** Which GPU factors apply: llama.cpp kernels have their own. */
  gpu_factors: z.enum(['general', 'llama_cpp']).default('general'),
  sources,
  notes: z.array(z.string()).optional(),
})
export type Kernel = z.infer<typeof kernelSchema>

/** A GPU generation: shares that attention kernels reach. One file each in `catalogs/generations`. */
export const generationSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  as_of: catalogDate,
  /** Share of data-sheet bandwidth when the KV cache is read. */
  kv_read: fitted,
  llama_cpp_kv_read: fitted,
  /** Share of the FP16 peak in prompt attention. */
  prompt_attention: fitted,
  /** True where no measured record exists for the whole generation: print the doubled error. */
  assumed: z.boolean(),
  sources,
  notes: z.array(z.string()).optional(),
})
export type Generation = z.infer<typeof generationSchema>

/** How GPUs of one machine (or rack) are joined. One file each in `catalogs/links`. */
export const linkSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  as_of: catalogDate,
  kind: z.enum(['nvlink', 'pcie', 'fabric', 'none']),
  /** Peer-to-peer without crossing the host. */
  peer_access: z.boolean(),
  /** Seconds that one all-reduce takes whatever its size, by number of GPUs. */
  all_reduce_latency_seconds: z.strictObject({ 2: fitted, 4: fitted, 8: fitted }),
  /** Bytes a second of an all-reduce beyond the latency. */
  all_reduce_bytes_per_second: fitted,
  /** Bytes a second of the expert exchange (dispatch and combine). */
  expert_exchange_bytes_per_second: fitted,
  /** Own runs behind the latencies and rates. */
  calibrated: calibrated.optional(),
  sources,
  notes: z.array(z.string()).optional(),
})
export type Link = z.infer<typeof linkSchema>

/** Constants of the serving law that belong to no single GPU, kernel or engine: `catalogs/physics/serving.yaml`. */
export const servingPhysicsSchema = z.strictObject({
  as_of: catalogDate,
  /** Exponent of the soft maximum of memory time and compute time. */
  soft_maximum_exponent: softMaximumExponent,
  /** Share of the FP16 peak of the output head. */
  head_compute: fitted,
  /** Share of the FP16 peak in absorbed MLA decoding. */
  mla_decode_compute: fitted,
  /** Rows of the smallest expert tile. */
  expert_tile_rows: fitted,
  /** Exponent that turns tokens into effective tokens: real routing is not uniform. */
  expert_routing_skew: fitted,
  /** Width in columns at which an expert matrix reaches half of the tensor cores. */
  expert_half_width: fitted,
  /** Slow-down by the slowest rank, per doubling of expert-parallel ranks. */
  expert_wait_per_doubling: fitted,
  /** Bytes per element that the expert exchange moves, dispatch and combine averaged. */
  expert_exchange_bytes_per_element: fitted,
  /** Seconds of a pipeline hand-over: llama.cpp layer split, other engines. */
  pipeline_handover_seconds: z.strictObject({ llama_cpp_per_boundary: fitted, other_per_step: fitted }),
  pipeline_handover_bytes_per_second: fitted,
  /** Prompt tokens of one pass: an engine's chunk where it states none. */
  prompt_chunk_tokens: fitted,
  /** Above this share of prompt-processor time the queue has no steady state. */
  max_prompt_utilization: fitted,
  /** Above this share of the KV pool, queueing sets in before the formula says so. */
  kv_warning_share: fitted,
  /**
   * Programs that published runs were made with and that no plan offers: what the host takes, by name. A run under a name that is
   * not listed cannot be held against the law.
   */
  benchmark_programs: z
    .record(
      z.string(),
      z.strictObject({
        host: hostConstants,
        weight_files: z.enum(['safetensors', 'gguf']).default('safetensors'),
        /** The head is quantised like the other matrices. */
        quantises_head: z.boolean().default(false),
      }),
    )
    .default({}),
  sources,
})
export type ServingPhysics = z.infer<typeof servingPhysicsSchema>
