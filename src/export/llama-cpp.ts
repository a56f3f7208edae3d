import type { LaunchContext } from './launch.ts'
import type { EngineServer, Flag } from './server.ts'

/**
 * Flags: llama-server (ggml-org/llama.cpp tools/server/README.md). One cache is shared by all slots (`--kv-unified`), so that it
 * holds the planned tokens and any one slot may use the whole context; without it each slot gets an equal part.
 */
export const llamaCpp: EngineServer = {
  program: () => ['llama-server'],
  // Entry point of the server images (ggml-org/llama.cpp .devops/cuda.Dockerfile).
  containerProgram: () => ['/app/llama-server'],
  flags: (configuration, context) => [
    context.modelKnown
      ? ['-hf', `${context.model}:${fileType(configuration.quantization)}`]
      : ['--model', `${context.model}.gguf`],
    ['--n-gpu-layers', 'all'],
    ['--ctx-size', `${Math.ceil(context.cacheTokens)}`],
    ...(configuration.max_concurrency > 1 ? [['--kv-unified'] as Flag] : []),
    ['--parallel', `${configuration.max_concurrency}`],
    ['--ubatch-size', `${configuration.max_batched_tokens}`],
    ...(configuration.pipeline_parallel > 1 ? [['--split-mode', 'layer'] as Flag] : []),
    ...(configuration.tensor_parallel > 1 ? [['--split-mode', 'row'] as Flag] : []),
    ...cacheFlags(context),
  ],
  listen: (port) => [
    ['--host', '0.0.0.0'],
    ['--port', `${port}`],
  ],
}

function fileType(quantization: string): string {
  return quantization.replace(/^gguf-/, '').toUpperCase()
}

function cacheFlags({ kvValue }: LaunchContext): Flag[] {
  if (kvValue === null) return []
  return [
    ['--cache-type-k', kvValue],
    ['--cache-type-v', kvValue],
  ]
}
