import type { ModelTensors } from '../../model/tensors.ts'
import { type Stage, stageKinds } from '../stages.ts'

/**
 * Pipeline stages of training. Every stage is given `ceil(L / p)` layers, the share of the fullest: which stages get the remainder
 * differs from trainer to trainer. Stages in the middle that hold the same kinds of layers are listed once, the earliest, because it
 * has the most micro-batches in flight.
 * @throws RangeError where there are more stages than layers.
 */
export function trainingStages(tensors: ModelTensors, pipelineParallel: number): Stage[] {
  const { layerCount } = tensors
  if (pipelineParallel > layerCount)
    throw new RangeError(`${pipelineParallel} pipeline stages for ${layerCount} layers`)
  const layers = Math.ceil(layerCount / pipelineParallel)
  const seen = new Set<string>()
  const stages: Stage[] = []
  for (let index = 0; index < pipelineParallel; index++) {
    const stage: Stage = {
      index,
      firstLayer: Math.floor((index * layerCount) / pipelineParallel),
      layers,
      first: index === 0,
      last: index === pipelineParallel - 1,
    }
    const kinds = stageKinds(tensors, stage).map((entry) => `${entry.kind.group}x${entry.layers}`)
    const key = `${stage.first} ${stage.last} ${kinds.join(' ')}`
    if (seen.has(key)) continue
    seen.add(key)
    stages.push(stage)
  }
  return stages
}

/**
 * How many times a stage holds the activations of one micro-batch through all its layers. 1F1B: `min(m, p - s)`. Interleaved with v
 * chunks a stage: `min(m v, 2 (p - s - 1) + (v - 1) p + 1) / v` (schedules of arXiv 2104.04473).
 * @param stage index from 0
 * @param microBatches of one optimizer step
 */
export function microBatchesInFlight(
  stage: number,
  pipelineParallel: number,
  virtualPipeline: number,
  microBatches: number,
): number {
  if (pipelineParallel === 1) return 1
  if (virtualPipeline === 1) return Math.min(microBatches, pipelineParallel - stage)
  const chunks = 2 * (pipelineParallel - stage - 1) + (virtualPipeline - 1) * pipelineParallel + 1
  return Math.min(microBatches * virtualPipeline, chunks) / virtualPipeline
}

/** The same in words. */
export function explainInFlight(
  stage: number,
  pipelineParallel: number,
  virtualPipeline: number,
  microBatches: number,
): string {
  if (pipelineParallel === 1) return '1 micro-batch'
  if (virtualPipeline === 1) return `min(${microBatches}, ${pipelineParallel} - ${stage}) micro-batches`
  const warmUp = `2 x ${pipelineParallel - stage - 1} + ${virtualPipeline - 1} x ${pipelineParallel} + 1`
  return `min(${microBatches * virtualPipeline}, ${warmUp}) / ${virtualPipeline} micro-batches`
}
