import { z } from 'zod'
import { calibrated, catalogDate, catalogId, count, fitted, positive, softMaximumExponent, sources } from './facts.ts'

/** A share of something: above 0, at most 1. */
const share = z.strictObject({ value: positive.max(1), records: z.int().nonnegative() })

/** Arithmetic of the large matrix products; mxfp8 and nvfp4 are block-scaled. */
export const computePrecisions = ['bf16', 'fp8', 'mxfp8', 'nvfp4'] as const
export type ComputePrecision = (typeof computePrecisions)[number]

/** What the dies of one kind reach. */
const efficiencyClass = z.strictObject({
  /** Share of the dense peak of the format that a large matrix product reaches, power limits included. */
  gemm: z.strictObject({ bf16: share, fp8: share.optional(), nvfp4: share.optional() }),
  /** Share of the 16-bit peak in fused attention. */
  attention: share,
  /** No training record of these dies: the widest error applies. */
  assumed: z.boolean().default(false),
  note: z.string().optional(),
})
export type EfficiencyClass = z.infer<typeof efficiencyClass>

/** How often instances of a type were reclaimed over a month, as the provider publishes it: shares, low and high end of its band. */
const interruptionBand = z.strictObject({
  low: positive.max(1),
  high: positive.max(1),
  /** Part of an instance or GPU name that the band was published for. */
  instances: z.array(z.string().min(1)).min(1),
  as_of: catalogDate,
})

/** Reports a name that a table does not have. */
function requireKeys(
  table: Record<string, unknown>,
  names: [path: string[], name: string][],
  context: z.core.$RefinementCtx,
): void {
  for (const [path, name] of names) {
    if (!Object.hasOwn(table, name)) context.addIssue({ code: 'custom', path, message: `no such entry: "${name}"` })
  }
}

/** Constants of failures, checkpoints and spot interruptions. */
export const reliabilityPhysicsSchema = z.strictObject({
  /** GPU-hours between failures that stop a job. */
  gpu_hours_per_failure: z.strictObject({ value: positive, low: positive, high: positive, records: count }),
  /** Seconds from a failure until training goes on. */
  restart_seconds: fitted,
  /** Bytes a trainable parameter in a checkpoint; a frozen base is not written. */
  checkpoint_bytes_per_parameter: z.strictObject({ full: fitted, adapters: fitted }),
  /** Bytes a second at which a job writes checkpoints: by GPU, within the range of usual shared storage. */
  checkpoint_bytes_per_second: z.strictObject({ per_gpu: fitted, lowest: fitted, highest: fitted }),
  spot: z
    .strictObject({
      /** The hours that the bands refer to. */
      month_hours: positive,
      bands: z.record(catalogId, interruptionBand),
      /** The band of instances that have none. */
      default_band: catalogId,
      /** Bands count short-lived instances too, so long runs are interrupted more often. */
      long_run_factor: fitted,
    })
    .superRefine((spot, context) => requireKeys(spot.bands, [[['default_band'], spot.default_band]], context)),
})
export type ReliabilityPhysics = z.infer<typeof reliabilityPhysicsSchema>

