import { gb } from '../../src/units.ts'
import type { TrainAssignment } from './assignment.ts'
import { hostBytes } from './constraints.ts'
import type { TrainCandidate } from './incumbents.ts'
import type { TrainRequest } from './request.ts'

/** What a reader should know before renting the plan. */
export function trainWarnings(request: TrainRequest, { assignment: a }: TrainCandidate): string[] {
  const warnings: string[] = []
  const { ram_gb: hostGb, instance } = a.priced.offer
  const host = Math.ceil(hostBytes(a))
  if (hostGb === null && host > 0) warnings.push(hostMemoryWarning(host, instance || 'such a machine'))
  if (request.hours !== null) return warnings
  const { time } = a
  if (time === null) return warnings
  if (!time.isMeasured) {
    warnings.push(
      `No measured training run ${unmeasuredRun(a)} stands behind this time: the band around it is twice as wide.`,
    )
  }
  return warnings
}

/** Nothing is refused for memory that nobody states: a reader has to look. */
export function hostMemoryWarning(bytes: number, machine: string): string {
  return `Offloading needs ${gb(bytes, 0)} of host memory in each machine, and how much ${machine} has is not known: search.offload [none] plans without.`
}

/** What no record covers: the GPU's generation, offloading, or both. */
export function unmeasuredRun(a: TrainAssignment): string {
  const isAssumed = a.time?.parts.context.rates.assumed === true
  return [
    ...(isAssumed ? [`on ${a.machine.generation.name}`] : []),
    ...(a.offload === 'none' ? [] : ['with offloading (link rates and the speed of the host are assumed)']),
  ].join(' ')
}
