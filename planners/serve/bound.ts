import type { Catalog } from '../../src/catalog/catalog.ts'
import { instancesFor, packingRefusal } from '../../src/cost/packing.ts'
import type { ServeAssignment } from './assignment.ts'
import { groupOf, type Incumbents } from './incumbents.ts'
import type { ServeRequest } from './request.ts'
import { leastRequestSeconds } from './system.ts'

/**
 * What the least of everything below a node is: dollars an hour, seconds a request, and the objective. Each is a lower bound of
 * every plan below, so leaving a node out that cannot beat the incumbents with them never changes the result.
 */
export function serveBound(
  request: ServeRequest,
  catalog: Catalog,
  incumbents: Incumbents,
  levelNames: readonly string[],
): (a: ServeAssignment, level: number) => string | null {
  const gpuLevel = levelNames.indexOf('gpu')
  const tensorLevel = levelNames.indexOf('tensor_parallel')
  const parallelLevel = levelNames.indexOf('expert_parallel')
  const concurrencyLevel = levelNames.indexOf('max_concurrency')
  const offerLevel = levelNames.indexOf('offer')
  const leastReplicas = 1 + request.redundancy

  return (a, level) => {
    let usdPerHour: number
    let seconds: number
    let capacity = Number.POSITIVE_INFINITY
    let gpus: number
    if (level === gpuLevel) {
      usdPerHour = a.board.cheapestUsdPerHour
      seconds = 0
      gpus = 1
    } else if (level === tensorLevel) {
      // One replica at least, on a machine that holds its tensor-parallel group; weights read once for each output token.
      usdPerHour = cheapestMachine(a)
      seconds = leastRequestSeconds(request, catalog, a)
      gpus = a.tensorParallel
    } else if (level < parallelLevel) {
      return null
    } else if (level === offerLevel) {
      usdPerHour = a.usdPerHour
      seconds = a.alone.requestSeconds
      gpus = a.gpusPaid
      capacity = a.loadedReplicas * a.full.outputTokensPerSecond
    } else {
      const known = level === concurrencyLevel
      usdPerHour = cheapest(a, known ? a.replicas : leastReplicas)
      // A lone request is served at least as fast as one among others.
      seconds = a.alone.requestSeconds
      gpus = a.gpusPerReplica * (known ? a.replicas : leastReplicas)
      if (known) capacity = a.loadedReplicas * a.full.outputTokensPerSecond
    }
    const objective = least(request, a, { usdPerHour, seconds, gpus, capacity })
    return incumbents.ruleOut(groupOf(a), objective, usdPerHour, seconds) ? boundName(request) : null
  }
}

function boundName(request: ServeRequest): string {
  return request.objective === 'cost' ? 'price_bound' : `${request.objective}_bound`
}

function least(
  request: ServeRequest,
  a: ServeAssignment,
  bound: { usdPerHour: number; seconds: number; gpus: number; capacity: number },
): number {
  switch (request.objective) {
    case 'cost':
      return bound.usdPerHour
    case 'cost_per_token':
      return bound.usdPerHour / bound.capacity
    case 'time':
    case 'latency':
      return bound.seconds
    case 'gpus':
      return bound.gpus
    case 'energy':
      return bound.gpus * (a.board.gpu.power_watts ?? Number.POSITIVE_INFINITY)
  }
}

/** Price of the cheapest machine with room for a tensor-parallel group; Infinity where there is none. */
function cheapestMachine(a: ServeAssignment): number {
  for (const { offer, usdPerHour } of a.board.offers) if (offer.gpu_count >= a.tensorParallel) return usdPerHour
  return Number.POSITIVE_INFINITY
}

/** Cheapest of the board's offers that holds so many replicas; Infinity where none does (the shape constraint says so). */
function cheapest(a: ServeAssignment, replicas: number): number {
  const gpus = a.gpusPerReplica
  let least = Number.POSITIVE_INFINITY
  for (const { offer, usdPerHour } of a.board.offers) {
    // Offers are sorted by the price of one instance: no later one can be cheaper than what is found.
    if (usdPerHour >= least) break
    if (packingRefusal(gpus, a.tensorParallel, offer.gpu_count, offer.network_gbit_per_second !== null) !== null)
      continue
    const cost = instancesFor(replicas, gpus, a.tensorParallel, offer.gpu_count) * usdPerHour
    if (cost < least) least = cost
  }
  return least
}
