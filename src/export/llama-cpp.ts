import type { LaunchCommand } from './launch.ts'
import { shellCommand } from './shell.ts'

/**
 * Flags: llama-server (ggml-org/llama.cpp tools/server/README.md). `--ctx-size` is shared by all slots, so it holds the
 * planned context once for each of them.
 */
export const llamaCppCommand: LaunchCommand = (configuration, context) => {
  const type = configuration.quantization.replace(/^gguf-/, '').toUpperCase()
  const flags = [
    ['-hf', `${context.model}:${type}`],
    ['--n-gpu-layers', 'all'],
    ['--ctx-size', `${configuration.context * configuration.max_concurrency}`],
    ['--parallel', `${configuration.max_concurrency}`],
    ['--ubatch-size', `${configuration.max_batched_tokens}`],
    ...(configuration.pipeline_parallel > 1 ? [['--split-mode', 'layer']] : []),
    ...(configuration.tensor_parallel > 1 ? [['--split-mode', 'row']] : []),
    ...(context.kvValue === null ? [] : [['--cache-type-k', context.kvValue, '--cache-type-v', context.kvValue]]),
  ]
  return shellCommand(['llama-server'], flags)
}
