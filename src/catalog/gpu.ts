import { z } from 'zod'
import { calibrated, catalogDate, catalogId, count, fitted, positive, sources } from './facts.ts'

/**
 * Dense tensor throughput in TFLOPS by number format, without sparsity and with FP32 accumulation.
 * Absent means that the hardware has no path for the format.
 */
const denseTflops = z.strictObject({
  fp32: positive.optional(),
  tf32: positive.optional(),
  fp16: positive.optional(),
  bf16: positive.optional(),
  fp8: positive.optional(),
  int8: positive.optional(),
  fp6: positive.optional(),
  fp4: positive.optional(),
  int4: positive.optional(),
  /** GeForce boards: the FP16-accumulate rate that GGUF kernels reach. */
  fp16_fp16_accumulate: positive.optional(),
  fp8_fp16_accumulate: positive.optional(),
})

/** What the tensor cores or the engines' kernels can do with a number format on this GPU. */
const formats = z.strictObject({
  bf16: z.boolean(),
  fp8: z.boolean(),
  fp4: z.boolean(),
  int8: z.boolean(),
  /** Marlin mixed-precision kernels (weight-only int4). */
  int4_marlin: z.boolean(),
  fp8_weight_only: z.boolean().default(false),
  fp4_weight_only: z.boolean().default(false),
})

export const gpuSchema = z.strictObject({
  id: catalogId,
  name: z.string().min(1),
  vendor: z.enum(['nvidia', 'amd', 'intel', 'google', 'apple', 'other']),
  kind: z.enum(['gpu', 'hpu', 'tpu', 'unified-memory']),
  /** The vendor's name of the architecture, e.g. `Hopper`. */
  architecture: z.string().min(1),
  /** Efficiency class: an id in `catalogs/generations`. Also the family name that `search.gpus` accepts. */
  generation: catalogId,
  /** CUDA compute capability; null outside NVIDIA. */
  compute_capability: positive.nullable(),
  memory: z.strictObject({
    /** The vendor's "80 GB". */
    nominal_gb: positive,
    /** GiB that the driver reports to CUDA: an "80 GB" H100 has 79.18. */
    usable_gib: positive,
    /** `measured`: read from a running machine; `spec`: vendor table; `assumed`: derived, the note says how. */
    usable_basis: z.enum(['measured', 'spec', 'assumed']),
    note: z.string().optional(),
  }),
  /** GB/s (1e9), of the data sheet. */
  memory_bandwidth_gb_per_second: positive,
  dense_tflops: denseTflops,
  interconnect: z.strictObject({
    /** An id in `catalogs/links`: how GPUs of one machine talk to each other. */
    link: catalogId,
    /** Data-sheet bandwidth of one GPU, both directions together, GB/s. */
    gb_per_second_bidirectional: positive.nullable(),
    /** Largest number of GPUs that this link joins. */
    domain_size: count,
    note: z.string().optional(),
  }),
  pcie_generation: z.int().positive().nullable(),
  /** Measured host-to-device copy, GB/s, one direction; lowest machine where clouds differ. */
  host_to_device_gb_per_second: positive.optional(),
  power_watts: positive.nullable(),
  formats,
  /** Share of data-sheet bandwidth and peak reached, over the kernel's own; 1 where no record exists. */
  efficiency: z
    .strictObject({
      bandwidth: fitted.optional(),
      compute: fitted.optional(),
      llama_cpp_bandwidth: fitted.optional(),
      llama_cpp_compute: fitted.optional(),
      /** Training: rate of matrix products and attention over that of the efficiency class, as power limits of boards differ. */
      training_compute: fitted.optional(),
      /** Upper limit of any bandwidth efficiency: what a device-local copy reaches. */
      copy_share: fitted.optional(),
    })
    .default({}),
  /** Own runs behind the efficiency in serving, and in training. */
  calibrated: calibrated.optional(),
  training_calibrated: calibrated.optional(),
  /** Large matrix products, TFLOPS reached, where published. */
  matmul_tflops: z.strictObject({ bf16: positive.optional(), fp8: positive.optional() }).optional(),
  purchase_usd: z.strictObject({ value: positive, note: z.string() }).optional(),
  /** Figure -> where it was published. */
  sources: z.record(z.string(), sources),
  conflicts: z.array(z.string()).optional(),
  notes: z.array(z.string()).optional(),
  /** Figures no source was read for. */
  from_memory: z.array(z.string()).optional(),
})
export type Gpu = z.infer<typeof gpuSchema>

/** A file in `catalogs/gpus`. */
export const gpuFileSchema = z.strictObject({
  family: catalogId,
  as_of: catalogDate,
  gpus: z.array(gpuSchema).min(1),
})
