import type { EstimateInput } from '../../planners/serve/estimate.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { asOfDay } from './common-flags.ts'
import type { Flags, FlagTable } from './flags.ts'

const MEMORY_MODELS = ['architecture', 'rule-of-thumb'] as const

/** Flags of `estimate` and `fit`: one configuration. */
export const configurationFlags: FlagTable = {
  gpu: { value: 'ID', describe: 'GPU, by catalog id' },
  gpus: { value: 'N', describe: 'GPUs in all; replicas fill what the other degrees leave' },
  'tensor-parallel': { value: 'N', describe: 'GPUs that share every layer of a replica (1)' },
  'pipeline-parallel': { value: 'N', describe: 'Stages of layers of a replica (1)' },
  'expert-parallel': { value: 'N', describe: 'GPUs over which experts are spread (1)' },
  quantization: { value: 'ID', describe: "Weight format (the model's own)" },
  'kv-cache': { value: 'ID', describe: 'KV-cache format (bf16)' },
  context: { value: 'TOKENS', describe: 'Longest sequence, input and output together' },
  concurrency: { value: 'N', describe: 'Sequences that a replica holds at once' },
  'input-tokens': { value: 'TOKENS', describe: 'Mean input of a request' },
  'output-tokens': { value: 'TOKENS', describe: 'Mean output of a request' },
  engine: { value: 'ID', describe: 'vllm, sglang, tensorrt-llm or llama.cpp' },
  'engine-version': { value: 'VERSION', describe: 'Release of the engine (the newest known)' },
  utilization: { value: 'SHARE', describe: 'Share of the GPU that the engine may use' },
  headroom: { value: 'SHARE', describe: 'Share of the GPU kept free beyond that (5%)' },
  'max-batched-tokens': { value: 'TOKENS', describe: 'Tokens of one engine step at most' },
  'max-sequences': { value: 'N', describe: "Sequences the engine's own buffers are sized for" },
  'memory-model': { value: 'NAME', describe: `${MEMORY_MODELS.join(' or ')} (architecture)`, choices: MEMORY_MODELS },
}

/** The model that the command is about. */
export function modelOf(words: readonly string[]): string {
  const [model] = words
  if (model === undefined) throw inputError('which model?', { hint: 'plan catalog list models' })
  return model
}

/** The configuration that the flags describe; numbers checked, ids left to the planner. */
export function configurationOf(model: string, flags: Flags): EstimateInput {
  return {
    model,
    gpu: flags.required('gpu'),
    gpus: flags.whole('gpus'),
    tensorParallel: flags.whole('tensor-parallel'),
    pipelineParallel: flags.whole('pipeline-parallel'),
    expertParallel: flags.whole('expert-parallel'),
    quantization: flags.text('quantization'),
    kvCache: flags.text('kv-cache'),
    context: flags.whole('context'),
    concurrency: flags.whole('concurrency'),
    inputTokens: flags.whole('input-tokens'),
    outputTokens: flags.whole('output-tokens'),
    engine: flags.text('engine'),
    engineVersion: flags.text('engine-version'),
    utilization: flags.share('utilization', true),
    headroom: flags.share('headroom'),
    maxBatchedTokens: flags.whole('max-batched-tokens'),
    maxSequences: flags.whole('max-sequences'),
    memoryModel: flags.choice('memory-model', MEMORY_MODELS),
    explain: flags.switch('explain'),
    asOf: asOfDay(flags),
  }
}
