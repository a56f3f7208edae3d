import type { EstimateInput } from '../../planners/serve/estimate.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { asOfDay } from './common-flags.ts'
import type { Flags, FlagTable } from './flags.ts'
import { METHODS, trainingFlags } from './training-flags.ts'

const MEMORY_MODELS = ['architecture', 'rule-of-thumb'] as const

/** Flags of one configuration that serving and training share. */
const commonConfigurationFlags: FlagTable = {
  gpu: { value: 'ID', describe: 'GPU, by catalog id' },
  gpus: { value: 'N', describe: 'GPUs in all; replicas or data parallelism fill what the other degrees leave' },
  'tensor-parallel': { value: 'N', describe: 'GPUs that share every layer (1)' },
  'pipeline-parallel': { value: 'N', describe: 'Stages of layers (1)' },
  'expert-parallel': { value: 'N', describe: 'GPUs over which experts are spread (1)' },
  headroom: { value: 'SHARE', describe: 'Share of the GPU kept free beyond everything counted (5%), or p95' },
}

const servingFlags: FlagTable = {
  quantization: { value: 'ID', describe: "Serving: weight format (the model's own)" },
  'kv-cache': { value: 'ID', describe: 'Serving: KV-cache format (bf16)' },
  context: { value: 'TOKENS', describe: 'Serving: longest sequence, input and output together' },
  concurrency: { value: 'N', describe: 'Serving: sequences that a replica holds at once' },
  'input-tokens': { value: 'TOKENS', describe: 'Serving: mean input of a request' },
  'output-tokens': { value: 'TOKENS', describe: 'Serving: mean output of a request' },
  engine: { value: 'ID', describe: 'Serving: vllm, sglang, tensorrt-llm or llama.cpp' },
  'engine-version': { value: 'VERSION', describe: 'Serving: release of the engine (the newest known)' },
  utilization: { value: 'SHARE', describe: 'Serving: share of the GPU that the engine may use' },
  'max-batched-tokens': { value: 'TOKENS', describe: 'Serving: tokens of one engine step at most' },
  'max-sequences': { value: 'N', describe: "Serving: sequences the engine's own buffers are sized for" },
  'memory-model': {
    value: 'NAME',
    describe: `Serving: ${MEMORY_MODELS.join(' or ')} (architecture)`,
    choices: MEMORY_MODELS,
  },
}

/** Flags of `estimate` and `fit`: one configuration, of serving or with `--method` of training. */
export const configurationFlags: FlagTable = { ...commonConfigurationFlags, ...servingFlags, ...trainingFlags }

/**
 * Whether the flags describe training.
 * @throws InputError for flags of the other kind.
 */
export function isTrainingCall(flags: Flags): boolean {
  const training = flags.text('method') !== undefined
  const foreign = Object.keys(training ? servingFlags : trainingFlags).find((name) => flags.given(name))
  if (foreign === undefined) return training
  throw training
    ? inputError(`--${foreign} belongs to serving, and --method makes this training`, {
        hint: 'leave out one of the two',
      })
    : inputError(`--${foreign} belongs to training`, { hint: `--method ${METHODS.join(', ')} makes it training` })
}

/** The model that the command is about. */
export function modelOf(words: readonly string[]): string {
  const [model] = words
  if (model === undefined) throw inputError('which model?', { hint: 'plan catalog list models' })
  return model
}

/** The serving configuration that the flags describe; numbers checked, ids left to the planner. */
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
    headroom: flags.headroom('headroom'),
    maxBatchedTokens: flags.whole('max-batched-tokens'),
    maxSequences: flags.whole('max-sequences'),
    memoryModel: flags.choice('memory-model', MEMORY_MODELS),
    explain: flags.switch('explain'),
    asOf: asOfDay(flags),
  }
}
