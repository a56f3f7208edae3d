import type { Gpu } from '../../catalog/gpu.ts'
import { BYTES_PER_GIB, count } from '../../units.ts'
import { Ledger, type Term, totalBytes } from '../ledger.ts'
import {
  ruleOfThumbFullTraining,
  ruleOfThumbLora,
  ruleOfThumbQlora,
  ruleOfThumbWithoutCheckpointing,
} from '../rule-of-thumb-training.ts'
import { largestWhere } from '../serving-types.ts'
import {
  emptyTrainingResult,
  type Phase,
  type PreparedConfiguration,
  type TrainingLoad,
  type TrainingMemory,
  type TrainingMemoryResult,
} from './types.ts'

export interface RuleOfThumbTrainingOptions {
  readonly parameters: number
  /** Parameters that are trained: the adapters of LoRA and QLoRA. */
  readonly trainableParameters: number
  readonly gpu: Gpu
  readonly configuration: PreparedConfiguration
  readonly headroomFraction: number
}

/**
 * Memory of a training run by the rules of thumb of the guide "LLM VRAM Requirements" (2026-03): 9 bytes a parameter for full
 * fine-tuning, the 16-bit or int4 base with the upper end of its adapter ranges for LoRA and QLoRA; ZeRO-3 divides everything by
 * the GPUs; without activation checkpointing the total doubles, the upper end of its 1.5 to 2. The batch changes nothing: that is what the rule says, and what is wrong with it (docs/rule-of-thumb.md).
 */
export function prepareRuleOfThumbTraining(options: RuleOfThumbTrainingOptions): TrainingMemory {
  const { configuration, gpu, headroomFraction, parameters } = options
  const { dataParallel, contextParallel, tensorParallel, pipelineParallel, zeroStage } = configuration
  const split = tensorParallel * pipelineParallel
  const gpus = zeroStage === 3 ? split * dataParallel * contextParallel : split
  const terms = termsOf(parameters, configuration, gpus)
  const total = totalBytes(terms)
  const capacityBytes = Math.round(gpu.memory.usable_gib * BYTES_PER_GIB)
  const own = emptyTrainingResult(capacityBytes)
  const evaluate = (_load: TrainingLoad, into: TrainingMemoryResult = own): TrainingMemoryResult => {
    const over = total - (1 - headroomFraction) * capacityBytes
    into.fits = over <= 0
    into.shortfallBytes = Math.max(0, Math.ceil(over))
    into.totalBytes = total
    into.freeBytes = capacityBytes - total
    into.capacityBytes = capacityBytes
    into.allocatedBytes = total
    into.reservedBytes = total
    into.hostBytes = 0
    return into
  }
  const phases: readonly Phase[] = [{ name: 'backward start', bytes: total, terms }]
  return {
    capacityBytes,
    minimumBytes: total,
    statesBytes: total,
    trainableParameters: options.trainableParameters,
    evaluate,
    ledger: () => terms,
    ledgers: () => [new Ledger('every GPU', terms)],
    phases: () => phases,
    largestMicroBatch: (most, gradientAccumulation) =>
      largestWhere(most, (microBatch) => evaluate({ microBatch, gradientAccumulation }).fits),
    on: (other, headroom) => prepareRuleOfThumbTraining({ ...options, gpu: other, headroomFraction: headroom }),
  }
}

function termsOf(parameters: number, configuration: PreparedConfiguration, gpus: number): Term[] {
  const { method, activationCheckpointing } = configuration
  const parts = partsOf(parameters, method)
  const total = parts.reduce((sum, [, bytes]) => sum + bytes, 0)
  const stored = activationCheckpointing === 'none' ? ruleOfThumbWithoutCheckpointing(total).high - total : 0
  const term = ([name, bytes]: Part, more = 0): Term => ({
    name,
    bytes: Math.ceil((bytes + more) / gpus),
    source: 'assumed',
    formula: () => {
      if (more === 0) return `${count(bytes)} B / ${gpus} GPUs`
      const sum = bytes === 0 ? `${count(more)} B` : `(${count(bytes)} B + ${count(more)} B)`
      return `${sum} / ${gpus} GPUs, ${count(more)} B of it what storing all activations adds (the total doubles)`
    },
  })
  const others = parts.filter(([name]) => name !== 'activations')
  const activations = parts.find(([name]) => name === 'activations') ?? (stored > 0 ? ['activations', 0] : undefined)
  return [...others.map((part) => term(part)), ...(activations === undefined ? [] : [term(activations, stored)])]
}

type Part = readonly [Term['name'], number]

function partsOf(parameters: number, method: PreparedConfiguration['method']): Part[] {
  if (method === 'full') {
    const { weights, gradients, optimizer, activations } = ruleOfThumbFullTraining(parameters)
    return [
      ['weights', weights],
      ['gradients', gradients],
      ['optimizer', optimizer],
      ['activations', activations],
    ]
  }
  const { base, adapters, optimizer } = method === 'lora' ? ruleOfThumbLora(parameters) : ruleOfThumbQlora(parameters)
  return [
    ['weights', base],
    ['adapters', adapters.high],
    ['optimizer', optimizer.high],
  ]
}
