import { figure } from '../figure.ts'
import { expertRanks, localTrainable, type RunContext } from './context.ts'

/** The optimizer's part of a step. */
export interface OptimizerTime {
  readonly seconds: number
  readonly formula: () => string
}

/**
 * Optimizer step: on the GPU about 30 bytes of memory traffic a local parameter; with states in host memory gradients and weights
 * cross PCIe and the host updates the parameters of all GPUs of the machine. No published run stands behind the latter.
 */
export function optimizerTime(context: RunContext): OptimizerTime {
  const { configuration, physics, rates, links } = context
  const { zeroStage, shardDegree, offload, dataParallel, contextParallel, tensorParallel, pipelineParallel } =
    configuration
  const { dense, expert } = localTrainable(context)
  const shards = zeroStage >= 1 ? shardDegree : 1
  const parameters = dense / shards + expert / (zeroStage >= 1 ? expertRanks(shardDegree, configuration) : 1)
  if (offload === 'none') {
    const bytes = physics.optimizer_bytes.value
    return {
      seconds: (bytes * parameters) / rates.memoryBytesPerSecond,
      formula: () => `${bytes} B x ${figure(parameters)} parameters / ${figure(rates.memoryBytesPerSecond)} B/s`,
    }
  }
  const gpus = Math.min(links.node, dataParallel * contextParallel * tensorParallel * pipelineParallel)
  const bytes = physics.offload_bytes.value
  const host = physics.host_adam_parameters_per_second.value
  return {
    seconds: (bytes * parameters) / links.host + (parameters * gpus) / host,
    formula: () =>
      `${bytes} B x ${figure(parameters)} parameters / ${figure(links.host)} B/s + ${figure(parameters)} x ${gpus} GPUs / ${figure(host)} parameters/s on the host`,
  }
}
