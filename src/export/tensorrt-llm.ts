import type { ServeConfiguration } from '../result/plan.ts'
import type { LaunchContext } from './launch.ts'
import type { EngineServer, Flag } from './server.ts'

/** File of the options that the server takes no flag for. */
export const OPTIONS_FILE = 'trtllm.yaml'

/** Flags: trtllm-serve (NVIDIA/TensorRT-LLM tensorrt_llm/commands/serve.py @00209af1). */
export const tensorrtLlm: EngineServer = {
  program: ({ model, instancesPerReplica }) => [
    // A replica on several nodes is one process a GPU: MPI starts them, this wrapper tells leader from workers.
    ...(instancesPerReplica > 1 ? ['trtllm-llmapi-launch'] : []),
    'trtllm-serve',
    model,
  ],
  flags: (configuration) => [
    ['--tp_size', `${configuration.tensor_parallel}`],
    ['--pp_size', `${configuration.pipeline_parallel}`],
    ...(configuration.expert_parallel > 1 ? [['--ep_size', `${configuration.expert_parallel}`] as Flag] : []),
    ['--max_seq_len', `${configuration.context}`],
    ['--max_batch_size', `${configuration.max_concurrency}`],
    ['--max_num_tokens', `${configuration.max_batched_tokens}`],
    ...(configuration.utilization === null
      ? []
      : [['--kv_cache_free_gpu_memory_fraction', `${configuration.utilization}`] as Flag]),
  ],
  options: (configuration, context) => {
    const value = ownOptions(configuration, context)
    return Object.keys(value).length === 0 ? null : { flag: '--extra_llm_api_options', name: OPTIONS_FILE, value }
  },
  listen: (port) => [
    ['--host', '0.0.0.0'],
    ['--port', `${port}`],
  ],
}

/**
 * Options without a flag of their own (tensorrt_llm/llmapi/llm_args.py): the format of the KV cache, and the splitting of prompts
 * that are longer than one batch. A `kv_cache_config` replaces the one made of flags, so it repeats the fraction.
 */
function ownOptions(configuration: ServeConfiguration, context: LaunchContext): Record<string, unknown> {
  const { utilization, max_batched_tokens } = configuration
  return {
    ...(context.kvValue === null
      ? {}
      : {
          kv_cache_config: {
            dtype: context.kvValue,
            ...(utilization === null ? {} : { free_gpu_memory_fraction: utilization }),
          },
        }),
    ...(max_batched_tokens < configuration.context ? { enable_chunked_prefill: true } : {}),
  }
}

/** Everything that the server can be told in its file, the settings that have flags among them. */
export function serverOptions(configuration: ServeConfiguration, context: LaunchContext): Record<string, unknown> {
  const { utilization } = configuration
  return {
    tensor_parallel_size: configuration.tensor_parallel,
    pipeline_parallel_size: configuration.pipeline_parallel,
    ...(configuration.expert_parallel > 1 ? { moe_expert_parallel_size: configuration.expert_parallel } : {}),
    max_seq_len: configuration.context,
    max_batch_size: configuration.max_concurrency,
    max_num_tokens: configuration.max_batched_tokens,
    ...(utilization === null ? {} : { kv_cache_config: { free_gpu_memory_fraction: utilization } }),
    ...ownOptions(configuration, context),
  }
}
