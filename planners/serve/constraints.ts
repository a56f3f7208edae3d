import { type Catalog, find } from '../../src/catalog/catalog.ts'
import type { Engine } from '../../src/catalog/engine.ts'
import type { Quantization, TensorClass } from '../../src/catalog/quantization.ts'
import { holdsNative, searchedByDefault } from '../../src/catalog/support.ts'
import { divisibilityProblem, parallelismProblem } from '../../src/memory/feasibility.ts'
import { parametersByClass } from '../../src/model/parameters.ts'
import type { ModelTensors } from '../../src/model/tensors.ts'
import { BYTES_PER_GIB } from '../../src/units.ts'
import { maxInstances } from '../max-instances.ts'
import type { Constraint } from '../search/space.ts'
import type { ServeAssignment } from './assignment.ts'
import type { ServeRequest } from './request.ts'

const MEMORY_REASON = 'weights, the KV cache of the traffic and everything beside them do not fit the fullest GPU'
const REFUSED = Number.POSITIVE_INFINITY
const refuse = (refused: boolean): number => (refused ? REFUSED : 0)

/** What a serving plan must satisfy, one by one, each with the reason a reader is told. */
export function serveConstraints(request: ServeRequest, catalog: Catalog): Constraint<ServeAssignment>[] {
  const { tensors, model } = request
  const native = model.native_quantization?.scheme
  const splitProblem = remembered((engine: Engine, tensorParallel = 1, pipelineParallel = 1, expertParallel = 1) =>
    tensors === null
      ? expertParallel > 1 ||
        (tensorParallel > 1 && !engine.parallelism.tensor) ||
        (pipelineParallel > 1 && !engine.parallelism.pipeline)
      : parallelismProblem(tensors, engine, { tensorParallel, pipelineParallel, expertParallel }) !== null,
  )
  const leastWeights = new Map<Quantization, number>()
  const leastWeightBytes = (quantization: Quantization): number => {
    let bytes = leastWeights.get(quantization)
    if (bytes === undefined) {
      bytes = tensors === null ? 0 : leastBytes(tensors, quantization)
      leastWeights.set(quantization, bytes)
    }
    return bytes
  }
  const groupProblem = remembered(
    (quantization: Quantization, tensorParallel = 1, expertParallel = 1) =>
      tensors !== null && divisibilityProblem(tensors, quantization, { tensorParallel, expertParallel }) !== null,
  )
  return [
    {
      name: 'weight_file',
      reason: 'the engine does not load this kind of weight file',
      needs: ['engine', 'quantization'],
      violation: (a) => refuse((a.engineEntry.weight_files === 'gguf') !== (a.quantization.gguf !== undefined)),
    },
    {
      name: 'native_format',
      reason: 'the format exists only for models released in it',
      needs: ['quantization'],
      violation: (a) =>
        refuse(a.quantization.only_native && (native === undefined || !holdsNative(a.quantization, native))),
    },
    {
      name: 'requantised',
      reason: 'the model is released quantised, and this format loses quality without saving a quarter of that',
      needs: ['quantization'],
      violation: (a) => refuse(request.defaultQuantizations && requantises(catalog, a.quantization, native)),
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
      needs: ['engine', 'gpu'],
      violation: (a) => {
        const { engine, release } = a.engine
        const { gpu } = a.board
        const capability = release.min_compute_capability ?? engine.min_compute_capability
        return refuse(
          !engine.vendors.includes(gpu.vendor) ||
            !engine.kinds.includes(gpu.kind) ||
            (capability !== null && gpu.compute_capability !== null && gpu.compute_capability < capability),
        )
      },
    },
    {
      name: 'repeated_format',
      reason: 'the format gives the same plan as another that the GPU runs (fp16 beside bf16)',
      needs: ['quantization', 'gpu'],
      violation: (a) => refuse(request.defaultQuantizations && !searchedByDefault(a.quantization, a.board.gpu)),
    },
    {
      name: 'weight_format',
      reason: 'the engine cannot run this weight format on this GPU',
      needs: ['engine', 'quantization', 'kv_cache', 'gpu'],
      violation: (a) => refuse(a.weightSupport.level === 'refused'),
    },
    {
      name: 'kv_format',
      reason: 'the engine cannot keep its KV cache in this format on this GPU',
      needs: ['engine', 'quantization', 'kv_cache', 'gpu'],
      violation: (a) => refuse(a.kvSupport.level === 'refused'),
    },
    {
      name: 'tensor_parallel',
      reason: 'tensor parallelism must divide heads, vocabulary and MLP width, and the engine must offer it',
      needs: ['engine', 'tensor_parallel'],
      // Experts that lie whole on their ranks need not divide: a degree is refused when it fits no spread of them.
      violation: (a) =>
        refuse(
          splitProblem(a.engineEntry, a.tensorParallel, 1, 1) &&
            request.expertParallel.every(
              (expertParallel) =>
                expertParallel === 1 || splitProblem(a.engineEntry, a.tensorParallel, 1, expertParallel),
            ),
        ),
    },
    {
      name: 'link',
      reason: 'a tensor-parallel group never reaches beyond the GPUs that one link joins',
      unit: 'gpus',
      needs: ['gpu', 'tensor_parallel'],
      violation: (a) => a.tensorParallel - a.board.gpu.interconnect.domain_size,
    },
    {
      name: 'pipeline_parallel',
      reason: 'a pipeline cannot have more stages than the model has layers, and the engine must offer it',
      needs: ['engine', 'pipeline_parallel'],
      violation: (a) => refuse(splitProblem(a.engineEntry, 1, a.pipelineParallel, 1)),
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
      // The same limit before anything is counted exactly: the weights alone, as if nothing were replicated or padded.
      name: 'memory',
      reason: MEMORY_REASON,
      unit: 'bytes',
      needs: ['quantization', 'gpu', 'tensor_parallel', 'pipeline_parallel'],
      evaluates: true,
      violation: (a) =>
        leastWeightBytes(a.quantization) / a.gpusPerReplica - a.board.gpu.memory.usable_gib * BYTES_PER_GIB,
      limit: (a) => a.board.gpu.memory.usable_gib * BYTES_PER_GIB,
    },
    {
      name: 'expert_parallel',
      reason: 'expert parallelism must divide the experts and the GPUs as the engine spreads them',
      needs: ['engine', 'tensor_parallel', 'expert_parallel'],
      violation: (a) => refuse(splitProblem(a.engineEntry, a.tensorParallel, 1, a.expertParallel)),
    },
    {
      name: 'group_size',
      reason: 'the quantisation groups do not divide into the split matrices',
      needs: ['quantization', 'tensor_parallel', 'expert_parallel'],
      violation: (a) => refuse(groupProblem(a.quantization, a.tensorParallel, a.expertParallel)),
    },
    {
      name: 'cache_layout',
      reason: 'the engine cannot lay out the caches of these layers in common pages',
      needs: ['engine', 'quantization', 'kv_cache', 'gpu', 'tensor_parallel', 'pipeline_parallel', 'expert_parallel'],
      evaluates: true,
      violation: (a) => refuse(a.memory.problem !== null),
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
      needs: ['offer'],
      evaluates: true,
      violation: (a) => refuse(a.refusal !== null),
    },
    {
      // The same limit on the machine itself: a replica that spans several needs more on each GPU.
      name: 'memory',
      reason: MEMORY_REASON,
      unit: 'bytes',
      needs: ['offer'],
      evaluates: true,
      violation: (a) => (a.memoryResult.fits ? 0 : Math.max(1, a.memoryResult.shortfallBytes)),
      limit: (a) => a.memoryResult.capacityBytes,
    },
    maxInstances(),
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

/** Weights of a whole model without its embedding, which some engines keep on the host. */
function leastBytes(tensors: ModelTensors, { bits, other_bits }: Quantization): number {
  const classes = Object.entries(parametersByClass(tensors)) as [TensorClass, number][]
  return classes.reduce(
    (bytes, [name, parameters]) => bytes + (name === 'embedding' ? 0 : (parameters * (bits[name] ?? other_bits)) / 8),
    0,
  )
}

/** A second quantisation of a released one must save at least this much to be worth its loss. */
const WORTHWHILE_SAVING = 0.25

/**
 * Whether a format would quantise a quantised release again for little: nobody publishes INT8 weights of a model that comes in
 * FP8. Scenarios that name the format get it all the same.
 */
function requantises(catalog: Catalog, quantization: Quantization, native: string | undefined): boolean {
  const released = native === undefined ? undefined : find(catalog, 'quantizations', native)
  if (released === undefined || holdsNative(quantization, released.id)) return false
  return bulkBits(quantization) > bulkBits(released) * (1 - WORTHWHILE_SAVING)
}

/** Bits of the tensors that make up most of a model. */
function bulkBits({ bits, other_bits }: Quantization): number {
  return bits.expert ?? bits.linear ?? other_bits
}

/** Remembers the answers to a question about degrees of parallelism: few values, asked at every node of the search. */
function remembered<T extends object>(ask: (about: T, ...degrees: number[]) => boolean) {
  const known = new Map<T, Map<string, boolean>>()
  return (about: T, ...degrees: number[]): boolean => {
    const answers = known.get(about) ?? new Map<string, boolean>()
    known.set(about, answers)
    const key = degrees.join(' ')
    const answer = answers.get(key) ?? ask(about, ...degrees)
    answers.set(key, answer)
    return answer
  }
}
