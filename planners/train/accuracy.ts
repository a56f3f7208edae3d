import { type Band, bandOf, inverse, widened } from '../../src/accuracy/band.ts'
import { type Claim, judge } from '../../src/accuracy/verdict.ts'
import type { AccuracyRow } from '../../src/catalog/accuracy.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { PlanAccuracy } from '../../src/result/accuracy.ts'
import { percent } from '../../src/units.ts'
import { round } from '../round.ts'
import type { TrainAssignment } from './assignment.ts'
import type { TrainRequest } from './request.ts'
import { unmeasuredRun } from './warnings.ts'

/** The band of a figure for the trainer of a request on a GPU. */
function band(request: TrainRequest, gpu: Gpu, figure: AccuracyRow['figure']): Band {
  return bandOf(request.accuracy, {
    figure,
    program: request.trainer.id,
    gpu: gpu.id,
    generation: gpu.generation,
    experts: request.profile.experts > 0,
  })
}

/**
 * Share of the GPU kept free: as the scenario states it, or so much that a peak which exceeds its prediction by what one held-out run in
 * twenty exceeds still fits: 1 - 1 / (1 + e).
 */
export function trainingHeadroom(request: TrainRequest, gpu: Gpu): number {
  if (request.headroom !== 'p95') return request.headroom
  const { high } = band(request, gpu, 'training_memory')
  return Math.max(0, 1 - 1 / (1 + high))
}

/** What `p95` comes to on the GPU of a plan. */
export function headroomSentence(request: TrainRequest, a: TrainAssignment | null): string[] {
  if (request.headroom !== 'p95' || a === null) return []
  const { gpu } = a.machine
  const { basis } = band(request, gpu, 'training_memory')
  return [`headroom p95: ${percent(trainingHeadroom(request, gpu))} of the GPU, from ${basis}`]
}

/** Bands of a plan's figures and the verdict on its promises; null where memory follows a rule of thumb. */
export function trainingAccuracy(request: TrainRequest, a: TrainAssignment): PlanAccuracy | null {
  if (request.memoryModel === 'rule-of-thumb') return null
  const { gpu } = a.machine
  const memory = band(request, gpu, 'training_memory')
  const { capacityBytes, totalBytes } = a.memoryResult
  const claims: Claim[] = [{ name: 'peak memory', room: capacityBytes / totalBytes - 1, worse: 'higher', band: memory }]
  const figures: PlanAccuracy['figures'] = [
    {
      name: 'memory',
      value: Math.ceil(totalBytes),
      unit: 'bytes',
      plus_minus: Math.round(memory.usual * totalBytes),
      low: Math.round(totalBytes * (1 + memory.low)),
      high: Math.round(totalBytes * (1 + memory.high)),
      runs: memory.runs,
      basis: memory.basis,
    },
  ]
  // Hours that the scenario states are no prediction.
  if (request.hours === null) {
    const speed = asWide(band(request, gpu, 'training_rate'), a, request)
    const hours = inverse(speed)
    if (request.deadlineHours !== null) {
      claims.push({ name: 'deadline', room: request.deadlineHours / a.hours - 1, worse: 'higher', band: hours })
    }
    if (request.budgetUsd !== null) {
      claims.push({ name: 'budget', room: request.budgetUsd / a.usdPerRun - 1, worse: 'higher', band: hours })
    }
    const { tokensPerSecond } = a.speed
    figures.push(
      {
        name: 'tokens_per_second',
        value: round(tokensPerSecond),
        unit: 'tokens/s',
        plus_minus: round(tokensPerSecond * speed.usual),
        low: round(tokensPerSecond * (1 + speed.low)),
        high: round(tokensPerSecond * (1 + speed.high)),
        runs: speed.runs,
        basis: speed.basis,
      },
      {
        name: 'hours',
        value: round(a.hours),
        unit: 'hours',
        plus_minus: round(a.hours * hours.usual),
        low: round(a.hours * (1 + hours.low)),
        high: round(a.hours * (1 + hours.high)),
        runs: hours.runs,
        basis: hours.basis,
      },
    )
  }
  const judgement = judge(claims)
  if (request.hours === null && a.time !== null && !a.time.isMeasured) {
    const reason = `no measured run ${unmeasuredRun(a)} stands behind the time`
    return {
      verdict: 'optimistic',
      because: judgement.because === null ? reason : `${reason}, and ${judgement.because}`,
      figures,
    }
  }
  return { ...judgement, figures }
}

/** No run offloaded its states at a speed that was published. */
function asWide(speed: Band, a: TrainAssignment, { accuracy }: TrainRequest): Band {
  if (a.offload === 'none') return speed
  const reason = 'offloading rests on link rates and an assumed speed of the host'
  return widened(speed, accuracy.unmeasured_generation_factor, reason)
}
