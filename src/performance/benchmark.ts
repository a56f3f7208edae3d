import { emptySpeed, type ServingPerformance } from './serving.ts'

/*
 * The ways in which published runs load a server, on the same law of a step as plans (docs/performance.md). Seconds and tokens a
 * second, one replica.
 */

/** Seconds from token to token of a single request: the stages of a pipeline take turns. */
export function singleStreamSeconds(performance: ServingPerformance): number {
  return performance.throughStages(performance.step(1, 0), 1)
}

/** Seconds of one prompt on an idle server: its passes follow each other through the stages. */
export function lonePromptSeconds(performance: ServingPerformance): number {
  const { inputTokens, chunkTokens } = performance.load
  const passes = Math.max(1, Math.ceil(inputTokens / chunkTokens))
  return (performance.system.pipelineParallel - 1 + passes) * performance.step(0, inputTokens / passes)
}

export interface ClosedLoop {
  readonly ttftSeconds: number
  readonly tpotSeconds: number
  readonly outputTokensPerSecond: number
  /** More requests are in flight than the KV cache holds. */
  readonly queued: boolean
}

/**
 * A fixed number of requests in flight, each followed by the next. Such a run begins with all prompts at once: a request waits for
 * `startBurstShare` of the others' prompts on average. Where the KV cache holds fewer than are in flight, the rest wait for a place
 * (Little's law over the whole cycle).
 */
export function closedLoop(
  performance: ServingPerformance,
  concurrency: number,
  startBurstShare: number,
  held: number,
): ClosedLoop {
  const { outputTokens } = performance.load
  const running = Math.max(1, Math.min(concurrency, held))
  const speed = performance.at(running, emptySpeed())
  const decoding = (outputTokens - 1) * speed.tpotSeconds
  const burst = startBurstShare * (running - 1) * performance.promptSeconds(running)
  if (running < concurrency) {
    const cycle = (concurrency / running) * (speed.ttftSeconds + decoding)
    return {
      ttftSeconds: cycle - decoding,
      tpotSeconds: speed.tpotSeconds,
      outputTokensPerSecond: (concurrency * outputTokens) / cycle,
      queued: true,
    }
  }
  const ttft = speed.ttftSeconds + burst
  return {
    ttftSeconds: ttft,
    tpotSeconds: speed.tpotSeconds,
    outputTokensPerSecond: (concurrency * outputTokens) / (ttft + decoding),
    queued: false,
  }
}

/** All requests are queued at once: the scheduler keeps `running` of them in flight, and prompts replace what finishes. */
export function maximumLoadTokensPerSecond(performance: ServingPerformance, running: number): number {
  const { inputTokens, outputTokens, chunkTokens } = performance.load
  const { pipelineParallel, attentionCopies = 1 } = performance.system
  const onStage = running / pipelineParallel
  const arriving = (onStage * inputTokens) / outputTokens
  const share = Math.min(1, Math.max(onStage / outputTokens, arriving / chunkTokens))
  const decode = performance.step(onStage, 0)
  const mixed = performance.step(onStage, arriving / share)
  const host = (performance.perSequenceSeconds * onStage) / attentionCopies
  return onStage / ((1 - share) * decode + share * mixed + host)
}

/** A batch that is sent whole and timed until its last token: all prompts, then step by step all sequences. */
export function wholeBatchTokensPerSecond(performance: ServingPerformance, sequences: number): number {
  const { inputTokens, outputTokens, chunkTokens } = performance.load
  const prompt = sequences * inputTokens
  const passes = Math.max(1, Math.ceil(prompt / chunkTokens))
  const host = performance.perSequenceSeconds * sequences
  return (
    (sequences * outputTokens) /
    (passes * performance.step(0, prompt / passes) + outputTokens * (performance.step(sequences, 0) + host))
  )
}
