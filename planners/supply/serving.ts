import type { Catalog } from '../../src/catalog/catalog.ts'
import { search } from '../search/branch-and-bound.ts'
import { ServeAssignment } from '../serve/assignment.ts'
import { configurationOf } from '../serve/plan.ts'
import type { ServeRequest } from '../serve/request.ts'
import { serveSpace } from '../serve/space.ts'
import { unpriced } from '../unpriced.ts'
import { nonDominated, type ReplicaOption } from './replica-option.ts'

/** GPUs of the machine that stands in for any: the largest board, so that no split is refused for want of room. */
const LARGEST_BOARD = 16

/**
 * The ways in which a workload can run that no other way beats, by kind of GPU: every engine release, format, split and concurrency that
 * fits and meets the latency and quality targets, searched exactly. Prices play no part; who buys decides which is cheapest.
 * @param links how GPUs of a kind may be joined beside their usual link, by GPU id: shapes differ in this
 */
export function servingOptions(
  request: ServeRequest,
  catalog: Catalog,
  links: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): ReplicaOption[] {
  const offers = request.gpus.flatMap((gpu) => {
    const joined = new Set([gpu.interconnect.link, ...(links.get(gpu.id) ?? [])])
    return [...joined].map((link) => unpriced({ gpu: gpu.id, gpu_count: LARGEST_BOARD, link }))
  })
  const anywhere: ServeRequest = { ...request, offers, maxGpus: Number.POSITIVE_INFINITY, redundancy: 0 }
  const found: ReplicaOption[] = []
  search(serveSpace(anywhere, catalog), new ServeAssignment(), {
    exhaustive: true,
    bound: () => null,
    accept: (a) => {
      // Most are beaten by one that is known: no object is made for them.
      const capacity = capacityOf(anywhere, a)
      if (!found.some((known) => isBeaten(known, a, capacity))) found.push(optionOf(anywhere, a))
    },
  })
  return nonDominated(found)
}

function capacityOf(request: ServeRequest, a: ServeAssignment): number {
  return 'inFlight' in request.peak ? a.maxConcurrency : a.full.requestsPerSecond
}

/** Whether a known option is at least as good in all that counts and better in something: equals are settled later, by their order. */
function isBeaten(known: ReplicaOption, a: ServeAssignment, capacity: number): boolean {
  const { totalBytes } = a.memoryResult
  return (
    known.gpu === a.board.gpu.id &&
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

function optionOf(request: ServeRequest, a: ServeAssignment): ReplicaOption {
  return {
    gpu: a.board.gpu.id,
    link: a.board.link.id,
    gpusPerReplica: a.gpusPerReplica,
    gpusTogether: a.tensorParallel,
    capacity: capacityOf(request, a),
    memoryBytes: Math.ceil(a.memoryResult.totalBytes),
    lossPercent: a.lossPercent,
    configuration: { ...configurationOf(request, a), replicas: 1 },
  }
}
