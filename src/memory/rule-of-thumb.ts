import type { Gpu } from '../catalog/gpu.ts'
import type { KvFormat, Quantization } from '../catalog/quantization.ts'
import { BYTES_PER_GIB, count } from '../units.ts'
import { Ledger, type Term } from './ledger.ts'
import {
  emptyResult,
  largestWhere,
  type ServingLoad,
  type ServingMemory,
  type ServingMemoryResult,
} from './serving-types.ts'

/**
 * The rules of thumb of a widely read guide, "LLM VRAM Requirements" (March 2026), kept exactly as published so that its tables
 * can be held against the architecture model: docs/rule-of-thumb.md says where real hardware contradicts them. GB are decimal.
 */
export const RULE_OF_THUMB = {
  source: 'guide "LLM VRAM Requirements", 2026-03',
  /** "Roughly 10-20 % of model weight memory"; its example takes 15 %. */
  workspaceShare: { low: 0.1, high: 0.2, example: 0.15 },
  /** "Add KV cache: 15-30 %", where no hidden size is known. */
  kvShareOfWeights: { low: 0.15, high: 0.3 },
  /** Models known by their parameter count: "add 20 % for workspace and activations". */
  overheadWithoutArchitecture: 0.2,
} as const

/**
 * Bytes of one parameter as the guide counts them: whole bits, scales left out. int8 1, int4 / GPTQ / AWQ 0.5, int2 0.25, and for
 * formats it does not name the same rule applied to the narrowest class of tensors.
 */
export function ruleOfThumbBytesPerParameter(quantization: Pick<Quantization, 'bits' | 'other_bits'>): number {
  const bits = Math.min(quantization.other_bits, ...Object.values(quantization.bits))
  return Math.floor(bits) / 8
}

/** Weights, bytes: parameters x bytes per parameter. The guide divides by 1e9 for its GB. */
export function ruleOfThumbWeights(parameters: number, bytesPerParameter: number): number {
  return parameters * bytesPerParameter
}

/**
 * KV cache, bytes: `2 x batch x sequence x hidden x bytes per element`. This is one layer of full multi-head attention, as the guide has
 * it: Llama 3 70B has 80 layers and keeps 8 of 64 heads, so the real cache is ten times larger.
 */
export function ruleOfThumbKv(
  batch: number,
  sequenceTokens: number,
  hiddenSize: number,
  bytesPerElement: number,
): number {
  return 2 * batch * sequenceTokens * hiddenSize * bytesPerElement
}

/** Workspace and temporary buffers, bytes: a share of the weights, 15 % as in the guide's example unless another is given. */
export function ruleOfThumbWorkspace(
  weightsBytes: number,
  share: number = RULE_OF_THUMB.workspaceShare.example,
): number {
  return weightsBytes * share
}

/** KV cache where no hidden size is known, bytes: 15 to 30 % of the weights. */
export function ruleOfThumbKvRange(weightsBytes: number): { low: number; high: number } {
  const { low, high } = RULE_OF_THUMB.kvShareOfWeights
  return { low: weightsBytes * low, high: weightsBytes * high }
}

export interface RuleOfThumbOptions {
  readonly parameters: number
  /** Null: known by the parameter count alone. */
  readonly hiddenSize: number | null
  readonly quantization: Quantization
  readonly kv: Pick<KvFormat, 'bytes_per_element'>
  readonly gpu: Pick<Gpu, 'memory'>
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly expertParallel: number
  /** Share of the device that stays free. */
  readonly headroomFraction: number
}

/**
 * Memory of a replica by the rules of thumb: weights + KV cache + workspace, each divided by the GPUs of the replica. Without a hidden
 * size the KV cache is 30 % of the weights (the high end, as nothing says how long the sequences are) and the workspace 20 %, whatever
 * the load. Capacity is what the driver reports, not the rule's "80 GB".
 */
export function prepareRuleOfThumbMemory(options: RuleOfThumbOptions): ServingMemory {
  return new RuleOfThumbMemory(options)
}

class RuleOfThumbMemory implements ServingMemory {
  readonly weightsBytes: number
  readonly minimumBytes: number
  readonly capacityBytes: number
  readonly problem = null
  readonly #options: RuleOfThumbOptions
  readonly #gpus: number
  readonly #workspaceBytes: number
  readonly #workspaceShare: number
  readonly #result: ServingMemoryResult

