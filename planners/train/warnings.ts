import { percent } from '../../src/units.ts'
import type { TrainCandidate } from './incumbents.ts'
import type { TrainRequest } from './request.ts'

/** What a reader should know before renting the plan. */
export function trainWarnings(request: TrainRequest, { assignment: a }: TrainCandidate): string[] {
  const warnings: string[] = []
  if (request.hours !== null) return warnings
  const { time } = a
  if (time === null) return warnings
  const { errorFactor } = time
  warnings.push(
    time.isMeasured
      ? `Four in five measured runs of this kind take between 1/${errorFactor} and ${errorFactor} times the predicted time.`
      : `No measured training run ${unmeasured(a)} stands behind this time: reckon with 1/${errorFactor} to ${errorFactor} times.`,
  )
  const late = request.deadlineHours !== null && a.hours * errorFactor > request.deadlineHours
  const dear = request.budgetUsd !== null && a.usdPerRun * errorFactor > request.budgetUsd
  if (late) warnings.push('At the slow end of that range the run misses its deadline.')
  if (dear) warnings.push('At the slow end of that range the run exceeds its budget.')
  const room = (a.memoryResult.capacityBytes - a.memoryResult.totalBytes) / a.memoryResult.capacityBytes
  if (room < 0.1 && request.memoryModel === 'architecture') {
    warnings.push(
      `The fullest GPU has ${percent(Math.max(0, room))} to spare: one prediction in ten errs by more than 14 % in memory.`,
    )
  }
  return warnings
}

/** What no record covers: the GPU's generation, offloading, or both. */
function unmeasured(a: TrainCandidate['assignment']): string {
  const isAssumed = a.time?.parts.context.rates.assumed === true
  return [
    ...(isAssumed ? [`on ${a.machine.generation.name}`] : []),
    ...(a.offload === 'none' ? [] : ['with offloading (link rates and the speed of the host are assumed)']),
  ].join(' ')
}
