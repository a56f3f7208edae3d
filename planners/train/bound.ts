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
    let gpus: number
    if (level === machineLevel) {
      // GPU-hours do not depend on how many machines share the work, and hours are shortest on all of them. Hours that the scenario
      // states are the same on any number, so one machine is the least.
      gpus = request.hours === null ? request.maxGpus : a.machine.gpuCount
      hours = leastHours(request, catalog, a, gpus)
    } else if (level === instancesLevel) {
      gpus = a.gpus
      hours = leastHours(request, catalog, a, gpus)
    } else if (level === batchLevel) {
      gpus = a.gpus
      hours = a.computeHours
    } else {
      return null
    }
    const usd = hours * (gpus / a.machine.gpuCount) * a.machine.offers[0]!.usdPerHour
    const watts = a.machine.gpu.power_watts ?? Number.POSITIVE_INFINITY
    const objective = {
      cost: usd,
      time: hours,
      gpus: level === machineLevel ? a.machine.gpuCount : gpus,
      energy: gpus * hours * watts,
    }[request.objective]
    if (!incumbents.ruleOut(groupOf(a), objective, usd, hours)) return null
    return request.objective === 'cost' ? 'price_bound' : `${request.objective}_bound`
  }
}