  constructor(options: RuleOfThumbOptions) {
    this.#options = options
    this.#gpus = options.tensorParallel * options.pipelineParallel
    this.capacityBytes = Math.round(options.gpu.memory.usable_gib * BYTES_PER_GIB)
    const weights = ruleOfThumbWeights(options.parameters, ruleOfThumbBytesPerParameter(options.quantization))
    this.#workspaceShare =
      options.hiddenSize === null ? RULE_OF_THUMB.overheadWithoutArchitecture : RULE_OF_THUMB.workspaceShare.example
    this.weightsBytes = Math.ceil(weights / this.#gpus)
    this.#workspaceBytes = Math.ceil(ruleOfThumbWorkspace(weights, this.#workspaceShare) / this.#gpus)
    this.#result = emptyResult(this.capacityBytes)
    const smallest = { maxSequences: 1, maxBatchedTokens: 1, context: 1, sequences: 1, sequenceTokens: 1 }
    this.minimumBytes = this.evaluate(smallest).totalBytes
  }

  evaluate(load: ServingLoad, into: ServingMemoryResult = this.#result): ServingMemoryResult {
    const kv = this.#kvBytes(load)
    const pool = (1 - this.#options.headroomFraction) * this.capacityBytes - this.weightsBytes - this.#workspaceBytes
    into.totalBytes = this.weightsBytes + this.#workspaceBytes + kv
    into.kvBytes = kv
    into.poolBytes = pool
    into.fits = kv <= pool
    into.shortfallBytes = Math.max(0, Math.ceil(kv - pool))
    into.capacityBytes = this.capacityBytes
    into.freeBytes = this.capacityBytes - into.totalBytes
    into.kvUtilization = kv / Math.max(1, pool)
    return into
  }

  largestSequences(load: Omit<ServingLoad, 'sequences'>): number {
    const scratch = emptyResult(this.capacityBytes)
    return largestWhere(load.maxSequences, (sequences) => this.evaluate({ ...load, sequences }, scratch).fits)
  }

  largestContext(load: Omit<ServingLoad, 'context' | 'sequenceTokens'>, longest: number): number {
    const scratch = emptyResult(this.capacityBytes)
    return largestWhere(
      longest,
      (tokens) => this.evaluate({ ...load, context: tokens, sequenceTokens: tokens }, scratch).fits,
    )
  }

  ledger(load: ServingLoad): readonly Term[] {
    const { parameters, quantization } = this.#options
    const shared = this.#gpus === 1 ? '' : ` / ${this.#gpus} GPUs`
    const bytesPerParameter = ruleOfThumbBytesPerParameter(quantization)
    const weights = `${count(parameters)} parameters x ${count(bytesPerParameter)} B`
    return [
      { name: 'weights', bytes: this.weightsBytes, source: 'assumed', formula: () => `${weights}${shared}` },
      {
        name: 'kv_cache',
        bytes: this.#kvBytes(load),
        source: 'assumed',
        formula: () => `${this.#explainKv(load, weights)}${shared}`,
      },
      {
        name: 'activations',
        bytes: this.#workspaceBytes,
        source: 'assumed',
        formula: () => `${count(this.#workspaceShare)} x ${weights}${shared}`,
      },
    ]
  }

  ledgers(load: ServingLoad): readonly Ledger[] {
    return [new Ledger('every GPU', this.ledger(load))]
  }

  printedTokens(load: ServingLoad): number {
    const { hiddenSize, kv } = this.#options
    if (hiddenSize === null) return load.sequences * load.sequenceTokens
    const pool = Math.max(0, this.evaluate(load, emptyResult(this.capacityBytes)).poolBytes) * this.#gpus
    return Math.floor(pool / ruleOfThumbKv(1, 1, hiddenSize, kv.bytes_per_element))
  }

  #kvBytes(load: ServingLoad): number {
    const { hiddenSize, kv, parameters, quantization } = this.#options
    if (hiddenSize === null) {
      const weights = ruleOfThumbWeights(parameters, ruleOfThumbBytesPerParameter(quantization))
      return Math.ceil(ruleOfThumbKvRange(weights).high / this.#gpus)
    }
    const tokens = Math.max(load.sequences * load.sequenceTokens, load.context)
    return Math.ceil(ruleOfThumbKv(1, tokens, hiddenSize, kv.bytes_per_element) / this.#gpus)
  }

  #explainKv(load: ServingLoad, weights: string): string {
    const { hiddenSize, kv } = this.#options
    if (hiddenSize === null) return `${RULE_OF_THUMB.kvShareOfWeights.high} x ${weights}`
    const together = load.sequences * load.sequenceTokens >= load.context
    const [batch, tokens] = together ? [load.sequences, load.sequenceTokens] : [1, load.context]
    return `2 x ${count(batch)} x ${count(tokens)} tokens x ${count(hiddenSize)} hidden x ${count(kv.bytes_per_element)} B`
  }
}
