import { beforeAll, describe, expect, it, test } from 'vitest'
import { estimateTraining, fitTraining, type TrainEstimateInput } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { shop } from '../answers/shop.ts'

/* What `plan estimate --method` and `plan fit --method` take for granted, price and refuse: a training configuration that is given. */

let market: Catalog
beforeAll(async () => {
  market = shop(await loadCatalog())
})

const base: TrainEstimateInput = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', method: 'lora', asOf: '2026-11-21' }
const estimate = (input: Partial<TrainEstimateInput> = {}) => estimateTraining({ ...base, ...input }, market)
const fit = (input: Partial<TrainEstimateInput> = {}) => fitTraining({ ...base, ...input }, market)

describe('what is assumed', () => {
  it('everything, where nothing is said', () => {
    expect(estimate().assumptions).toEqual([
      'Trainer: Common recipe (Hugging Face model, DeepSpeed ZeRO).',
      'Sequences of 4096 tokens.',
      'Micro-batch 1.',
      'Gradient accumulation 1.',
      'ZeRO stage 0.',
      'Optimizer adamw.',
      'No offload.',
      'Activation checkpointing: full.',
      'LoRA rank 16.',
      '5 % of the GPU kept free beyond everything counted.',
      'Time and cost are those of a billion tokens.',
    ])
    // Full fine-tuning has no adapters.
    expect(estimate({ method: 'full' }).assumptions).not.toContain('LoRA rank 16.')
  })
  it('nothing but the tokens, where all is said', () => {
    const { plan, assumptions } = estimate({
      trainer: 'deepspeed',
      method: 'lora',
      gpus: 8,
      zeroStage: 2,
      optimizer: 'lion',
      offload: 'none',
      microBatch: 2,
      gradientAccumulation: 3,
      sequenceLength: 1024,
      activationCheckpointing: 'none',
      loraRank: 8,
      loraTargets: 'attention',
      headroom: 0,
    })
    expect(assumptions).toEqual(['Time and cost are those of a billion tokens.'])
    expect(plan.configuration).toMatchObject({
      trainer: 'deepspeed',
      optimizer: 'lion',
      zero_stage: 2,
      micro_batch: 2,
      gradient_accumulation: 3,
      data_parallel: 8,
      sequence_length: 1024,
      global_batch: 2 * 3 * 8,
      activation_checkpointing: 'none',
      lora_rank: 8,
      lora_targets: ['q', 'k', 'v', 'o'],
      virtual_pipeline: 1,
    })
    expect(plan.performance.tokens).toBe(1e9)
  })
  it('adapters on all projections, of rank 16', () => {
    expect(estimate({ loraTargets: 'all-linear' }).plan.configuration).toEqual(estimate().plan.configuration)
    expect(estimate().plan.configuration).toMatchObject({
      lora_rank: 16,
      lora_targets: ['q', 'k', 'v', 'o', 'gate', 'up', 'down', 'other'],
    })
  })
  it('sequences no longer than the model takes', () => {
    expect(estimate({ model: 'tinyllama-1.1b' }).assumptions).toContain('Sequences of 2048 tokens.')
  })
  it('norms shared by the ranks where the trainer does that', () => {
    const shares = (input: Partial<TrainEstimateInput>) =>
      estimate({ method: 'full', gpus: 8, ...input }).plan.configuration.sequence_parallel
    expect(shares({ trainer: 'megatron-lm', tensorParallel: 2 })).toBe(true)
    expect(shares({ trainer: 'torchtitan', tensorParallel: 2 })).toBe(true)
    expect(shares({ trainer: 'deepspeed', tensorParallel: 2 })).toBe(false)
  })
})

