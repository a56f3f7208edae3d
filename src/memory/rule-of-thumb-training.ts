/**
 * Training memory by the rules of thumb of the guide "LLM VRAM Requirements" (March 2026), kept as published. Bytes; its GB are decimal.
 * Real mixed precision keeps fp32 master weights and moments, 16 bytes a parameter and more: docs/rule-of-thumb.md.
 */
export const TRAINING_RULE_OF_THUMB = {
  source: 'guide "LLM VRAM Requirements", 2026-03',
  /** Bytes a parameter: fp16 weights and gradients, Adam "2 x weights", activations with gradient checkpointing. */
  bytesPerParameter: { weights: 2, gradients: 2, optimizer: 4, activations: 1 },
  /** Gradient checkpointing: activations 5-10 times smaller, 20-40 % more time; without it the total is 1.5-2 times larger. */
  checkpointing: {
    activationReduction: { low: 5, high: 10 },
    timeIncrease: { low: 0.2, high: 0.4 },
    totalWithout: { low: 1.5, high: 2 },
  },
  /** For a 70B model: adapters and their optimizer state, and the total as the guide rounds it ("~150 GB", "~40-45 GB"). */
  lora: {
    parameters: 70e9,
    basePerParameter: 2,
    adapters: { low: 2e9, high: 4e9 },
    optimizer: { low: 4e9, high: 8e9 },
    total: { low: 150e9, high: 150e9 },
  },
  qlora: {
    parameters: 70e9,
    basePerParameter: 0.5,
    adapters: { low: 2e9, high: 4e9 },
    optimizer: { low: 2e9, high: 4e9 },
    total: { low: 40e9, high: 45e9 },
  },
  /** "For training, multiply by 3-4" (of the inference weights). */
  customModelMultiplier: { low: 3, high: 4 },
} as const

export interface Range {
  readonly low: number
  readonly high: number
}

export interface FullTraining {
  readonly weights: number
  readonly gradients: number
  readonly optimizer: number
  readonly activations: number
  readonly total: number
}

/** Full fine-tuning with Adam and gradient checkpointing: 2 + 2 + 4 + 1 bytes a parameter. */
export function ruleOfThumbFullTraining(parameters: number): FullTraining {
  const each = TRAINING_RULE_OF_THUMB.bytesPerParameter
  const weights = parameters * each.weights
  const gradients = parameters * each.gradients
  const optimizer = parameters * each.optimizer
  const activations = parameters * each.activations
  return { weights, gradients, optimizer, activations, total: weights + gradients + optimizer + activations }
}

/** Bytes a GPU with ZeRO-3: everything divided by the GPUs. */
export function ruleOfThumbZero3(totalBytes: number, gpus: number): number {
  return totalBytes / gpus
}

/** GPUs of a capacity that hold a total. */
export function ruleOfThumbGpuCount(totalBytes: number, gpuBytes: number): number {
  return Math.ceil(totalBytes / gpuBytes)
}

/** Total without gradient checkpointing, from the total with it: 1.5 to 2 times. */
export function ruleOfThumbWithoutCheckpointing(totalBytes: number): Range {
  return scale(TRAINING_RULE_OF_THUMB.checkpointing.totalWithout, totalBytes)
}

/** Activations after gradient checkpointing, from those without: 5 to 10 times smaller. */
export function ruleOfThumbCheckpointedActivations(activationBytes: number): Range {
  const { low, high } = TRAINING_RULE_OF_THUMB.checkpointing.activationReduction
  return { low: activationBytes / high, high: activationBytes / low }
}

/** Step time with gradient checkpointing, from the time without: 20 to 40 % more. */
export function ruleOfThumbCheckpointedSeconds(stepSeconds: number): Range {
  const { low, high } = TRAINING_RULE_OF_THUMB.checkpointing.timeIncrease
  return { low: stepSeconds * (1 + low), high: stepSeconds * (1 + high) }
}

export interface AdapterTraining {
  readonly base: number
  readonly adapters: Range
  readonly optimizer: Range
  /** Sum of the parts. */
  readonly sum: Range
  /** The total as the guide states it, rounded. */
  readonly total: Range
}

/** LoRA on a 16-bit base. Adapter sizes are published for 70B and scaled in proportion to the parameters. */
export function ruleOfThumbLora(parameters: number): AdapterTraining {
  return adapterTraining(TRAINING_RULE_OF_THUMB.lora, parameters)
}

/** QLoRA on an int4 base. */
export function ruleOfThumbQlora(parameters: number): AdapterTraining {
  return adapterTraining(TRAINING_RULE_OF_THUMB.qlora, parameters)
}

/** Training memory of a custom model from its inference weights: 3 to 4 times. */
export function ruleOfThumbCustomTraining(weightsBytes: number): Range {
  return scale(TRAINING_RULE_OF_THUMB.customModelMultiplier, weightsBytes)
}

interface AdapterRule {
  readonly parameters: number
  readonly basePerParameter: number
  readonly adapters: Range
  readonly optimizer: Range
  readonly total: Range
}

function adapterTraining(rule: AdapterRule, parameters: number): AdapterTraining {
  const share = parameters / rule.parameters
  const base = parameters * rule.basePerParameter
  const adapters = scale(rule.adapters, share)
  const optimizer = scale(rule.optimizer, share)
  const sum = { low: base + adapters.low + optimizer.low, high: base + adapters.high + optimizer.high }
  return { base, adapters, optimizer, sum, total: scale(rule.total, share) }
}

function scale({ low, high }: Range, factor: number): Range {
  return { low: low * factor, high: high * factor }
}
