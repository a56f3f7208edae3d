import type { KvFormat } from '../catalog/quantization.ts'
import type { Plan, ServeConfiguration } from '../result/plan.ts'
import type { LaunchContext } from './launch.ts'

export interface LaunchQuestion {
  readonly model: NonNullable<Plan['model']>
  readonly configuration: ServeConfiguration
  readonly gpusPerInstance: number
  /** Tokens that the KV cache of one replica holds. */
  readonly cacheTokens: number
  /** The KV-cache format of the configuration. */
  readonly kv: Pick<KvFormat, 'engine_values'>
}

/** What a launch command needs beside the configuration: the same for a plan just made and for a saved one. */
export function launchContext({
  model,
  configuration,
  gpusPerInstance,
  cacheTokens,
  kv,
}: LaunchQuestion): LaunchContext {
  const { engine, quantization, tensor_parallel, pipeline_parallel } = configuration
  const value = kv.engine_values[engine] ?? null
  return {
    model: model.checkpoint ?? model.id,
    modelKnown: model.checkpoint !== null,
    kvValue: value === 'auto' ? null : value,
    nativeFormat: quantization === model.format,
    storedFormat: model.format,
    instancesPerReplica: Math.ceil((tensor_parallel * pipeline_parallel) / gpusPerInstance),
    cacheTokens,
  }
}
