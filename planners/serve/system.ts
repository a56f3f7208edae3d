import { type Catalog, get } from '../../src/catalog/catalog.ts'
import type { Engine } from '../../src/catalog/engine.ts'
import type { Quantization } from '../../src/catalog/quantization.ts'
import { prepareRuleOfThumbMemory } from '../../src/memory/rule-of-thumb.ts'
import { prepareServingMemory, type ServingMemory } from '../../src/memory/serving.ts'
import { kernelRates } from '../../src/performance/hardware.ts'
import { type ServingLoad, ServingPerformance } from '../../src/performance/serving.ts'
import { weightBits } from '../../src/performance/weight-bits.ts'
import { servingHeadroom } from './accuracy.ts'
import type { ServeAssignment } from './assignment.ts'
import type { ServeRequest } from './request.ts'

/** Kernels that multiply with 16-bit weights: what the head and unquantised tensors run on. */
const PLAIN_KERNEL = { safetensors: 'f16', gguf: 'gguf-f16' } as const

/** The engine's own limits for this GPU where no flag sets them. */
export function batchDefault(a: ServeAssignment): Engine['batch_defaults'][number] {
  const { gpu } = a.board
  const row = a.engineEntry.batch_defaults.find(
    (candidate) => gpu.memory.usable_gib >= candidate.min_memory_gib && !candidate.except_gpus.includes(gpu.id),
  )
  if (row === undefined) throw new Error(`${a.engineEntry.id} has no batch default for ${gpu.id}`)
  return row
}

/** Tokens of one engine step: the scenario's, else the engine's default for this GPU. */
export function batchedTokens(request: ServeRequest, a: ServeAssignment): number {
  return request.maxBatchedTokens ?? batchDefault(a).max_batched_tokens
}

/** Memory of one replica as the scenario wants it counted, inside one machine or over several. */
export function memoryOf(
  request: ServeRequest,
  catalog: Catalog,
  a: ServeAssignment,
  spansMachines: boolean,
): ServingMemory {
  const common = {
    quantization: a.quantization,
    gpu: a.board.gpu,
    tensorParallel: a.tensorParallel,
    pipelineParallel: a.pipelineParallel,
    expertParallel: a.expertParallel,
    headroomFraction: servingHeadroom(request, a),
  }
  if (request.memoryModel === 'rule-of-thumb' || request.tensors === null) {
    return prepareRuleOfThumbMemory({
      ...common,
      parameters: request.model.nominal_parameters ?? request.parameters,
      hiddenSize: request.tensors?.architecture.hidden_size ?? null,
      kv: a.kv,
    })
  }
  return prepareServingMemory({
    ...common,
    tensors: request.tensors,
    support: { level: a.weightSupport.level, ...expansion(catalog, a) },
    kv: a.kv,
    engine: a.engineEntry,
    release: a.release,
    linkKind: a.board.link.kind,
    multiNode: spansMachines,
    utilization: request.utilization ?? a.engineEntry.default_utilization ?? 1,
  })
}

function expansion(catalog: Catalog, a: ServeAssignment): { expandsTo?: Quantization } {
  const id = a.weightSupport.expands_to
  return id === undefined ? {} : { expandsTo: get(catalog, 'quantizations', id) }
}

/** Speed of one replica. */
export function performanceOf(request: ServeRequest, catalog: Catalog, a: ServeAssignment): ServingPerformance {
  const plainKernel = get(catalog, 'kernels', PLAIN_KERNEL[a.engineEntry.weight_files])
  const kernel = get(catalog, 'kernels', a.weightSupport.kernel ?? a.quantization.kernel)
  const load: ServingLoad = {
    inputTokens: request.inputTokens,
    outputTokens: request.outputTokens,
    prefixCached: request.prefixCached,
    chunkTokens: batchedTokens(request, a),
  }
  return new ServingPerformance(
    {
      profile: request.profile,
      gpu: a.board.gpu,
      generation: a.board.generation,
      link: a.board.link,
      quantization: a.quantization,
      weightBits: weightBits(request.tensors, a.quantization),
      kv: a.kv,
      kernel,
      expertKernel:
        a.weightSupport.kernel === undefined && a.quantization.expert_kernel !== undefined
          ? get(catalog, 'kernels', a.quantization.expert_kernel)
          : kernel,
      plainKernel,
      host: a.release.host,
      llamaCpp: a.engineEntry.weight_files === 'gguf',
      physics: catalog.physics.serving,
      tensorParallel: a.tensorParallel,
      pipelineParallel: a.pipelineParallel,
      expertParallel: a.expertParallel,
    },
    load,
  )
}

/**
 * Seconds that a request takes at least: the linear weights are read once for each output token, at the kernel's bandwidth, over
 * the GPUs of a tensor-parallel group. Stages of a pipeline take turns, so they do not shorten it.
 */
export function leastRequestSeconds(request: ServeRequest, catalog: Catalog, a: ServeAssignment): number {
  const { bytesPerSecond } = kernelRates(
    a.board.gpu,
    get(catalog, 'kernels', a.weightSupport.kernel ?? a.quantization.kernel),
  )
  const bytes = (request.profile.linearParameters * weightBits(request.tensors, a.quantization).linear) / 8
  return (request.outputTokens * bytes) / (a.tensorParallel * bytesPerSecond)
}
