import { percent } from '../../src/units.ts'
import type { TrainCandidate } from './incumbents.ts'
import type { TrainRequest } from './request.ts'

/** What a reader should know before renting the plan. */
export function trainWarnings(request: TrainRequest, { assignment: a }: TrainCandidate): string[] {
  const warnings: string[] = []
  if (request.hours !== null) return warnings
  const { time } = a
  if (time === null) return warnings
  if (time.parts.context.rates.assumed) {
    warnings.push(`No measured training run on ${a.machine.generation.name} stands behind this time.`)
  }
  warnings.push(
    `Four in five measured runs of this kind take between 1/${time.errorFactor} and ${time.errorFactor} times the predicted time.`,
  )
  const late = request.deadlineHours !== null && a.hours * time.errorFactor > request.deadlineHours
  const dear = request.budgetUsd !== null && a.usdPerRun * time.errorFactor > request.budgetUsd
  if (late) warnings.push('At the slow end of that range the run misses its deadline.')
  if (dear) warnings.push('At the slow end of that range the run exceeds its budget.')
  if (a.offload !== 'none') {
    warnings.push('Offloading rests on link rates and an assumed speed of the host: no measured run stands behind it.')
  }
  const room = (a.memoryResult.capacityBytes - a.memoryResult.totalBytes) / a.memoryResult.capacityBytes
  if (room < 0.1 && request.memoryModel === 'architecture') {
    warnings.push(
      `The fullest GPU has ${percent(Math.max(0, room))} to spare: one prediction in ten errs by more than 14 % in memory.`,
    )
  }
  return warnings
}
