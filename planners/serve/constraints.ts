import { divisibilityProblem } from '../../src/memory/weights.ts'
import type { Constraint } from '../search/space.ts'
import type { ServeAssignment } from './assignment.ts'
import type { ServeRequest } from './request.ts'

const MEMORY_REASON = 'weights, the KV cache of the traffic and everything beside them do not fit the fullest GPU'
const REFUSED = Number.POSITIVE_INFINITY
const refuse = (refused: boolean): number => (refused ? REFUSED : 0)

/** What a serving plan must satisfy, one by one, each with the reason a reader is told. */
export function serveConstraints(request: ServeRequest): Constraint<ServeAssignment>[] {
  const { tensors, model } = request
  const native = model.native_quantization?.scheme
  return [
    {
      name: 'weight_file',
      reason: 'the engine does not load this kind of weight file',
      unit: '',
      needs: ['engine', 'quantization'],
      violation: (a) => refuse((a.engineEntry.weight_files === 'gguf') !== a.quantization.id.startsWith('gguf-')),
    },
    {
      name: 'native_format',
      reason: 'the format exists only for models released in it',
      unit: '',
      needs: ['quantization'],
      violation: (a) => refuse(a.quantization.only_native && a.quantization.id !== native),
    },
    {
      name: 'quality',
      reason: 'the expected quality loss is above quality.max_loss_percent',
      unit: 'percent',
      needs: ['engine', 'quantization', 'kv_cache'],
      violation: (a) => a.lossPercent - request.maxLossPercent,
      limit: () => request.maxLossPercent,
    },
    {
      name: 'engine_support',
      reason: 'the engine does not run on this GPU',
      unit: '',
      needs: ['engine', 'gpu'],
      violation: (a) => {
        const { engine } = a.engine
        const { gpu } = a.board
        const capability = engine.min_compute_capability
        return refuse(
          !engine.vendors.includes(gpu.vendor) ||
            !engine.kinds.includes(gpu.kind) ||
            (capability !== null && gpu.compute_capability !== null && gpu.compute_capability < capability),
        )
      },
    },
    {
      name: 'weight_format',
      reason: 'the engine cannot run this weight format on this GPU',
      unit: '',
      needs: ['engine', 'quantization', 'kv_cache', 'gpu'],
      violation: (a) => refuse(a.weightSupport.level === 'refused'),
    },
    {
      name: 'kv_format',
      reason: 'the engine cannot keep its KV cache in this format on this GPU',
      unit: '',
      needs: ['engine', 'quantization', 'kv_cache', 'gpu'],
      violation: (a) => refuse(a.kvSupport.level === 'refused'),
    },
    {
      name: 'parallelism',
      reason: 'the engine does not offer this kind of parallelism',
      unit: '',
      needs: ['engine', 'tensor_parallel', 'pipeline_parallel'],
      violation: (a) => {
        const { parallelism } = a.engineEntry
        return refuse(
          (a.tensorParallel > 1 && !parallelism.tensor) || (a.pipelineParallel > 1 && !parallelism.pipeline),
        )
      },
    },
    {
      name: 'heads',
      reason: 'tensor parallelism must divide the attention heads and the vocabulary, and match the KV heads',
      unit: '',
      needs: ['tensor_parallel'],
      violation: (a) => refuse(tensors !== null && headsProblem(tensors, a.tensorParallel)),
    },
    {
      name: 'layers',
      reason: 'a pipeline cannot have more stages than the model has layers',
      unit: 'stages',
      needs: ['pipeline_parallel'],
      violation: (a) => (tensors === null ? 0 : a.pipelineParallel - tensors.layerCount),
    },
    {
      name: 'gpus_per_replica',
      reason: 'one replica with its spares already takes more than search.max_gpus',
      unit: 'gpus',
      needs: ['tensor_parallel', 'pipeline_parallel'],
      violation: (a) => a.gpusPerReplica * (1 + request.redundancy) - request.maxGpus,
      limit: () => request.maxGpus,
    },
    {
      name: 'experts',
      reason: 'expert parallelism must divide the experts and the GPUs as the engine spreads them',
      unit: '',
      needs: ['engine', 'tensor_parallel', 'expert_parallel'],
      violation: (a) => refuse(expertsProblem(request, a)),
    },
    {
      name: 'group_size',
      reason: 'the quantisation groups do not divide into the split matrices',
      unit: '',
      needs: ['quantization', 'tensor_parallel', 'expert_parallel'],
      violation: (a) =>
        refuse(
          tensors !== null &&
            divisibilityProblem(tensors, a.quantization, a.tensorParallel, a.expertParallel) !== null,
        ),
    },
    {
      // The same limit, checked before the concurrency is chosen: what no concurrency can make smaller.
      name: 'memory',
      reason: MEMORY_REASON,
      unit: 'bytes',
      needs: ['engine', 'quantization', 'kv_cache', 'gpu', 'tensor_parallel', 'pipeline_parallel', 'expert_parallel'],
      evaluates: true,
      violation: (a) => a.memory.minimumBytes - a.memory.capacityBytes,
      limit: (a) => a.memory.capacityBytes,
    },
    {
      name: 'memory',
      reason: MEMORY_REASON,
      unit: 'bytes',
      needs: ['max_concurrency'],
      evaluates: true,
      violation: (a) => (a.memoryResult.fits ? 0 : Math.max(1, a.memoryResult.shortfallBytes)),
      limit: (a) => a.memoryResult.capacityBytes,
    },
    {
      name: 'prompt_queue',
      reason: 'prompts arrive faster than they are processed: the queue has no steady state',
      unit: 'share',
      needs: ['max_concurrency'],
      evaluates: true,
      violation: (a) => a.full.promptUtilization - a.performance.system.physics.max_prompt_utilization.value,
      limit: (a) => a.performance.system.physics.max_prompt_utilization.value,
    },
    {
      name: 'ttft',
      reason: 'the time to first token of a full replica is above latency.ttft_ms',
      unit: 'ms',
      needs: ['max_concurrency'],
      evaluates: true,
      violation: (a) => (request.ttftMs === null ? 0 : a.full.ttftSeconds * 1000 - request.ttftMs),
      limit: () => request.ttftMs ?? 0,
    },
    {
      name: 'tpot',
      reason: 'the time per output token of a full replica is above latency.tpot_ms',
      unit: 'ms',
      needs: ['max_concurrency'],
      evaluates: true,
      violation: (a) => (request.tpotMs === null ? 0 : a.full.tpotSeconds * 1000 - request.tpotMs),
      limit: () => request.tpotMs ?? 0,
    },
    {
      name: 'shape',
      reason: 'the replica does not fit the machine: tensor parallelism never leaves one, stages need a known network',
      unit: '',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => refuse(a.refusal !== null),
    },
    {
      name: 'max_instances',
      reason: 'the provider lets no more instances be taken',
      unit: 'instances',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => a.instances - (a.priced.offer.max_instances ?? a.instances),
      limit: (a) => a.priced.offer.max_instances ?? 1,
    },
    {
      name: 'max_gpus',
      reason: 'the traffic needs more GPUs than search.max_gpus',
      unit: 'gpus',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => a.gpusPaid - request.maxGpus,
      limit: () => request.maxGpus,
    },
  ]
}

