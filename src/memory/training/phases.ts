import { microBatchesInFlight } from './pipeline.ts'
import type { TrainingRank } from './rank.ts'
import type { PhaseName, PreparedConfiguration, TrainingLoad } from './types.ts'

/** Bytes of one rank under one load, written in place. */
export interface PhaseBytes {
  /** States and buffers of every training phase. */
  base: number
  /** Gradients of earlier micro-steps. */
  accumulated: number
  /** Activations from forward to backward, of all micro-batches in flight. */
  saved: number
  loss: number
  live: number
  /** Half of one whole block with its gradients. */
  half: number
  backwardStart: number
  blockBackward: number
  backwardEnd: number
  step: number
  load: number
  /** The largest of the five. */
  allocated: number
  peak: PhaseName
  /** Checkpoints on the host. */
  host: number
}

export function emptyPhaseBytes(): PhaseBytes {
  return {
    base: 0,
    accumulated: 0,
    saved: 0,
    loss: 0,
    live: 0,
    half: 0,
    backwardStart: 0,
    blockBackward: 0,
    backwardEnd: 0,
    step: 0,
    load: 0,
    allocated: 0,
    peak: 'backward start',
    host: 0,
  }
}

/** Tokens of one rank and micro-step: `b s / cp`. */
export function tokensPerMicroStep(configuration: PreparedConfiguration, load: TrainingLoad): number {
  return (load.microBatch * configuration.sequenceLength) / configuration.contextParallel
}

/** Whether gradients of earlier micro-steps are alive while a later one runs. */
export function accumulates(rank: TrainingRank, gradientAccumulation: number): boolean {
  return !rank.neverAccumulates && (rank.alwaysAccumulates || gradientAccumulation > 1)
}

/**
 * Measures the phases of a rank: states and buffers with, at the start of the backward pass, gradients so far, saved activations and
 * the loss block; in the backward pass of a block, those and the live block; at its end, all gradients and half a block; in the
 * step, all gradients and the optimizer's temporaries; after loading, states with the copies of embedding and head that stay cached.
 */
export function measurePhases(
  rank: TrainingRank,
  configuration: PreparedConfiguration,
  load: TrainingLoad,
  into: PhaseBytes,
): void {
  const { activations, placed } = rank
  const { gradientAccumulation } = load
  const tokens = tokensPerMicroStep(configuration, load)
  const { pipelineParallel, virtualPipeline } = configuration
  const inFlight = microBatchesInFlight(rank.stage.index, pipelineParallel, virtualPipeline, gradientAccumulation)
  into.base = gradientAccumulation > 1 ? rank.accumulatingBaseBytes : rank.baseBytes
  into.accumulated = accumulates(rank, gradientAccumulation) ? placed.gradients.bytes : 0
  into.saved = Math.round(activations.storedPerToken * tokens * inFlight)
  into.live = Math.round(activations.livePerToken * tokens)
  into.half = Math.round((activations.wholePerToken * tokens) / 2)
  into.loss = rank.loss === null ? 0 : Math.round(rank.loss.perToken * tokens)
  into.host = Math.round(activations.hostPerToken * tokens * inFlight)
  const forward = into.base + into.accumulated + into.saved
  const gradients = into.base + placed.gradients.bytes
  into.backwardStart = forward + into.loss
  into.blockBackward = forward + into.live + rank.scratch.bytes
  into.backwardEnd = gradients + into.half
  into.step = gradients + placed.temporaries.bytes
  into.load = rank.loadBytes
  into.allocated = into.backwardStart
  into.peak = 'backward start'
  if (into.blockBackward > into.allocated) {
    into.allocated = into.blockBackward
    into.peak = 'block backward'
  }
  if (into.backwardEnd > into.allocated) {
    into.allocated = into.backwardEnd
    into.peak = 'backward end'
  }
  if (into.step > into.allocated) {
    into.allocated = into.step
    into.peak = 'optimizer step'
  }
  if (into.load > into.allocated) {
    into.allocated = into.load
    into.peak = 'load'
  }
}

/** Live tensors of one phase. */
export function bytesOfPhase(bytes: PhaseBytes, phase: PhaseName): number {
  switch (phase) {
    case 'backward start':
      return bytes.backwardStart
    case 'block backward':
      return bytes.blockBackward
    case 'backward end':
      return bytes.backwardEnd
    case 'optimizer step':
      return bytes.step
    case 'load':
      return bytes.load
  }
}
