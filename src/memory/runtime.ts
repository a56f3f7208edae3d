import type { Engine, MemoryConstants } from '../catalog/engine.ts'
import type { Trust } from '../catalog/facts.ts'
import { BYTES_PER_GIB, count, gib } from '../units.ts'

/** How the GPUs of a replica reach each other. */
export type LinkKind = 'nvlink' | 'pcie' | 'fabric' | 'none'

export interface RuntimeOptions {
  readonly memory: MemoryConstants
  readonly engine: Pick<Engine, 'reserved_gib'>
  readonly linkKind: LinkKind
  /** The replica spans machines. */
  readonly multiNode: boolean
  readonly tensorParallel: number
  readonly pipelineParallel: number
}

/** Memory outside the tensor allocator of one rank, bytes. */
export interface Runtime {
  /** Communicators of tensor and pipeline parallelism. */
  readonly communicationBytes: number
  /** The rest, with the CUDA context. */
  readonly runtimeBytes: number
  /** The part of both that the engine charges to its own budget. */
  readonly chargedBytes: number
  readonly source: Trust
  readonly explainCommunication: () => string
  readonly explainRuntime: () => string
}

/**
 * Memory that is neither weights, cache, activations nor graphs. One GPU: a constant. Tensor parallel over NVLink (or a vendor's
 * fabric): `base + slope x log2(tp)`; over PCIe without peer access: a constant. Layers split over stages without tensor parallelism:
 * little is charged, more is taken before the engine looks. Several machines add a constant.
 */
export function runtime({
  memory,
  engine,
  linkKind,
  multiNode,
  tensorParallel,
  pipelineParallel,
}: RuntimeOptions): Runtime {
  const parallel = tensorParallel > 1 || pipelineParallel > 1
  const single = memory.runtime_single_gib.value
  const context = memory.context_gib.value
  const nodes = parallel && multiNode ? memory.runtime_multi_node_gib.value : 0
  const reserved = tensorParallel > 1 ? engine.reserved_gib.tensor_parallel : 0
  const charged = outsideAllocator(memory, linkKind, tensorParallel, pipelineParallel) + nodes
  const own = Math.min(single, charged)
  // What a split over stages takes before profiling holds the CUDA context too.
  const isPipelineOnly = tensorParallel === 1 && pipelineParallel > 1
  const before = isPipelineOnly ? Math.max(0, (memory.runtime_pipeline_outside_gib?.value ?? 0) - context) : 0
  const communication = charged - own + before + reserved
  const constant = tensorParallel > 1 ? memory.runtime_nvlink_base_gib : memory.runtime_single_gib
  return {
    communicationBytes: Math.round(communication * BYTES_PER_GIB),
    runtimeBytes: Math.round((own + context) * BYTES_PER_GIB),
    chargedBytes: Math.round(charged * BYTES_PER_GIB),
    source: constant.records > 0 ? 'fitted' : 'assumed',
    explainCommunication: () =>
      parallel
        ? `communicators at tp ${count(tensorParallel)}, pp ${count(pipelineParallel)} over ${linkKind}: ` +
          `${gib(charged * BYTES_PER_GIB, 3)} outside the allocator - ${gib(own * BYTES_PER_GIB, 3)} of a single GPU` +
          (before + reserved > 0 ? ` + ${gib((before + reserved) * BYTES_PER_GIB, 3)} taken before load` : '')
        : 'one GPU: no communicators',
    explainRuntime: () =>
      `outside the allocator ${gib(own * BYTES_PER_GIB, 3)} + CUDA context ${gib(context * BYTES_PER_GIB, 3)}`,
  }
}

function outsideAllocator(
  memory: MemoryConstants,
  linkKind: LinkKind,
  tensorParallel: number,
  pipelineParallel: number,
): number {
  if (tensorParallel > 1) {
    return linkKind === 'nvlink' || linkKind === 'fabric'
      ? memory.runtime_nvlink_base_gib.value + memory.runtime_nvlink_per_doubling_gib.value * Math.log2(tensorParallel)
      : memory.runtime_pcie_gib.value
  }
  return pipelineParallel > 1 ? memory.runtime_pipeline_gib.value : memory.runtime_single_gib.value
}

/** Steps of the list of capture sizes: 1, 2, 4, then every 8 to 256, then every 16 (vLLM `cudagraph_capture_sizes`). */
const SIZES = { singles: [1, 2, 4], step: 8, fine_limit: 256, coarse_step: 16 }

/** How many batch sizes are captured up to `largest`. */
export function captureSizes(largest: number): number {
  const singles = SIZES.singles.filter((size) => size <= largest).length
  const fine = Math.floor(Math.min(largest, SIZES.fine_limit) / SIZES.step)
  return singles + fine + Math.max(0, Math.floor((largest - SIZES.fine_limit) / SIZES.coarse_step))
}

/** CUDA graphs of one stage. */
export interface Graphs {
  bytes(maxSequences: number): number
  explain(maxSequences: number): string
  readonly inBudget: boolean
  readonly source: Trust
}

/**
 * CUDA graphs: `base + per layer x L + per hidden x H` for the full list of sizes; fewer sizes in proportion. The largest size is twice
 * the sequences, at most the engine's limit.
 */
export function graphs(memory: MemoryConstants, layers: number, hidden: number, eager: boolean): Graphs {
  const full =
    eager || layers === 0
      ? 0
      : Math.round(
          (memory.graphs_base_gib.value +
            memory.graphs_per_layer_gib.value * layers +
            memory.graphs_per_hidden_gib.value * hidden) *
            BYTES_PER_GIB,
        )
  const sizes = (maxSequences: number) =>
    Math.min(memory.graphs_full_sizes, captureSizes(Math.min(memory.graphs_max_size, 2 * maxSequences)))
  return {
    bytes: (maxSequences) => (full === 0 ? 0 : Math.round((full * sizes(maxSequences)) / memory.graphs_full_sizes)),
    explain: (maxSequences) =>
      eager
        ? 'eager mode: no graphs'
        : `(${memory.graphs_base_gib.value} + ${memory.graphs_per_layer_gib.value} x ${layers} layers + ` +
          `${memory.graphs_per_hidden_gib.value} x ${count(hidden)} hidden) GiB x ${sizes(maxSequences)} of ${memory.graphs_full_sizes} sizes`,
    inBudget: memory.graphs_in_budget,
    source: memory.graphs_base_gib.records > 0 ? 'fitted' : 'assumed',
  }
}
