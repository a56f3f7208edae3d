import type { TrainEstimateInput } from '../../planners/index.ts'
import { asOfDay } from './common-flags.ts'
import type { Flags, FlagTable } from './flags.ts'

/** Names as in the scenario schema, which is not loaded for help. */
export const METHODS = ['full', 'lora', 'qlora'] as const
const OPTIMIZERS = ['adamw', 'adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon'] as const
const OFFLOADS = ['none', 'optimizer', 'parameters'] as const
const CHECKPOINTING = ['none', 'selective', 'full'] as const
const LORA_TARGETS = ['all-linear', 'attention'] as const
const MOST_ZERO_STAGE = 3

/** Flags of a training configuration; `--method` makes a configuration one. */
export const trainingFlags: FlagTable = {
  method: { value: 'NAME', describe: `Training: ${METHODS.join(', ')}`, choices: METHODS },
  optimizer: { value: 'NAME', describe: 'Training: adamw, adamw-8bit, adafactor, ... (adamw)', choices: OPTIMIZERS },
  'zero-stage': { value: 'N', describe: 'Training: ZeRO stage, or FSDP as 3 (3 over several GPUs)' },
  offload: { value: 'WHAT', describe: `Training: ${OFFLOADS.join(', ')} to host memory (none)`, choices: OFFLOADS },
  'micro-batch': { value: 'N', describe: 'Training: sequences of one micro-step on one rank (1)' },
  'gradient-accumulation': { value: 'N', describe: 'Training: micro-steps of an optimizer step (1)' },
  'sequence-length': { value: 'TOKENS', describe: 'Training: tokens of a sequence' },
  'activation-checkpointing': {
    value: 'HOW',
    describe: `Training: ${CHECKPOINTING.join(', ')} (full)`,
    choices: CHECKPOINTING,
  },
  'lora-rank': { value: 'N', describe: 'Training: rank of the adapters (16)' },
  'lora-targets': {
    value: 'WHICH',
    describe: `Training: ${LORA_TARGETS.join(' or ')} (all-linear)`,
    choices: LORA_TARGETS,
  },
  'context-parallel': { value: 'N', describe: 'Training: GPUs that share a sequence (1)' },
  trainer: { value: 'ID', describe: 'Training: framework, by catalog id (the common recipe)' },
}

/** The training configuration that the flags describe; numbers checked, ids left to the planner. */
export function trainingConfigurationOf(model: string, flags: Flags): TrainEstimateInput {
  return {
    model,
    gpu: flags.required('gpu'),
    gpus: flags.whole('gpus'),
    method: flags.choice('method', METHODS) ?? METHODS[0],
    optimizer: flags.choice('optimizer', OPTIMIZERS),
    zeroStage: flags.whole('zero-stage', 0, MOST_ZERO_STAGE),
    offload: flags.choice('offload', OFFLOADS),
    microBatch: flags.whole('micro-batch'),
    gradientAccumulation: flags.whole('gradient-accumulation'),
    sequenceLength: flags.whole('sequence-length'),
    activationCheckpointing: flags.choice('activation-checkpointing', CHECKPOINTING),
    loraRank: flags.whole('lora-rank'),
    loraTargets: flags.choice('lora-targets', LORA_TARGETS),
    tensorParallel: flags.whole('tensor-parallel'),
    pipelineParallel: flags.whole('pipeline-parallel'),
    contextParallel: flags.whole('context-parallel'),
    expertParallel: flags.whole('expert-parallel'),
    trainer: flags.text('trainer'),
    headroom: flags.headroom('headroom'),
    explain: flags.switch('explain'),
    asOf: asOfDay(flags),
  }
}