describe('the sharding that is assumed is the widest that the trainer has', () => {
  test.each<[string, Partial<TrainEstimateInput>, number]>([
    ['alone', { trainer: 'deepspeed' }, 0],
    ['several ranks', { trainer: 'deepspeed', gpus: 8 }, 3],
    ['the sequence divided over ranks', { gpus: 2, contextParallel: 2 }, 3],
    ['both', { gpus: 4, contextParallel: 2 }, 3],
    ['one that divides optimizer states alone', { trainer: 'megatron-lm', gpus: 8, method: 'full' }, 1],
    ['none', { trainer: 'unsloth', gpus: 2 }, 0],
    [
      'ZeRO-3 refused beside tensor parallelism',
      { trainer: 'deepspeed', method: 'full', gpus: 8, tensorParallel: 2 },
      2,
    ],
    ['4-bit weights beside an optimizer in host memory', { method: 'qlora', gpus: 8, offload: 'optimizer' }, 3],
  ])('%s', (_, input, stage) => {
    const { plan, assumptions } = estimate(input)
    expect(plan.configuration.zero_stage).toBe(stage)
    expect(assumptions).toContain(`ZeRO stage ${stage}.`)
  })
})

describe('GPUs and machines', () => {
  it('data parallelism fills what the other degrees leave', () => {
    const { plan } = estimate({
      method: 'full',
      trainer: 'megatron-lm',
      gpus: 8,
      tensorParallel: 2,
      pipelineParallel: 2,
    })
    expect(plan.configuration).toMatchObject({ tensor_parallel: 2, pipeline_parallel: 2, data_parallel: 2 })
    expect(plan.configuration.global_batch).toBe(2)
    expect(plan.placement.gpus).toBe(8)
  })
  it('stand on the cheapest machines that make them up', () => {
    const placed = (gpus: number) => {
      const { placement, cost } = estimate({ gpus, method: 'qlora' }).plan
      return [placement.offer, placement.instances, cost.usd_per_hour]
    }
    expect(placed(1)).toEqual(['hall/h100/here', 1, 3])
    expect(placed(8)).toEqual(['hall/8x-h100/here', 1, 20])
    expect(placed(16)).toEqual(['hall/8x-h100/here', 2, 40])
  })
  it('say what host memory they need where nobody says what there is', () => {
    const offloaded = { method: 'full', offload: 'optimizer', zeroStage: 2 }
    expect(estimate({ ...offloaded, gpu: 'l40s' }).warnings.join()).toContain(
      'of host memory in each machine, and how much l40s has is not known: search.offload [none] plans without.',
    )
    expect(estimate({ ...offloaded, gpu: 'b200-sxm' }).warnings.join()).toContain('how much such a machine has')
    expect(estimate(offloaded).warnings.join()).not.toContain('host memory in each machine')
    expect(estimate({ gpu: 'l40s' }).warnings.join()).not.toContain('host memory in each machine')
  })
  it('have no price where nobody sells as many together', () => {
    const { plan, fits } = estimate({ gpus: 3, method: 'qlora' })
    expect([fits, plan.placement.offer, plan.cost.usd_per_hour]).toEqual([true, null, null])
  })
  it('take tensor parallelism inside one machine', () => {
    const { plan } = estimate({ method: 'full', trainer: 'megatron-lm', gpus: 8, tensorParallel: 8 })
    expect([plan.placement.instances, plan.placement.gpus_per_instance]).toEqual([1, 8])
  })
})

describe('what does not fit', () => {
  it('is told with how much is missing', () => {
    const { fits, violations, plan } = estimate({ method: 'full' })
    expect(fits).toBe(false)
    expect(violations.map(({ constraint, unit }) => [constraint, unit])).toEqual([['memory', 'bytes']])
    // 16 bytes of each of 8.03 billion parameters on a card of 85 GB.
    expect(violations[0]?.by).toBeGreaterThan(8.03e9 * 16 - 85.1e9)
    expect(plan.memory.total_bytes).toBeGreaterThan(8.03e9 * 16)
  })
})

