import { beforeAll, describe, expect, it, test } from 'vitest'
import { estimatePlan, fitModel } from '../../planners/index.ts'
import type { EstimateInput } from '../../planners/serve/estimate.ts'
import { lengthsOf } from '../../planners/serve/lengths.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

/* What `plan estimate` takes for granted, prices and refuses: a serving configuration that is given. */

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const base: EstimateInput = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', asOf: '2026-11-21' }
const estimate = (input: Partial<EstimateInput> = {}, from = catalog) => estimatePlan({ ...base, ...input }, from)

/** The shipped catalog with these offers alone. */
function selling(...offers: readonly Partial<Offer>[]): Catalog {
  const [like] = [...catalog.offers.values()].filter(({ gpu }) => gpu === 'h100-sxm-80gb')
  const made = offers.map((each, index) => ({
    ...like,
    id: `shop-${index}`,
    provider: 'shop',
    instance: `box-${index}`,
    region: 'here',
    gpu: 'h100-sxm-80gb',
    gpu_count: 1,
    link: 'nvlink4',
    usd_per_hour: { 'on-demand': 2 },
    confidence: 'high',
    price_as_of: '2026-11-01',
    ...each,
  }))
  return { ...catalog, offers: new Map(made.map((each) => [each.id, each as unknown as Offer])) }
}

describe('what is assumed', () => {
  it('everything, where nothing is said', () => {
    expect(estimate().assumptions).toEqual([
      'Engine vllm.',
      'vLLM 0.22 and later (the newest release known).',
      'Weights in bf16.',
      'KV cache in bf16.',
      'Context of 8192 tokens.',
      'Requests of 7168 input and 1024 output tokens.',
      '1 sequence at once.',
      '5 % of the GPU kept free beyond everything counted.',
      'Engine memory utilization 0.9.',
    ])
  })
  it('nothing, where all is said', () => {
    const said = {
      engine: 'vllm',
      engineVersion: '0.19',
      quantization: 'fp8',
      kvCache: 'fp8',
      context: 4096,
      inputTokens: 3000,
      outputTokens: 500,
      concurrency: 4,
      headroom: 0.1,
      utilization: 0.85,
    }
    expect(estimate(said).assumptions).toEqual([])
    expect(estimate(said).plan.configuration).toMatchObject({
      engine: 'vllm',
      quantization: 'fp8',
      kv_cache: 'fp8',
      max_concurrency: 4,
      replicas: 1,
      tensor_parallel: 1,
      pipeline_parallel: 1,
      expert_parallel: 1,
    })
  })
  it('a context that holds the lengths, or as much as a short model takes', () => {
    const { assumptions } = estimate({ inputTokens: 1000, outputTokens: 200 })
    expect(assumptions).toContain('Context of 1200 tokens.')
    expect(assumptions.some((each) => each.startsWith('Requests of'))).toBe(false)
    expect(estimate({ inputTokens: 1000 }).assumptions).toContain('Requests of 1000 input and 7192 output tokens.')
    expect(estimate({ outputTokens: 92 }).assumptions).toContain('Requests of 8100 input and 92 output tokens.')
    expect(estimate({ model: 'gemma-7b', context: 2048 }).assumptions).toContain(
      'Requests of 1792 input and 256 output tokens.',
    )
  })
  it('the format that a model is stored in, and 16 bit that an old GPU has', () => {
    expect(estimate({ model: 'gpt-oss-20b' }).plan.configuration.quantization).toBe('mxfp4')
    expect(estimate({ model: 'llama-2-7b', gpu: 't4', context: 2048 }).assumptions).toContain('Weights in fp16.')
  })
  it('llama.cpp for weights of a GGUF format, and such weights for llama.cpp', () => {
    expect(estimate({ quantization: 'gguf-q4_0' }).plan.configuration.engine).toBe('llama.cpp')
    const { plan, assumptions } = estimate({ engine: 'llama.cpp' })
    expect(plan.configuration.quantization).toBe('gguf-q4_k_m')
    expect(assumptions).not.toContain('Engine memory utilization 0.9.')
  })
})

