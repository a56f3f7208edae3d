import type { TimedConfiguration } from './input.ts'

/**
 * Share of a pipelined step in which a stage waits: (p - 1) / (v m + p - 1), for 1F1B (v = 1) and its interleaved form
 * (arXiv 2104.04473). 0 without a pipeline, always below 1.
 */
export function pipelineBubble(pipelineParallel: number, virtualPipeline: number, microBatches: number): number {
  return (pipelineParallel - 1) / (virtualPipeline * microBatches + pipelineParallel - 1)
}

/**
 * How much longer the fullest stage works than the mean one: ceil(L / (p v)) p v / L. Where embedding and head fill the places of
 * two layers (Llama 3 405B: 126 layers on 16 stages, one less on the first and the last, arXiv 2407.21783) they count as layers.
 */
export function stageImbalance(layers: number, configuration: TimedConfiguration): number {
  const { pipelineParallel, virtualPipeline } = configuration
  if (pipelineParallel === 1) return 1
  const chunks = pipelineParallel * virtualPipeline
  const uneven = (places: number) => (Math.ceil(places / chunks) * chunks) / places
  return Math.min(uneven(layers), uneven(layers + 2))
}
