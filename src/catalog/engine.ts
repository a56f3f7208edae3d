import { z } from 'zod'
import { calibrated, catalogDate, catalogId, count, nonNegative, positive, sources } from './facts.ts'

/** Versions as dotted numbers; ranges are from (inclusive) to until (exclusive). */
export const version = z.string().regex(/^\d+(\.\d+)*$/, 'a version as dotted numbers, e.g. "0.21"')

/** A constant of an engine with the records behind it (0 = read from the source or assumed). */
const constant = z.strictObject({
  value: nonNegative,
  records: z.int().nonnegative(),
  note: z.string().optional(),
})

/** What an engine release keeps in GPU memory beside weights and KV cache. All sizes in GiB unless the name says otherwise. */
const memoryConstants = z.strictObject({
  /** Bytes of sampler buffers for each (sequence x vocabulary entry). */
  sampler_bytes: constant,
  /** Activation peak beyond the counted tensors. */
  activation_base_gib: constant,
  /** Memory outside the tensor allocator: one GPU; several over NVLink = base + slope x log2(tp); several over PCIe. */
  runtime_single_gib: constant,
  runtime_nvlink_base_gib: constant,
  runtime_nvlink_per_doubling_gib: constant,
  runtime_pcie_gib: constant,
  runtime_multi_node_gib: constant,
  /** Charged when layers are split over stages without tensor parallelism. */
  runtime_pipeline_gib: constant,
  /** The same case: taken before the engine profiles, so outside its budget. */
  runtime_pipeline_outside_gib: constant.optional(),
  /** CUDA graphs: base + per layer + per hidden unit, for the full list of capture sizes. */
  graphs_base_gib: constant,
  graphs_per_layer_gib: constant,
  graphs_per_hidden_gib: constant,
  graphs_full_sizes: count,
  graphs_max_size: count,
  /** Graphs count inside the engine's memory budget. */
  graphs_in_budget: z.boolean(),
  /** CUDA context outside the budget. */
  context_gib: constant,
  /** Modular MoE kernels keep two expert workspaces. */
  expert_workspace: z.boolean(),
  /** Hybrid allocator: groups of layers of one kind share pages. Without it every layer is charged at full length. */
  hybrid_allocator: z.boolean(),
  /** A kind of layers sets the group size unless the largest is under this many times the smallest. */
  group_ratio: positive,
  /** Blocks that a recurrent layer charges a request (1 = none mode, 2 = align mode). */
  state_blocks: count,
  /**
   * The token count that the start-up log prints. equal-groups: every group of layers charged alike;
   * requests: blocks over the need of one request of the largest length. Absent = requests.
   */
  printed_capacity: z.enum(['equal-groups', 'requests']).optional(),
  /** Without chunked prefill a batch holds one whole context, up to this many tokens; above it `batch_defaults` hold. */
  whole_context_batch_limit: count.optional(),
  /** llama.cpp: the compute buffer follows the flash-attention form unless asked otherwise. */
  flash_attention: z.boolean().optional(),
})
export type MemoryConstants = z.infer<typeof memoryConstants>

/** Time that the host spends: seconds. */
export const hostConstants = z.strictObject({
  step_seconds: constant,
  step_seconds_per_layer: constant,
  step_seconds_per_moe_layer: constant,
  step_seconds_per_sequence: constant,
  /** Request overhead before the first pass. */
  first_token_seconds: constant,
  /** Share of the pool that the scheduler fills at maximum load. */
  fill: constant,
  /** Benchmarks that send all requests at once: share of the prompts a request waits for at the start. A steady server has 0. */
  start_burst_share: constant.optional(),
})
export type HostConstants = z.infer<typeof hostConstants>

const release = z.strictObject({
  from: version,
  /** Exclusive; null = open. */
  until: version.nullable(),
  label: z.string().min(1),
  /** A published version of the range: what stands for it where a plan names none, as in the tag of an image. Absent = `from`. */
  published: version.optional(),
  /** Where the release needs a newer GPU than the engine once did. */
  min_compute_capability: positive.optional(),
  memory: memoryConstants,
  host: hostConstants,
  /** Where offline runs at maximum load were fitted apart from runs with latency targets. */
  host_maximum_load: hostConstants.optional(),
  /** Own runs behind constants of the release. */
  calibrated: calibrated.optional(),
  sources,
  notes: z.array(z.string()).optional(),
})
export type EngineRelease = z.infer<typeof release>