describe('replicas and machines', () => {
  it('fill what the degrees leave of the GPUs', () => {
    const { plan } = estimate({ gpus: 8, tensorParallel: 2, concurrency: 3 })
    expect(plan.configuration).toMatchObject({ replicas: 4, tensor_parallel: 2, max_concurrency: 3 })
    expect(plan.placement.gpus).toBe(8)
    expect(estimate({ tensorParallel: 2, pipelineParallel: 2 }).plan.placement.gpus).toBe(4)
    expect(() => estimate({ gpus: 6, tensorParallel: 4 })).toThrow(
      '6 GPUs do not make whole replicas of 4 x 1 GPUs (tensor x pipeline)',
    )
  })
  it('stand on the cheapest machines that hold them', () => {
    const shop = selling(
      { usd_per_hour: { 'on-demand': 3 } },
      { usd_per_hour: { 'on-demand': 2 } },
      { gpu_count: 4, usd_per_hour: { 'on-demand': 7 } },
    )
    const placed = (input: Partial<EstimateInput>) => {
      const { placement, cost } = estimate(input, shop).plan
      return [placement.instance, placement.instances, cost.usd_per_hour]
    }
    expect(placed({})).toEqual(['box-1', 1, 2])
    expect(placed({ gpus: 3 })).toEqual(['box-1', 3, 6])
    expect(placed({ gpus: 4 })).toEqual(['box-2', 1, 7])
    // A tensor-parallel group stays in one machine.
    expect(placed({ tensorParallel: 2 })).toEqual(['box-2', 1, 7])
  })
  it('have no price where nothing is sold that holds them', () => {
    const { plan, fits } = estimate({ tensorParallel: 8, gpus: 8 }, selling({}))
    expect(fits).toBe(true)
    expect([plan.cost.usd_per_hour, plan.placement.provider]).toEqual([null, null])
    expect(estimate({}, selling({})).plan.cost.usd_per_hour).toBe(2)
  })
})

describe('what does not fit', () => {
  it('is told with how much is missing, and has no targets', () => {
    const { fits, violations, plan } = estimate({ model: 'llama-3.1-70b' })
    expect(fits).toBe(false)
    expect(violations.map(({ constraint, unit }) => [constraint, unit])).toEqual([['memory', 'bytes']])
    // 141 GB of weights on a card of 85.
    expect(violations[0]?.by).toBeGreaterThan(50e9)
    expect(plan.targets).toEqual([])
    expect(estimate({ model: 'llama-3.1-70b', quantization: 'awq-int4' }).violations).toEqual([])
  })
})

describe('what cannot be meant', () => {
  test.each<[Partial<EstimateInput>, string]>([
    [{ context: 200_000 }, '--context 200000: llama-3.1-8b takes at most 131072 tokens'],
    [
      { inputTokens: 4000, outputTokens: 200, context: 4096 },
      '--input-tokens 4000 and --output-tokens 200 exceed the context of 4096 tokens',
    ],
    [{ gpu: 'a100-sxm-80gb', quantization: 'nvfp4' }, 'vLLM on NVIDIA A100 SXM4 80GB with nvfp4: '],
    [{ gpu: 'v100-sxm2-32gb', kvCache: 'fp8', context: 2048, quantization: 'fp16' }, 'with fp16: '],
    [{ tensorParallel: 3 }, 'llama-3.1-8b: tensor parallel 3 does not divide 32 attention heads'],
    [{ model: 'llama-3.1-8c' }, 'model "llama-3.1-8c": no such model'],
    [{ gpu: 'h100' }, '--gpu "h100": no such GPU'],
    [{ engine: 'vlm' }, '--engine "vlm": no such engine'],
    [{ engineVersion: '0.1' }, '0.1'],
    [{ quantization: 'bf17' }, '--quantization "bf17": no such '],
    [{ kvCache: 'bf17' }, '--kv-cache "bf17": no such '],
  ])('%o', (input, message) => {
    expect(() => estimate(input)).toThrow(message)
  })
  it('what just fits is taken', () => {
    expect(estimate({ inputTokens: 3896, outputTokens: 200, context: 4096 }).fits).toBe(true)
    expect(estimate({ context: 131_072 }).fits).toBe(true)
  })
})

