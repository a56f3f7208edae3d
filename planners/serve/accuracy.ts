import { type Band, bandOf, inverse, widened } from '../../src/accuracy/band.ts'
import { type Claim, type Judgement, judge } from '../../src/accuracy/verdict.ts'
import type { AccuracyRow } from '../../src/catalog/accuracy.ts'
import type { BandedFigure, PlanAccuracy } from '../../src/result/accuracy.ts'
import { percent } from '../../src/units.ts'
import { round } from '../round.ts'
import type { ServeAssignment } from './assignment.ts'
import { isFormatMeasured } from './confidence.ts'
import type { Candidate } from './incumbents.ts'
import type { ServeRequest } from './request.ts'

/** The band of a figure for the engine and GPU of a configuration. */
function band(request: ServeRequest, a: ServeAssignment, figure: AccuracyRow['figure']): Band {
  return bandOf(request.accuracy, {
    figure,
    program: a.engineEntry.id,
    gpu: a.board.gpu.id,
    generation: a.board.gpu.generation,
    experts: request.profile.experts > 0,
  })
}

/** Share of the GPU kept free: as the scenario states it, or what nineteen of twenty held-out starts needed beyond the prediction. */
export function servingHeadroom(request: ServeRequest, a: ServeAssignment): number {
  return request.headroom === 'p95' ? Math.max(0, memoryNeed(band(request, a, 'serving_memory'))) : request.headroom
}

/** What `p95` comes to on the GPU of a plan. */
export function headroomSentence(request: ServeRequest, a: ServeAssignment | null): string[] {
  if (request.headroom !== 'p95' || a === null) return []
  const { basis } = band(request, a, 'serving_memory')
  return [`headroom p95: ${percent(servingHeadroom(request, a))} of the GPU, from ${basis}`]
}

/** Errors of the room are of what is left: a server that took more left less. */
function memoryNeed({ low }: Band): number {
  return -low
}

/** Bands of a plan's figures and the verdict on its promises; null where no record stands behind its memory. */
export function servingAccuracy(request: ServeRequest, { assignment: a, speed }: Candidate): PlanAccuracy | null {
  if (request.tensors === null || request.memoryModel === 'rule-of-thumb') return null
  const memory = band(request, a, 'serving_memory')
  const isMeasured = isFormatMeasured(a)
  const speedBand = (figure: 'ttft' | 'tpot' | 'rate'): Band => {
    const known = band(request, a, figure)
    // A generation without any run has wider bands already.
    return isMeasured || a.board.generation.assumed
      ? known
      : widened(known, request.accuracy.unmeasured_generation_factor, 'no run of this format on such a GPU')
  }
  const ttft = speedBand('ttft')
  const tpot = speedBand('tpot')
  // Where nobody read the rates of an engine, they follow from its time per token.
  const hasRates = request.accuracy.rows.some(
    ({ figure, program }) => figure === 'rate' && program === a.engineEntry.id,
  )
  const rate = hasRates ? speedBand('rate') : inverse(tpot)
  const { capacityBytes, freeBytes, totalBytes } = a.memoryResult
  const room = { ...memory, low: -memory.high, high: memoryNeed(memory) }
  const claims: Claim[] = [{ name: 'memory', room: freeBytes / capacityBytes, worse: 'higher', band: room }]
  if (request.ttftMs !== null) {
    claims.push({ name: 'TTFT', room: request.ttftMs / (1000 * speed.ttftSeconds) - 1, worse: 'higher', band: ttft })
  }
  if (request.tpotMs !== null) {
    claims.push({ name: 'TPOT', room: request.tpotMs / (1000 * speed.tpotSeconds) - 1, worse: 'higher', band: tpot })
  }
  const sustained = a.loadedReplicas * a.full.requestsPerSecond
  if ('requestsPerSecond' in request.peak) {
    claims.push({ name: 'rate', room: 1 - request.peak.requestsPerSecond / sustained, worse: 'lower', band: rate })
  }
  return {
    ...(isMeasured ? judge(claims) : onDataSheet(judge(claims), a)),
    figures: [
      {
        name: 'memory',
        value: Math.ceil(totalBytes),
        unit: 'bytes',
        plus_minus: Math.round(room.usual * capacityBytes),
        low: Math.round(totalBytes + room.low * capacityBytes),
        high: Math.round(totalBytes + room.high * capacityBytes),
        runs: room.runs,
        basis: room.basis,
      },
      banded('ttft', 1000 * speed.ttftSeconds, 'ms', ttft),
      banded('tpot', 1000 * speed.tpotSeconds, 'ms', tpot),
      banded('rate', sustained * request.outputTokens, 'output tokens/s', rate),
    ],
  }
}

/** A speed that no run stands behind is a hope, whatever its margins. */
function onDataSheet(judgement: Judgement, a: ServeAssignment): Judgement {
  const reason = `no measured run of ${a.quantization.id} on ${a.board.generation.name} stands behind the speed`
  return { verdict: 'optimistic', because: judgement.because === null ? reason : `${reason}, and ${judgement.because}` }
}

function banded(name: BandedFigure['name'], value: number, unit: BandedFigure['unit'], of: Band): BandedFigure {
  return {
    name,
    value: round(value),
    unit,
    plus_minus: round(value * of.usual),
    low: round(value * (1 + of.low)),
    high: round(value * (1 + of.high)),
    runs: of.runs,
    basis: of.basis,
  }
}
