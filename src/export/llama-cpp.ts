import type { LaunchCommand } from './launch.ts'
import { shellCommand } from './shell.ts'

/**
 * Flags: llama-server (ggml-org/llama.cpp tools/server/README.md). One cache is shared by all slots (`--kv-unified`), so that it
 * holds the planned tokens and any one slot may use the whole context; without it each slot gets an equal part.
 */
export const llamaCppCommand: LaunchCommand = (configuration, context) => {
  const type = configuration.quantization.replace(/^gguf-/, '').toUpperCase()
  const flags = [
    ['-hf', `${context.model}:${type}`],
    ['--n-gpu-layers', 'all'],
    ['--ctx-size', `${Math.ceil(context.cacheTokens)}`],
    ...(configuration.max_concurrency > 1 ? [['--kv-unified']] : []),
    ['--parallel', `${configuration.max_concurrency}`],
    ['--ubatch-size', `${configuration.max_batched_tokens}`],
    ...(configuration.pipeline_parallel > 1 ? [['--split-mode', 'layer']] : []),
    ...(configuration.tensor_parallel > 1 ? [['--split-mode', 'row']] : []),
    ...(context.kvValue === null ? [] : [['--cache-type-k', context.kvValue, '--cache-type-v', context.kvValue]]),
  ]
  return shellCommand(['llama-server'], flags)
}
