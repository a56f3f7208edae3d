import type { Catalog } from '../../src/catalog/catalog.ts'
import { get } from '../../src/catalog/catalog.ts'
import { releaseFor } from '../../src/catalog/support.ts'
import {
  prepareRuleOfThumbMemory,
  ruleOfThumbBytesPerParameter,
  ruleOfThumbKv,
  ruleOfThumbWeights,
} from '../../src/memory/rule-of-thumb.ts'
import { prepareServingMemory } from '../../src/memory/serving.ts'
import { stageWeights } from '../../src/memory/weights.ts'
import { describeModel } from '../../src/model/tensors.ts'

/*
 * The figures of the article "LLM VRAM Requirements" (March 2026) by its rules and by the architecture model. GB are decimal,
 * MiB and GiB binary, as the article mixes them.
 */

export const GB = 1e9
export const MIB = 2 ** 20
export const GIB = 2 ** 30

/** Models of the article with the parameter counts that it reckons with. */
export const articleModels = [
  { id: 'llama-3-8b', name: 'Llama 3 8B', parameters: 8e9 },
  { id: 'mistral-7b', name: 'Mistral 7B', parameters: 7e9 },
  { id: 'llama-3-70b', name: 'Llama 3 70B', parameters: 70e9 },
  { id: 'llama-3.1-405b', name: 'Llama 3.1 405B', parameters: 405e9 },
  { id: 'qwen-72b', name: 'Qwen 72B', parameters: 72e9 },
] as const

export const weightFormats = ['fp32', 'fp16', 'int8', 'gptq-int4', 'int2'] as const

/** At most `digits` decimals, without trailing zeros, thousands grouped. */
export function shown(value: number, digits: number): string {
  const [whole = '', decimals = ''] = value.toFixed(digits).split('.')
  const fraction = decimals.replace(/0+$/, '')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === '' ? grouped : `${grouped}.${fraction}`
}

/** A row of a Markdown table. */
export const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`

export class Figures {
  readonly #catalog: Catalog

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** Weights by the rule, GB. */
  ruleWeights(parameters: number, format: string): number {
    const quantization = get(this.#catalog, 'quantizations', format)
    return ruleOfThumbWeights(parameters, ruleOfThumbBytesPerParameter(quantization)) / GB
  }

  /** Weights of all tensors on one Hopper GPU, however large, GB. */
  weights(model: string, format: string): number {
    const [only] = stageWeights({
      tensors: this.tensors(model),
      quantization: get(this.#catalog, 'quantizations', format),
      engine: get(this.#catalog, 'engines', 'vllm'),
      generation: 'hopper',
      tensorParallel: 1,
      pipelineParallel: 1,
      expertParallel: 1,
    })
    return (only?.bytes ?? Number.NaN) / GB
  }

  /** KV cache by the rule at 16 bits, bytes. */
  ruleKv(model: string, batch: number, tokens = 2048): number {
    return ruleOfThumbKv(batch, tokens, this.tensors(model).architecture.hidden_size, 2)
  }

  /** KV cache of the architecture at 16 bits on one GPU, bytes. */
  kv(model: string, batch: number, tokens = 2048): number {
    return this.memory({ model, format: 'bf16', gpu: 'h100-pcie-80gb' }).evaluate(loadOf(batch, tokens)).kvBytes
  }

  /**
   * Most sequences of 2048 tokens that fit one GPU, vLLM 0.19 (the release whose constants rest on most logs), 16-bit cache, nothing
   * kept free beyond the engine's utilization.
   */
  largestBatch(given: {
    model: string
    format: string
    gpu: string
    utilization?: number
    tensorParallel?: number
  }): number {
    return this.memory(given).largestSequences(loadOf(MOST_SEQUENCES))
  }

  /** What the KV pool is, GiB, with the load of `batch` sequences. */
  poolGib(given: { model: string; format: string; gpu: string; utilization?: number }, batch: number): number {
    return this.memory(given).evaluate(loadOf(batch)).poolBytes / GIB
  }

  memory(given: { model: string; format: string; gpu: string; utilization?: number; tensorParallel?: number }) {
    const engine = get(this.#catalog, 'engines', 'vllm')
    const answer = releaseFor(engine, '0.19')
    if (!answer.ok) throw new Error(answer.message)
    return prepareServingMemory({
      tensors: this.tensors(given.model),
      quantization: get(this.#catalog, 'quantizations', given.format),
      support: { level: 'full' },
      kv: get(this.#catalog, 'kvFormats', 'bf16'),
      engine,
      release: answer.release,
      gpu: get(this.#catalog, 'gpus', given.gpu),
      linkKind: (given.tensorParallel ?? 1) > 1 ? 'nvlink' : 'none',
      multiNode: false,
      tensorParallel: given.tensorParallel ?? 1,
      pipelineParallel: 1,
      expertParallel: 1,
      utilization: given.utilization ?? 0.9,
      headroomFraction: 0,
    })
  }

  /** Memory by the rule with the article's own parameter count, nothing kept free. */
  rule(given: { model: string; format: string; gpu: string; tensorParallel?: number }) {
    const parameters = articleModels.find(({ id }) => id === given.model)?.parameters ?? Number.NaN
    return prepareRuleOfThumbMemory({
      parameters,
      hiddenSize: this.tensors(given.model).architecture.hidden_size,
      quantization: get(this.#catalog, 'quantizations', given.format),
      kv: get(this.#catalog, 'kvFormats', 'bf16'),
      gpu: get(this.#catalog, 'gpus', given.gpu),
      tensorParallel: given.tensorParallel ?? 1,
      pipelineParallel: 1,
      expertParallel: 1,
      headroomFraction: 0,
    })
  }

  /** Bytes of a GPU as the driver reports it. */
  capacityBytes(gpu: string): number {
    return get(this.#catalog, 'gpus', gpu).memory.usable_gib * GIB
  }

  tensors(model: string) {
    const { architecture } = get(this.#catalog, 'models', model)
    if (architecture === undefined) throw new Error(`${model} has no architecture`)
    return describeModel(architecture)
  }
}

const MOST_SEQUENCES = 256

/** `batch` sequences in a step of vLLM's defaults for large cards. */
export function loadOf(batch: number, tokens = 2048) {
  return { maxSequences: batch, maxBatchedTokens: 8192, context: tokens, sequences: batch, sequenceTokens: tokens }
}
