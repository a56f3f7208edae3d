import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { qualityLoss, supportFor } from '../../src/catalog/support.ts'
import { instancesFor, packingRefusal } from '../../src/cost/packing.ts'
import type { ServingLoad } from '../../src/memory/serving.ts'
import { wholeFor } from '../round.ts'
import { compareKeys } from '../search/ranking.ts'
import type { Space, Variable } from '../search/space.ts'
import type { ServeAssignment } from './assignment.ts'
import { boardsOf } from './boards.ts'
import { serveConstraints } from './constraints.ts'
import type { ServeRequest } from './request.ts'
import { batchedTokens, memoryOf, performanceOf } from './system.ts'

/**
 * What a serving plan chooses, from the outside in: engine, weight format, KV format, GPU, how one replica is split, how many
 * sequences it takes at once, and the machine it is rented on. The number of replicas follows from the traffic.
 */
export function serveSpace(request: ServeRequest, catalog: Catalog): Space<ServeAssignment> {
  const boards = boardsOf(request, catalog)
  // Small formats first: they give the cheap and fast plans that later ones are measured against.
  const quantizations = [...request.quantizations].sort((a, b) => bitsOf(a) - bitsOf(b) || compareKeys([a.id], [b.id]))
  const offersOf = new Map(boards.map((board) => [board, board.offers]))
  const variables: Variable<ServeAssignment>[] = [
    variable('engine', request.engines, (a, value) => {
      a.engine = value
    }),
    variable('quantization', quantizations, (a, value) => {
      a.quantization = value
    }),
    variable('kv_cache', request.kvFormats, (a, value) => {
      a.kv = value
    }),
    variable('gpu', boards, (a, value) => {
      a.board = value
    }),
    variable('tensor_parallel', request.tensorParallel, (a, value) => {
      a.tensorParallel = value
    }),
    variable('pipeline_parallel', request.pipelineParallel, (a, value) => {
      a.pipelineParallel = value
    }),
    variable('expert_parallel', request.expertParallel, (a, value) => {
      a.expertParallel = value
    }),
    variable('max_concurrency', request.maxConcurrency, (a, value) => {
      a.maxConcurrency = value
    }),
    {
      name: 'offer',
      dependsOn: ['gpu'],
      domain: (a) => offersOf.get(a.board) ?? [],
      bind: (a, value: ServeAssignment['priced']) => {
        a.priced = value
      },
    },
  ]
  return {
    variables,
    derivations: [
      {
        needs: ['engine', 'quantization', 'kv_cache'],
        compute: (a) => {
          a.lossPercent = qualityLoss(a.quantization, qualityModel(request), a.kv, request.context).expected
        },
      },
      {
        needs: ['engine', 'quantization', 'kv_cache', 'gpu'],
        compute: (a) => {
          a.weightSupport = supportFor(a.quantization, a.engineEntry.id, a.board.gpu)
          a.kvSupport = supportFor(a.kv, a.engineEntry.id, a.board.gpu)
        },
      },
      {
        needs: ['engine', 'quantization', 'kv_cache', 'gpu', 'tensor_parallel', 'pipeline_parallel', 'expert_parallel'],
        compute: (a) => prepare(request, catalog, a),
      },
      {
        needs: ['max_concurrency'],
        compute: (a) => load(request, a),
      },
      {
        needs: ['offer'],
        compute: (a) => {
          const { offer, usdPerHour } = a.priced
          place(a, offer)
          if (a.refusal === null) settleMemory(request, catalog, a)
          a.usdPerHour = a.instances * usdPerHour
        },
      },
    ],
    constraints: serveConstraints(request, catalog),
  }
}

function bitsOf({ bits, other_bits }: ServeRequest['quantizations'][number]): number {
  return bits.linear ?? other_bits
}

function variable<T>(
  name: string,
  values: readonly T[],
  bind: (assignment: ServeAssignment, value: T) => void,
): Variable<ServeAssignment> {
  return { name, domain: () => values, bind }
}