/** Constants of the training-time law that belong to no single GPU or trainer: `catalogs/physics/training.yaml`. */
const trainingPhysicsFields = z.strictObject({
  as_of: catalogDate,
  classes: z.record(catalogId, efficiencyClass),
  /** GPU generation -> class; `uncapped` where boards of the generation may draw what they need (see the threshold). */
  generations: z.record(catalogId, z.strictObject({ class: catalogId, uncapped: catalogId.optional() })),
  /** Generations that are not listed. */
  default_generation: z.strictObject({ class: catalogId, uncapped: catalogId.optional() }),
  /** 16-bit TFLOPS a watt below which power does not limit large matrix products. */
  uncapped_below_tflops_per_watt: fitted,
  /** Share of data-sheet memory bandwidth. */
  memory_bandwidth: share,
  /** Width of a matrix at which a product reaches half of its rate. */
  gemm_half_width: fitted,
  /** Time of block-scaled fp8 (MXFP8) over per-tensor fp8. */
  mxfp8_time: fitted,
  /** Element-wise kernels: bytes per token, layer and hidden unit. */
  elementwise_bytes: fitted,
  /** What a recurrent layer adds, in layers. */
  elementwise_recurrent_layers: fitted,
  /** Share of element-wise work that tensor parallelism divides without sequence parallelism. */
  elementwise_divided: share,
  /** Bytes of a head and loss per token and vocabulary entry, and the part left by chunked and fused losses. */
  head_bytes: fitted,
  head_small_loss: share,
  /** Routed experts: grouped over dense products, tokens an expert at half rate, bytes per routed copy and hidden unit. */
  expert_gemm: share,
  expert_half_tokens: fitted,
  expert_copy_bytes: fitted,
  /** Bytes per local parameter and micro-step: an fp32 gradient is read and written. */
  accumulate_bytes: fitted,
  /** Bytes per linear parameter and pass: a 16-bit copy of a 4-bit weight is written and read. */
  dequantise_bytes: fitted,
  /** Seconds of host time per layer and pass, and the exponent of its soft maximum with compute. */
  launch_seconds: fitted,
  launch_exponent: softMaximumExponent,
  /** Share of the one-way data-sheet rate of NVLink and other switched fabrics. */
  fabric_rate: share,
  /** Share of the one-way PCIe rate between GPUs that meet in host memory. */
  pcie_rate: share,
  /** Share of the network's rate. */
  network_rate: share,
  /** Own runs behind the rates of PCIe and network. */
  calibrated: calibrated.optional(),
  /** What a run has that names its GPUs and not its machines: the usual cluster of its time. Plans take the offer's figures. */
  usual_cluster: z.strictObject({
    /** At least; all GPUs that a link joins stand in one machine or rack. */
    gpus_per_machine: fitted,
    /** GPUs whose link may join more than the usual machine holds, by id. */
    smaller_machines: z.record(catalogId, fitted).default({}),
    /** One-way rate of the network between machines by GPU generation, GB/s a GPU; absent = no usual one. */
    network_gb_per_second_per_gpu: z.record(catalogId, fitted),
  }),
  /** Share of the one-way PCIe rate between a GPU and host memory. */
  host_rate: share,
  /** One-way rate of 16 lanes by PCIe generation, GB/s. */
  pcie_one_way_gb_per_second: z.record(z.string().regex(/^\d$/), positive),
  /** Bytes a parameter that a gather moves. */
  gather_bytes: z.strictObject({ bf16: fitted, nf4: fitted }),
  /** Bytes a parameter of gradients reduced in every micro-step (ZeRO-3), and once a step (fp32 reduction, 16-bit weights). */
  scatter_bytes: fitted,
  reduce_bytes: fitted,
  regather_bytes: fitted,
  /** Routed copies of a token that cross a network at most: copies for one node travel together. */
  expert_network_copies: fitted,
  /** Share of tensor-, context- and expert-parallel traffic that is not hidden under compute. */
  exposed_traffic: share,
  /** Share of compute under which sharding traffic hides, and the share of itself that never does: switched links, PCIe boxes. */
  hidden_sharding: z.strictObject({ fabric: share, pcie: share }),
  /** Bytes per local optimizer parameter and step. */
  optimizer_bytes: fitted,
  /** Optimizer in host memory: bytes per parameter over PCIe a step, parameters a second of the host's Adam (all GPUs of a node). */
  offload_bytes: fitted,
  host_adam_parameters_per_second: fitted,
  reliability: reliabilityPhysicsSchema,
  sources,
  notes: z.array(z.string()).optional(),
})

/** Every class that a generation names exists. */
export const trainingPhysicsSchema = trainingPhysicsFields.superRefine((physics, context) => {
  const rows = Object.entries(physics.generations).map(([id, row]): [string[], typeof row] => [
    ['generations', id],
    row,
  ])
  rows.push([['default_generation'], physics.default_generation])
  const named = rows.flatMap(([path, row]) =>
    [row.class, row.uncapped].flatMap((name): [string[], string][] => (name === undefined ? [] : [[path, name]])),
  )
  requireKeys(physics.classes, named, context)
})
export type TrainingPhysics = z.infer<typeof trainingPhysicsSchema>
