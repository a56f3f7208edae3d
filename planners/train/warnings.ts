import type { TrainAssignment } from './assignment.ts'
import type { TrainCandidate } from './incumbents.ts'
import type { TrainRequest } from './request.ts'

/** What a reader should know before renting the plan. */
export function trainWarnings(request: TrainRequest, { assignment: a }: TrainCandidate): string[] {
  const warnings: string[] = []
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

/** What no record covers: the GPU's generation, offloading, or both. */
export function unmeasuredRun(a: TrainAssignment): string {
  const isAssumed = a.time?.parts.context.rates.assumed === true
  return [
    ...(isAssumed ? [`on ${a.machine.generation.name}`] : []),
    ...(a.offload === 'none' ? [] : ['with offloading (link rates and the speed of the host are assumed)']),
  ].join(' ')
}
