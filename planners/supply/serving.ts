import type { Catalog } from '../../src/catalog/catalog.ts'
import { search } from '../search/branch-and-bound.ts'
import { ServeAssignment } from '../serve/assignment.ts'
import { configurationOf } from '../serve/plan.ts'
import type { ServeRequest } from '../serve/request.ts'
import { fitsSpanning, serveSpace } from '../serve/space.ts'
import { unpriced } from '../unpriced.ts'
import { nonDominated, type ReplicaOption } from './replica-option.ts'

/** GPUs of the machine that stands in for any: the largest board, so that no split is refused for want of room. */
const LARGEST_BOARD = 16

/**
 * The ways in which a workload can run that no other way beats, by kind of GPU: every engine release, format, split and concurrency that
 * fits and meets the latency and quality targets, searched exactly. Prices play no part; who buys decides which is cheapest.
 * @param links how GPUs of a kind may be joined beside their usual link, by GPU id: shapes differ in this
 * @param largest GPUs that a replica may take at most, by GPU id; absent = no limit. Splits beyond it are not tried
 */
export function servingOptions(
  request: ServeRequest,
  catalog: Catalog,
  links: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
  largest: ReadonlyMap<string, number> = new Map(),
): ReplicaOption[] {
  return nonDominated(
    request.gpus.flatMap((gpu) => {
      const joined = new Set([gpu.interconnect.link, ...(links.get(gpu.id) ?? [])])
      const anywhere: ServeRequest = {
        ...request,
        gpus: [gpu],
        offers: [...joined].map((link) => unpriced({ gpu: gpu.id, gpu_count: LARGEST_BOARD, link })),
        maxGpus: Number.POSITIVE_INFINITY,
        redundancy: 0,
      }
      const most = largest.get(gpu.id)
      return most === undefined
        ? found(anywhere, catalog)
        : splitsWithin(anywhere, most).flatMap((each) => found(each, catalog))
    }),
  )
}

/** The request in parts, one for each tensor-parallel degree with the pipeline degrees that the GPUs leave. */
function splitsWithin(request: ServeRequest, mostGpus: number): ServeRequest[] {
  return request.tensorParallel.flatMap((tensorParallel) => {
    const pipelineParallel = request.pipelineParallel.filter((stages) => stages * tensorParallel <= mostGpus)
    return pipelineParallel.length === 0 ? [] : [{ ...request, tensorParallel: [tensorParallel], pipelineParallel }]
  })
}

/** Options of the request's only GPU; some of them may beat others. */
function found(request: ServeRequest, catalog: Catalog): ReplicaOption[] {
  const options: ReplicaOption[] = []
  search(serveSpace(request, catalog), new ServeAssignment(), {
    exhaustive: true,
    bound: () => null,
    accept: (a) => {
      // Most are beaten by one that is known: no object is made for them.
      const capacity = capacityOf(request, a)
      const beating = options.filter((known) => isBeaten(known, a, capacity))
      if (beating.some(({ maySpan }) => maySpan)) return
      const maySpan = fitsSpanning(request, catalog, a)
      if (maySpan || beating.length === 0) options.push(optionOf(request, a, maySpan))
    },
  })
  return options
}

function capacityOf(request: ServeRequest, a: ServeAssignment): number {
  return 'inFlight' in request.peak ? a.maxConcurrency : a.full.requestsPerSecond
}

/** Whether a known option is at least as good in all that counts but where it may stand, and better in something: equals are settled later, by their order. */
function isBeaten(known: ReplicaOption, a: ServeAssignment, capacity: number): boolean {
  const { totalBytes } = a.memoryResult
  return (
    known.link === a.board.link.id &&
    known.gpusPerReplica <= a.gpusPerReplica &&
    known.gpusTogether <= a.tensorParallel &&
    known.capacity >= capacity &&
    known.memoryBytes <= totalBytes &&
    (known.gpusPerReplica < a.gpusPerReplica ||
      known.gpusTogether < a.tensorParallel ||
      known.capacity > capacity ||
      known.memoryBytes < totalBytes)
  )
}

function optionOf(request: ServeRequest, a: ServeAssignment, maySpan: boolean): ReplicaOption {
  return {
    gpu: a.board.gpu.id,
    link: a.board.link.id,
    gpusPerReplica: a.gpusPerReplica,
    gpusTogether: a.tensorParallel,
    maySpan,
    capacity: capacityOf(request, a),
    memoryBytes: Math.ceil(a.memoryResult.totalBytes),
    lossPercent: a.lossPercent,
    configuration: { ...configurationOf(request, a), replicas: 1 },
  }
}