describe('memory by the rule of thumb', () => {
  it('where it is asked for alone', () => {
    const bytes = (memoryModel?: string) => estimate({ memoryModel }).plan.memory.total_bytes
    expect(bytes('architecture')).toBe(bytes())
    // 8.03 billion parameters of 2 bytes and 15 % of that, and 8,192 tokens of 2 x 4,096 x 2 bytes.
    expect(bytes('rule-of-thumb')).toBeCloseTo(8_030_261_248 * 2 * 1.15 + 8192 * 16_384, -1)
  })
})

describe('what fits', () => {
  const fit = (input: Partial<EstimateInput> = {}) => fitModel({ ...base, ...input }, catalog)
  it('is the most sequences and the longest context, to one more', () => {
    const { rows, plan, capacityBytes, gpu, assumptions } = fit({ context: 4096, concurrency: 64 })
    expect([gpu, capacityBytes]).toEqual(['h100-sxm-80gb', 85_018_877_624])
    const [sequences, context] = rows
    expect(sequences).toMatchObject({ name: 'concurrency', given: 'sequences of 4096 tokens' })
    expect(context).toMatchObject({ name: 'context', given: 'tokens with 64 sequences at once' })
    expect(assumptions.at(-1)).toBe("At most 1024 sequences in the engine's own buffers.")
    expect(plan.configuration.max_concurrency).toBe(sequences?.value)
    // 131,072 bytes of cache a token: what a vLLM of 0.9 leaves beside 16.06 GB of weights holds some 450,000 tokens.
    expect(sequences?.value).toBeGreaterThan(100)
    expect(sequences?.value).toBeLessThan(115)
    expect((context?.value ?? 0) * 64).toBeGreaterThan(100 * 4096)
    expect((context?.value ?? 0) * 64).toBeLessThan(115 * 4096)
  })
  it('is worded for one sequence, and for all that the model takes', () => {
    expect(fit({ quantization: 'fp8', kvCache: 'fp8' }).rows[1]).toEqual({
      name: 'context',
      value: 131_072,
      given: 'tokens with 1 sequence at once, the longest the model takes',
    })
  })
  it('is less where the engine has buffers for more', () => {
    const most = (maxSequences: number) => fit({ maxSequences, context: 8192 }).rows[0]?.value ?? 0
    expect(most(2048)).toBeLessThan(most(64))
    expect(fit({ maxSequences: 64 }).assumptions.at(-1)).toBe("At most 64 sequences in the engine's own buffers.")
  })
  it('is nothing where the weights alone are too much', () => {
    const { rows, plan } = fit({ model: 'llama-3.1-70b' })
    expect(rows.map(({ value }) => value)).toEqual([0, 0])
    expect(plan.configuration.max_concurrency).toBe(1)
  })
})

test('lengths of a request of which the sum is known: seven eighths are input', () => {
  expect(lengthsOf(8192, {})).toEqual({ inputTokens: 7168, outputTokens: 1024 })
  expect(lengthsOf(8192, { inputTokens: 100 })).toEqual({ inputTokens: 100, outputTokens: 8092 })
  expect(lengthsOf(8192, { outputTokens: 100 })).toEqual({ inputTokens: 8092, outputTokens: 100 })
  expect(lengthsOf(8192, { inputTokens: 8192 })).toEqual({ inputTokens: 8192, outputTokens: 1 })
  expect(lengthsOf(100, { outputTokens: 100 })).toEqual({ inputTokens: 1, outputTokens: 100 })
  expect(lengthsOf(1, {})).toEqual({ inputTokens: 1, outputTokens: 1 })
})
