import type { LaunchCommand } from './launch.ts'
import { shellCommand } from './shell.ts'

/** Flags: vLLM CLI reference, `vllm serve --help` (docs.vllm.ai). */
export const vllmCommand: LaunchCommand = (configuration, context) => {
  const flags = [
    ['--tensor-parallel-size', `${configuration.tensor_parallel}`],
    ['--pipeline-parallel-size', `${configuration.pipeline_parallel}`],
    ...(configuration.expert_parallel > 1 ? [['--enable-expert-parallel']] : []),
    ['--max-model-len', `${configuration.context}`],
    ['--max-num-seqs', `${configuration.max_concurrency}`],
    ['--max-num-batched-tokens', `${configuration.max_batched_tokens}`],
    ...(configuration.utilization === null ? [] : [['--gpu-memory-utilization', `${configuration.utilization}`]]),
    ...(context.kvValue === null ? [] : [['--kv-cache-dtype', context.kvValue]]),
    ...weightFlags(configuration.quantization, context.nativeFormat),
  ]
  return shellCommand(['vllm', 'serve', context.model], flags)
}

/** vLLM reads the format of a quantised checkpoint itself; only what it does on the fly needs a flag. */
function weightFlags(quantization: string, native: boolean): string[][] {
  if (quantization === 'bf16') return native ? [] : [['--dtype', 'bfloat16']]
  if (quantization === 'fp16') return [['--dtype', 'half']]
  if (quantization === 'fp32') return [['--dtype', 'float32']]
  if (native) return []
  if (quantization === 'fp8') return [['--quantization', 'fp8']]
  if (quantization === 'nf4') return [['--quantization', 'bitsandbytes']]
  return []
}