/** Defaults of a server by GPU: the first matching row applies. */
const batchDefault = z.strictObject({
  /** Usable GiB at least. */
  min_memory_gib: nonNegative.default(0),
  /** GPU ids that the row does not hold for. */
  except_gpus: z.array(catalogId).default([]),
  max_sequences: count,
  max_batched_tokens: count,
})

/** A container image as the maker publishes it. The first row that fits a GPU and a version decides. */
const containerImage = z.strictObject({
  /** GPU vendors that it runs on. */
  vendors: z.array(z.string()).min(1),
  /** GPU generations; absent = every one of those vendors. */
  generations: z.array(catalogId).optional(),
  /** First engine version that was published so; absent = all. */
  from: version.optional(),
  /** Registry and repository, without the tag. */
  repository: z.string().regex(/^[a-z0-9][a-z0-9._/-]*$/, 'an image repository, e.g. "vllm/vllm-openai"'),
  /** `{version}` stands for the engine's version with at least `version_parts` parts. */
  tag: z.string().regex(/^[A-Za-z0-9_{][A-Za-z0-9_.{}-]*$/, 'an image tag, e.g. "v{version}"'),
  version_parts: count.default(1),
  source: z.string().min(1),
})

/** How the engine's server runs in a container. */
const container = z.strictObject({
  /** Port that the server listens on unless told otherwise. */
  port: count,
  /** Path that answers 200 once requests are served. */
  health_path: z.string().startsWith('/'),
  images: z.array(containerImage),
})

export const engineSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  aliases: z.array(catalogId).default([]),
  as_of: catalogDate,
  /** How the pool for the KV cache is made: reference in docs. */
  accounting: z.enum(['utilization', 'fraction-of-free', 'fraction-after-load', 'whole-context']),
  /** Default of the planner for the flag of that accounting. */
  default_utilization: positive.nullable(),
  /** Bytes that the accounting sets aside before it divides, GiB (SGLang: context, communicators). */
  reserved_gib: z
    .strictObject({ always: nonNegative, tensor_parallel: nonNegative })
    .default({ always: 0, tensor_parallel: 0 }),
  block_tokens: count,
  mla_block_tokens: count,
  /**
   * Data-centre Blackwell: blocks that recurrent layers enlarge are rounded up to these tokens, for latent attention and for heads of
   * 256 (read from start-up logs of hybrid models under vLLM on B300).
   */
  blackwell_block_alignment: z
    .strictObject({ latent: count, wide_heads: count })
    .default({ latent: 128, wide_heads: 32 }),
  batch_defaults: z.array(batchDefault).min(1),
  parallelism: z.strictObject({
    tensor: z.boolean(),
    pipeline: z.boolean(),
    /** all-ranks: experts spread over all tensor-parallel ranks or none (vLLM); divisor: any divisor of them. */
    expert: z.enum(['none', 'all-ranks', 'divisor']),
    multi_node: z.boolean(),
  }),
  vendors: z.array(z.string()).min(1),
  min_compute_capability: positive.nullable(),
  /** GPU kinds the engine runs on at all. */
  kinds: z.array(z.enum(['gpu', 'hpu', 'tpu', 'unified-memory'])).min(1),
  /** Weight formats of this engine by kind of file. */
  weight_files: z.enum(['safetensors', 'gguf']),
  /** The release that a published run is held against where it states none; absent = the newest. */
  unstated_version: version.optional(),
  /** The year from which on its releases are described: runs dated earlier cannot be held against any. */
  known_since_year: z.int().optional(),
  /** How the maker's own tables of maximum load were made, where a row does not say. */
  published_maximum_load: z
    .strictObject({
      utilization: positive.optional(),
      /** Releases whose tables list mixtures of experts as tensor parallel while the commands copy the attention to every GPU. */
      attention_copies: z.array(z.strictObject({ from: version, until: version })).default([]),
    })
    .optional(),
  /** Absent where no image is published. */
  container: container.optional(),
  releases: z.array(release).min(1),
  sources,
  notes: z.array(z.string()).optional(),
})
export type Engine = z.infer<typeof engineSchema>
