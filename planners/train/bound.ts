import type { Catalog } from '../../src/catalog/catalog.ts'
import type { TrainAssignment } from './assignment.ts'
import { groupOf, type TrainIncumbents } from './incumbents.ts'
import type { TrainRequest } from './request.ts'
import { leastHours } from './system.ts'

/**
 * The least of everything below a node: hours and dollars of a run. Checked where the machines are known, from their arithmetic
 * alone, and again where the batch is known, from the exact computing time on the cheapest offer.
 */
export function trainBound(
  request: TrainRequest,
  catalog: Catalog,
  incumbents: TrainIncumbents,
  levelNames: readonly string[],
): (a: TrainAssignment, level: number) => string | null {
  const machineLevel = levelNames.indexOf('machine')
  const instancesLevel = levelNames.indexOf('instances')
  const batchLevel = levelNames.indexOf('micro_batch')
  return (a, level) => {
    let hours: number
    let instances: number
    if (level === machineLevel) {
      // Dollars do not depend on how many machines share the work; hours are shortest on all of them.
      hours = leastHours(request, catalog, a, request.maxGpus)
      instances = request.maxGpus / a.machine.gpuCount
      if (request.hours !== null) instances = 1
    } else if (level === instancesLevel) {
      hours = leastHours(request, catalog, a, a.gpus)
      instances = a.instances
    } else if (level === batchLevel) {
      hours = a.computeHours
      instances = a.instances
    } else {
      return null
    }
    const usd = hours * instances * a.machine.offers[0]!.usdPerHour
    const gpus = level === machineLevel ? a.machine.gpuCount : a.gpus
    const watts = a.machine.gpu.power_watts ?? Number.POSITIVE_INFINITY
    const objective = {
      cost: usd,
      time: hours,
      gpus,
      // GPU-hours do not depend on how many GPUs share the work either.
      energy: (level === machineLevel ? request.maxGpus : gpus) * hours * watts,
    }[request.objective]
    if (!incumbents.ruleOut(groupOf(a), objective, usd, hours)) return null
    return request.objective === 'cost' ? 'price_bound' : `${request.objective}_bound`
  }
}
