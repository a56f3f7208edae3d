import type { Catalog } from '../../src/catalog/catalog.ts'
import { search } from '../search/branch-and-bound.ts'
import { ServeAssignment } from '../serve/assignment.ts'
import { configurationOf } from '../serve/plan.ts'
import type { ServeRequest } from '../serve/request.ts'
import { serveSpace } from '../serve/space.ts'
import type { ReplicaOption } from '../supply/replica-option.ts'
import { unpriced } from '../unpriced.ts'
import type { Member, NodeKind, Unit } from './placement.ts'
import type { FleetWorkload } from './requests.ts'
import { demandOf } from './supply.ts'
import { shared } from './unit-plan.ts'

/** Most models on one GPU. Engines take turns, so each more makes all of them slower. */
export const MOST_SHARERS = 4

/** Sets of sharers that one fleet tries; with more small models, fewer share a GPU. */
const MOST_SETS = 3000

/** Steps of the memory share that an engine is given: its flag has two digits. */
const STEP = 0.01
/** What rounding may hide. */
const SLACK = 1e-9

/** A model that carries its whole load on its part of a GPU. */
interface Part {
  readonly workload: string
  readonly option: ReplicaOption
  /** Share of the GPU's memory that its engine is given. */
  readonly memoryShare: number
  /** Share that all engines together may be given. */
  readonly mostShare: number
}

/** Several small models on one GPU, and how many of them at most were tried. */
export interface Sharing {
  readonly units: readonly Unit[]
  readonly mostSharers: number
}

/**
 * Every set of two to {@link MOST_SHARERS} models that one GPU can hold, each carrying its whole load. The engines take turns: each of k has
 * the GPU for a k-th of the time, so it must meet its latency targets k times as fast and carry k times its load; and each has its own part
 * of the memory, as small as its weights and its KV cache allow, which together stay within what one engine would be given.
 */
export function sharingUnits(
  workloads: readonly FleetWorkload[],
  kinds: readonly NodeKind[],
  catalog: Catalog,
): Sharing {
  const gpus = [...new Set(kinds.map(({ gpu }) => gpu))]
  const parts = new Map<string, Part[]>()
  const sharers = Array.from({ length: MOST_SHARERS - 1 }, (_, i) => i + 2)
  for (const gpu of gpus) {
    for (const k of sharers) {
      parts.set(
        key(gpu, k),
        workloads.flatMap((workload) => partOf(workload, gpu, k, catalog) ?? []),
      )
    }
  }
  const units: Unit[] = []
  let mostSharers = 1
  for (const k of sharers) {
    const found = kinds.flatMap((kind) => setsOf(parts.get(key(kind.gpu, k)) ?? [], k).map((set) => unitOf(set, kind)))
    if (units.length + found.length > MOST_SETS) break
    units.push(...found)
    mostSharers = k
  }
  return { units, mostSharers }
}

function key(gpu: string, sharers: number): string {
  return `${gpu} ${sharers}`
}

/** The least memory on which a workload carries its load as one of k sharers; null where it cannot. */
function partOf(workload: FleetWorkload, gpu: string, k: number, catalog: Catalog): Part | null {
  if (workload.kind !== 'serve' || !workload.kinds.some((kind) => kind.gpu === gpu)) return null
  const { request } = workload
  const demand = demandOf(workload)
  const alone: ServeRequest = {
    ...shared(request, k),
    // An engine without a memory share of its own takes what it takes: it cannot be held to a part.
    engines: request.engines.filter(({ engine }) => engine.default_utilization !== null),
    gpus: request.gpus.filter(({ id }) => id === gpu),
    offers: [unpriced({ gpu, gpu_count: 1, link: null })],
    tensorParallel: [1],
    pipelineParallel: [1],
    expertParallel: [1],
    maxGpus: Number.POSITIVE_INFINITY,
    redundancy: 0,
  }
  const wanted = 'inFlight' in request.peak ? demand : demand * k
  const best = smallest(alone, wanted, catalog)
  if (best === null) return null
  const mostShare = request.utilization ?? best.engineEntry.default_utilization ?? 1
  const chosen: ServeRequest = {
    ...alone,
    engines: [best.engine],
    quantizations: [best.quantization],
    kvFormats: [best.kv],
    maxConcurrency: [best.maxConcurrency],
  }
  const least = Math.ceil(best.memoryResult.totalBytes / best.memoryResult.capacityBytes / STEP - SLACK) * STEP
  for (let share = least; share <= mostShare + SLACK; share += STEP) {
    const utilization = Math.round(share / STEP) * STEP
    const held = smallest({ ...chosen, utilization }, wanted, catalog)
    if (held !== null)
      return {
        workload: workload.name,
        option: optionOf(chosen, held, demand, utilization),
        memoryShare: utilization,
        mostShare,
      }
  }
  return null
}

/** The feasible configuration that carries the load in the least memory; of equals the first of the space. */
function smallest(request: ServeRequest, wanted: number, catalog: Catalog): ServeAssignment | null {
  let best: ServeAssignment | null = null
  if (request.engines.length === 0) return null
  search(serveSpace(request, catalog), new ServeAssignment(), {
    exhaustive: true,
    bound: () => null,
    accept: (a) => {
      const carried = 'inFlight' in request.peak ? a.maxConcurrency : a.full.requestsPerSecond
      if (carried < wanted || (best !== null && best.memoryResult.totalBytes <= a.memoryResult.totalBytes)) return
      best = a.snapshot()
    },
  })
  return best
}

function optionOf(request: ServeRequest, a: ServeAssignment, capacity: number, utilization: number): ReplicaOption {
  return {
    gpu: a.board.gpu.id,
    link: a.board.link.id,
    gpusPerReplica: 1,
    gpusTogether: 1,
    maySpan: false,
    capacity,
    memoryBytes: Math.ceil(a.memoryResult.totalBytes),
    lossPercent: a.lossPercent,
    configuration: { ...configurationOf({ ...request, utilization: Number(utilization.toFixed(2)) }, a), replicas: 1 },
  }
}

/** Every set of k parts that the GPU's memory holds together. */
function setsOf(parts: readonly Part[], k: number): Part[][] {
  const sets: Part[][] = []
  const extend = (chosen: readonly Part[], from: number, share: number): void => {
    if (sets.length > MOST_SETS) return
    if (chosen.length === k) {
      sets.push([...chosen])
      return
    }
    for (let i = from; i < parts.length; i++) {
      const part = parts[i] as Part
      const together = share + part.memoryShare
      const most = Math.min(part.mostShare, ...chosen.map(({ mostShare }) => mostShare))
      if (together <= most + SLACK) extend([...chosen, part], i + 1, together)
    }
  }
  extend([], 0, 0)
  return sets
}

function unitOf(set: readonly Part[], kind: NodeKind): Unit {
  return {
    id: `${set.map(({ workload }) => workload).join(' + ')} on one of ${kind.id}`,
    kind,
    gpus: 1,
    wholeNodes: 0,
    paidShare: null,
    most: 1,
    members: set.map(
      ({ workload, option }): Member => ({ workload, amount: 1, role: 'load', option, sharers: set.length }),
    ),
  }
}
