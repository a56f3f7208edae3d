import type { EngineServer, Flag } from './server.ts'
import { TORCH_TYPES } from './torch-types.ts'

/** Port of the rendezvous between nodes, as in SGLang's own examples (docs/references/multi_node_deployment/multi_node.md). */
const RENDEZVOUS_PORT = 20000

/** Flags: SGLang server arguments (sgl-project/sglang docs/advanced_features/server_arguments.md). */
export const sglang: EngineServer = {
  program: ({ model }) => ['python3', '-m', 'sglang.launch_server', '--model-path', model],
  flags: (configuration, context) => [
    ['--tp-size', `${configuration.tensor_parallel}`],
    ...(configuration.pipeline_parallel > 1 ? [['--pp-size', `${configuration.pipeline_parallel}`] as Flag] : []),
    ...(configuration.expert_parallel > 1 ? [['--ep-size', `${configuration.expert_parallel}`] as Flag] : []),
    ['--context-length', `${configuration.context}`],
    ['--max-running-requests', `${configuration.max_concurrency}`],
    ['--chunked-prefill-size', `${configuration.max_batched_tokens}`],
    ...(configuration.utilization === null ? [] : [['--mem-fraction-static', `${configuration.utilization}`] as Flag]),
    ...(context.kvValue === null ? [] : [['--kv-cache-dtype', context.kvValue] as Flag]),
    ...weightFlags(configuration.quantization, context.nativeFormat),
  ],
  listen: (port) => [
    ['--host', '0.0.0.0'],
    ['--port', `${port}`],
  ],
  nodeFlags: ({ nodes, rank, head }) =>
    nodes === 1
      ? []
      : [
          ['--dist-init-addr', `${head}:${RENDEZVOUS_PORT}`],
          ['--nnodes', `${nodes}`],
          ['--node-rank', rank],
        ],
}

/** SGLang reads the format of a quantised checkpoint itself; only what it does on the fly needs a flag. */
function weightFlags(quantization: string, native: boolean): Flag[] {
  if (native) return []
  const type = TORCH_TYPES[quantization]
  if (type !== undefined) return [['--dtype', type]]
  return quantization === 'fp8' ? [['--quantization', 'fp8']] : []
}
