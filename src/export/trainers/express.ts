import type { TrainConfiguration } from '../../result/train.ts'
import { inputError } from '../../scenario/diagnostic.ts'
import type { TrainExport } from '../target.ts'

/** What a tool can run: plans of these trainers, without what they can do and it cannot. */
export interface Ability {
  /** The tool, as a sentence begins with it. */
  readonly tool: string
  /** Trainers whose memory the tool reproduces; the first is the one to plan for. */
  readonly trainers: readonly string[]
  /** What it cannot express of their configurations, with the reason. */
  readonly limits?: readonly Limit[]
}

export interface Limit {
  readonly applies: (configuration: TrainConfiguration) => boolean
  /** Completes "TOOL cannot express this plan: ...". */
  readonly reason: string
  /** What to put into the scenario instead, as flags of `plan`. */
  readonly hint: string
}

/** Refuses a plan that the tool cannot run as planned: why, and how to plan for it. */
export function requireAble({ plan, scenario, launch }: TrainExport, { tool, trainers, limits = [] }: Ability): void {
  const { configuration } = plan
  const { trainer } = configuration
  // A word that begins with a hyphen would be read as a flag by every trainer.
  if (launch.model.startsWith('-')) {
    throw inputError(`the model ${JSON.stringify(launch.model)} would be read as a flag`, {
      hint: 'begin its path with ./',
    })
  }
  if (!trainers.includes(trainer)) {
    const known = trainers.length === 1 ? `${trainers[0]}` : `one of ${trainers.join(', ')}`
    throw inputError(
      `${tool} cannot express the plan of ${scenario}: it is for the trainer ${trainer}, whose memory is counted differently`,
      { hint: `plan for ${known}: --set trainer=${trainers[0]}` },
    )
  }
  for (const { applies, reason, hint } of limits) {
    if (applies(configuration)) throw inputError(`${tool} cannot express the plan of ${scenario}: ${reason}`, { hint })
  }
}

/** Limits that several tools share. */
export const noPipeline: Limit = {
  applies: (c) => c.pipeline_parallel > 1,
  reason: 'it has no pipeline parallelism',
  hint: '--set search.pipeline_parallel=[1], or --set trainer=megatron-lm or torchtitan',
}

export const noExpertParallel: Limit = {
  applies: (c) => c.expert_parallel > 1,
  reason: 'it does not divide experts over GPUs',
  hint: '--set search.expert_parallel=[1], or --set trainer=megatron-lm or torchtitan',
}

export const noContextParallel: Limit = {
  applies: (c) => c.context_parallel > 1,
  reason: 'it does not divide sequences over GPUs',
  hint: '--set search.context_parallel=[1]',
}

export const noTensorParallel: Limit = {
  applies: (c) => c.tensor_parallel > 1,
  reason: 'it has no tensor parallelism here',
  hint: '--set search.tensor_parallel=[1]',
}

export const noChunkedLoss: Limit = {
  applies: (c) => c.loss === 'chunked',
  reason: 'it does not compute the loss in chunks',
  hint: '--set loss=fused or --set loss=full',
}

export const noSelectiveCheckpointing: Limit = {
  applies: (c) => c.activation_checkpointing === 'selective',
  reason: 'it recomputes whole layers or nothing',
  hint: '--set search.activation_checkpointing=[none,full]',
}

export function noOptimizer(names: readonly string[]): Limit {
  return {
    applies: (c) => names.includes(c.optimizer),
    reason: `it does not have the optimizer ${names.join(' or ')}`,
    hint: '--set search.optimizer=[adamw]',
  }
}
