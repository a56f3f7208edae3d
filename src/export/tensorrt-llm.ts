import type { LaunchCommand } from './launch.ts'
import { shellCommand } from './shell.ts'

/** Flags: trtllm-serve (NVIDIA/TensorRT-LLM tensorrt_llm/commands/serve.py). */
export const tensorrtLlmCommand: LaunchCommand = (configuration, context) => {
  const flags = [
    ['--tp_size', `${configuration.tensor_parallel}`],
    ['--pp_size', `${configuration.pipeline_parallel}`],
    ...(configuration.expert_parallel > 1 ? [['--ep_size', `${configuration.expert_parallel}`]] : []),
    ['--max_seq_len', `${configuration.context}`],
    ['--max_batch_size', `${configuration.max_concurrency}`],
    ['--max_num_tokens', `${configuration.max_batched_tokens}`],
    ...(configuration.utilization === null
      ? []
      : [['--kv_cache_free_gpu_memory_fraction', `${configuration.utilization}`]]),
  ]
  return shellCommand(['trtllm-serve', context.model], flags)
}
