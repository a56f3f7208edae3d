import type { LaunchCommand } from './launch.ts'
import { shellCommand } from './shell.ts'

/** Flags: SGLang server arguments (sgl-project/sglang docs/advanced_features/server_arguments.md). */
export const sglangCommand: LaunchCommand = (configuration, context) => {
  const flags = [
    ['--model-path', context.model],
    ['--tp-size', `${configuration.tensor_parallel}`],
    ...(configuration.pipeline_parallel > 1 ? [['--pp-size', `${configuration.pipeline_parallel}`]] : []),
    ...(configuration.expert_parallel > 1 ? [['--ep-size', `${configuration.expert_parallel}`]] : []),
    ...(context.instancesPerReplica > 1 ? [['--nnodes', `${context.instancesPerReplica}`]] : []),
    ['--context-length', `${configuration.context}`],
    ['--max-running-requests', `${configuration.max_concurrency}`],
    ['--chunked-prefill-size', `${configuration.max_batched_tokens}`],
    ...(configuration.utilization === null ? [] : [['--mem-fraction-static', `${configuration.utilization}`]]),
    ...(context.kvValue === null ? [] : [['--kv-cache-dtype', context.kvValue]]),
    ...(configuration.quantization === 'fp8' && !context.nativeFormat ? [['--quantization', 'fp8']] : []),
  ]
  return shellCommand(['python3', '-m', 'sglang.launch_server'], flags)
}
