import type { EngineServer, Flag } from './server.ts'
import { TORCH_TYPES } from './torch-types.ts'

/** Port of the rendezvous between nodes: vLLM's own default (vllm/config/parallel.py). */
const MASTER_PORT = 29501

/** Flags: vLLM CLI reference, `vllm serve --help` (docs.vllm.ai). */
export const vllm: EngineServer = {
  program: ({ model }) => ['vllm', 'serve', model],
  flags: (configuration, context) => [
    ['--tensor-parallel-size', `${configuration.tensor_parallel}`],
    ['--pipeline-parallel-size', `${configuration.pipeline_parallel}`],
    ...(configuration.expert_parallel > 1 ? [['--enable-expert-parallel'] as Flag] : []),
    ['--max-model-len', `${configuration.context}`],
    ['--max-num-seqs', `${configuration.max_concurrency}`],
    ['--max-num-batched-tokens', `${configuration.max_batched_tokens}`],
    ...(configuration.utilization === null
      ? []
      : [['--gpu-memory-utilization', `${configuration.utilization}`] as Flag]),
    ...(context.kvValue === null ? [] : [['--kv-cache-dtype', context.kvValue] as Flag]),
    ...weightFlags(configuration.quantization, context.nativeFormat),
  ],
  listen: (port) => [
    ['--host', '0.0.0.0'],
    ['--port', `${port}`],
  ],
  // vllm-project/vllm docs/serving/parallelism_scaling.md, "Running vLLM with MultiProcessing".
  nodeFlags: ({ nodes, rank, head, isHead }) =>
    nodes === 1
      ? []
      : [
          ['--nnodes', `${nodes}`],
          ['--node-rank', rank],
          ['--master-addr', head],
          ['--master-port', `${MASTER_PORT}`],
          ...(isHead ? [] : [['--headless'] as Flag]),
        ],
  // vllm-project/vllm pull request 23691, merged in November 2025.
  nodesSince: '0.12',
}

/** vLLM reads the format of a quantised checkpoint itself; only what it does on the fly needs a flag. */
function weightFlags(quantization: string, native: boolean): Flag[] {
  if (native) return []
  const type = TORCH_TYPES[quantization]
  if (type !== undefined) return [['--dtype', type]]
  if (quantization === 'fp8') return [['--quantization', 'fp8']]
  if (quantization === 'nf4') return [['--quantization', 'bitsandbytes']]
  return []
}