describe('what cannot be meant', () => {
  test.each<[Partial<TrainEstimateInput>, string]>([
    [{ method: 'loar' }, '--method loar: not one of full, lora, qlora'],
    [{ optimizer: 'adam' }, '--optimizer adam: not one of adamw, adamw-8bit, paged-adamw-8bit, '],
    [{ zeroStage: 4 }, '--zero-stage 4: not one of 0, 1, 2, 3'],
    [{ offload: 'disk' }, '--offload disk: not one of none, optimizer, parameters'],
    [{ activationCheckpointing: 'half' }, '--activation-checkpointing half: not one of none, selective, full'],
    [
      { model: 'gpt-4-estimated' },
      'gpt-4-estimated is known by its parameter count alone: training needs its architecture',
    ],
    [{ sequenceLength: 200_000 }, '--sequence-length 200000: llama-3.1-8b takes at most 131072 tokens'],
    [{ gpus: 6, tensorParallel: 4 }, '6 GPUs do not make whole groups of 4 (tensor x pipeline x context parallel)'],
    [{ gpu: 'tpu-v5e' }, 'does not run this method on GPUs of this maker, or the GPU has no bf16'],
    [{ method: 'qlora', gpus: 8, zeroStage: 3, offload: 'parameters' }, 'ZeRO-3 does not keep 4-bit weights'],
    [{ trainer: 'megatron-lm' }, 'Megatron-LM does not offer it'],
    [{ zeroStage: 2 }, 'the trainer does not offer this ZeRO stage, or there is no second rank to share with'],
    [{ gpus: 10_000_019 }, 'cannot train together'],
    [{ trainer: 'deepsped' }, 'deepsped'],
  ])('%o', (input, message) => {
    expect(() => estimate(input)).toThrow(message)
  })
})

describe('what fits', () => {
  it('is the largest micro-batch and the longest sequence, to one more', () => {
    const { rows, plan, capacityBytes, gpu } = fit({ method: 'qlora', sequenceLength: 1024, microBatch: 2 })
    expect([gpu, capacityBytes]).toEqual(['h100-sxm-80gb', 85_018_877_624])
    const [batch, length] = rows
    expect(batch).toMatchObject({ name: 'micro_batch', given: 'sequences of 1024 tokens' })
    expect(length).toMatchObject({ name: 'sequence_length', given: 'tokens at micro-batch 2, in steps of 128' })
    const fits = (input: Partial<TrainEstimateInput>) => estimate({ method: 'qlora', ...input }).fits
    const most = batch?.value ?? Number.NaN
    expect(fits({ sequenceLength: 1024, microBatch: most })).toBe(true)
    expect(fits({ sequenceLength: 1024, microBatch: most + 1 })).toBe(false)
    expect(plan.configuration.micro_batch).toBe(most)
    const longest = length?.value ?? Number.NaN
    expect(longest % 128).toBe(0)
    expect(fits({ sequenceLength: longest, microBatch: 2 })).toBe(true)
    expect(fits({ sequenceLength: longest + 128, microBatch: 2 })).toBe(false)
  })
  it('is shorter for a larger micro-batch; accumulation changes neither', () => {
    const lengthOf = (input: Partial<TrainEstimateInput>) => fit({ method: 'qlora', ...input }).rows[1]?.value ?? 0
    expect(lengthOf({ microBatch: 4 })).toBeLessThan(lengthOf({}))
    expect(lengthOf({ microBatch: 1 })).toBe(lengthOf({}))
    expect(lengthOf({ gradientAccumulation: 8 })).toBe(lengthOf({}))
  })
  it('is as long as the model takes, at most', () => {
    expect(fit({ model: 'tinyllama-1.1b', method: 'qlora' }).rows[1]).toEqual({
      name: 'sequence_length',
      value: 2048,
      given: 'tokens at micro-batch 1, the longest the model takes',
    })
  })
  it('is nothing where the states alone are too much', () => {
    const { rows, plan } = fit({ method: 'full' })
    expect(rows.map(({ value }) => value)).toEqual([0, 0])
    expect(plan.configuration.micro_batch).toBe(1)
  })
})