/** What quality loss depends on. */
export function qualityModel(request: ServeRequest): { parameters: number; nativeScheme?: string } {
  const native = request.model.native_quantization?.scheme
  return { parameters: request.parameters, ...(native === undefined ? {} : { nativeScheme: native }) }
}

/** Memory and speed of one replica as functions of its load. */
export function prepare(request: ServeRequest, catalog: Catalog, a: ServeAssignment): void {
  a.leastMemory = memoryOf(request, catalog, a, a.gpusPerReplica > a.board.largestInstance)
  a.spanningMemory = null
  a.memory = a.leastMemory
  a.performance = performanceOf(request, catalog, a)
  a.maxBatchedTokens = batchedTokens(request, a)
  a.performance.at(1, a.alone)
}

/** Does the traffic fit, and if so, what does a full replica do. */
export function load(request: ServeRequest, a: ServeAssignment): void {
  a.memory = a.leastMemory
  a.memoryResult = a.memory.evaluate(loadOf(request, a))
  if (a.memoryResult.fits) replicate(request, a)
}

/** What the KV cache and the buffers of a full replica must hold. */
function loadOf(request: ServeRequest, a: ServeAssignment): ServingLoad {
  return {
    maxSequences: a.maxConcurrency,
    maxBatchedTokens: a.maxBatchedTokens,
    context: request.context,
    sequences: a.maxConcurrency,
    sequenceTokens: request.inputTokens + request.outputTokens,
  }
}

/** Counts the memory on the bound offer: a replica that spans its instances needs more on each GPU than inside a larger one. */
export function settleMemory(request: ServeRequest, catalog: Catalog, a: ServeAssignment): void {
  const spans = a.gpusPerReplica > a.priced.offer.gpu_count && a.gpusPerReplica <= a.board.largestInstance
  if (spans) a.spanningMemory ??= memoryOf(request, catalog, a, true)
  const memory = (spans ? a.spanningMemory : null) ?? a.leastMemory
  if (memory === a.memory) return
  a.memory = memory
  a.memoryResult = memory.evaluate(loadOf(request, a))
}

/** Whether a replica that fits one machine can also span several: the engine must, and each GPU then holds more. */
export function fitsSpanning(request: ServeRequest, catalog: Catalog, a: ServeAssignment): boolean {
  if (a.gpusPerReplica === 1) return true
  if (!a.engineEntry.parallelism.multi_node) return false
  a.spanningMemory ??= memoryOf(request, catalog, a, true)
  return a.spanningMemory.evaluate(loadOf(request, a)).fits
}

/** Speed of a full replica, and how many of them carry the busiest hour. Only asked of what fits. */
export function replicate(request: ServeRequest, a: ServeAssignment): void {
  a.performance.at(a.maxConcurrency, a.full)
  const { peak } = request
  const share =
    'inFlight' in peak ? peak.inFlight / a.maxConcurrency : peak.requestsPerSecond / a.full.requestsPerSecond
  // A load that fills its replicas exactly must not round up to one more through the last bit.
  a.loadedReplicas = Math.max(1, wholeFor(share))
  a.replicas = a.loadedReplicas + request.redundancy
}

/** Whole instances of an offer that hold the replicas, or why they cannot. */
export function place(a: ServeAssignment, offer: Offer): void {
  a.refusal = shapeRefusal(a, offer)
  a.instances = a.refusal === null ? instancesFor(a.replicas, a.gpusPerReplica, a.tensorParallel, offer.gpu_count) : 0
}

/** Why instances of an offer cannot hold a replica; null where they can. */
export function shapeRefusal(a: ServeAssignment, offer: Offer): ServeAssignment['refusal'] {
  const gpus = a.gpusPerReplica
  const refusal = packingRefusal(gpus, a.tensorParallel, offer.gpu_count, offer.network_gbit_per_second !== null)
  if (refusal !== null) return refusal
  return gpus > offer.gpu_count && !a.engineEntry.parallelism.multi_node ? 'no_network' : null
}