/** Engines pad the vocabulary to a multiple of this before they split it (vLLM, VocabParallelEmbedding). */
const VOCABULARY_PADDING = 64

function headsProblem(tensors: NonNullable<ServeRequest['tensors']>, tensorParallel: number): boolean {
  if (tensorParallel === 1) return false
  const { vocabulary_size } = tensors.architecture
  const padded = Math.ceil(vocabulary_size / VOCABULARY_PADDING) * VOCABULARY_PADDING
  if (padded % tensorParallel !== 0) return true
  return tensors.kinds.some(({ attention }) => {
    switch (attention.kind) {
      case 'softmax':
      case 'cross':
        return (
          attention.heads % tensorParallel !== 0 ||
          (attention.kv_heads % tensorParallel !== 0 && tensorParallel % attention.kv_heads !== 0)
        )
      case 'mla':
      case 'compressed':
      case 'kimi-delta':
      case 'lightning':
      case 'mamba2':
        return attention.heads % tensorParallel !== 0
      case 'gated-deltanet':
        return attention.k_heads % tensorParallel !== 0 || attention.v_heads % tensorParallel !== 0
      case 'mamba1':
        return (attention.expand * tensors.architecture.hidden_size) % tensorParallel !== 0
      case 'short-conv':
      case 'linear':
        return tensors.architecture.hidden_size % tensorParallel !== 0
      case 'none':
        return false
    }
  })
}

function expertsProblem(request: ServeRequest, a: ServeAssignment): boolean {
  const { expertParallel, tensorParallel } = a
  if (expertParallel === 1) return false
  const { experts } = request.profile
  if (experts === 0 || experts % expertParallel !== 0) return true
  switch (a.engineEntry.parallelism.expert) {
    case 'none':
      return true
    case 'all-ranks':
      return expertParallel !== tensorParallel
    case 'divisor':
      return tensorParallel % expertParallel !== 0
  }
}
