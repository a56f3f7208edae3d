import { describe, expect, it } from 'vitest'
import { totalBytes } from '../../src/memory/ledger.ts'
import {
  prepareRuleOfThumbMemory,
  type RuleOfThumbOptions,
  ruleOfThumbBytesPerParameter,
  ruleOfThumbKv,
  ruleOfThumbKvRange,
  ruleOfThumbWeights,
  ruleOfThumbWorkspace,
} from '../../src/memory/rule-of-thumb.ts'
import {
  ruleOfThumbCheckpointedActivations,
  ruleOfThumbCheckpointedSeconds,
  ruleOfThumbCustomTraining,
  ruleOfThumbFullTraining,
  ruleOfThumbGpuCount,
  ruleOfThumbLora,
  ruleOfThumbQlora,
  ruleOfThumbWithoutCheckpointing,
  ruleOfThumbZero3,
} from '../../src/memory/rule-of-thumb-training.ts'
import { prepareRuleOfThumbTraining } from '../../src/memory/training/rule-of-thumb.ts'
import { awq, bf16, fp32, GIB, gptq, gpu, int2, int8, kv16, mxfp4, serving } from './fixtures.ts'

/* Figures of the guide "LLM VRAM Requirements" (March 2026), row by row. GB are decimal, its KV table is binary. */

const GB = 1e9
const MIB = 2 ** 20
const HIDDEN_70B = 8192
const gbOf = (parameters: number, format: typeof bf16) =>
  ruleOfThumbWeights(parameters, ruleOfThumbBytesPerParameter(format)) / GB

function memory(given: Partial<RuleOfThumbOptions> = {}) {
  return prepareRuleOfThumbMemory({
    parameters: 70e9,
    hiddenSize: HIDDEN_70B,
    quantization: int8,
    kv: kv16,
    gpu: gpu('h100-pcie-80gb'),
    tensorParallel: 1,
    pipelineParallel: 1,
    expertParallel: 1,
    headroomFraction: 0,
    ...given,
  })
}
const batch = (sequences: number) => ({
  maxSequences: 256,
  maxBatchedTokens: 2048,
  context: 2048,
  sequences,
  sequenceTokens: 2048,
})

describe('weights', () => {
  it.each([
    ['llama-3-8b', 8e9, 32, 16, 8, 4],
    ['mistral-7b', 7e9, 28, 14, 7, 3.5],
    ['llama-3-70b', 70e9, 280, 140, 70, 35],
    ['llama-3.1-405b', 405e9, 1620, 810, 405, 202.5],
    ['qwen-72b', 72e9, 288, 144, 72, 36],
  ])('%s', (_id, parameters, inFp32, inFp16, inInt8, inInt4) => {
    expect(gbOf(parameters, fp32)).toBe(inFp32)
    expect(gbOf(parameters, bf16)).toBe(inFp16)
    expect(gbOf(parameters, int8)).toBe(inInt8)
    expect(gbOf(parameters, awq)).toBe(inInt4)
    expect(gbOf(parameters, gptq)).toBe(inInt4)
  })
  it('int2 of 70B takes 17.5 GB; GPT-4 at an estimated 1.76T parameters 7.04 TB in fp32 and 880 GB in int4', () => {
    expect(gbOf(70e9, int2)).toBe(17.5)
    expect(gbOf(1.76e12, fp32)).toBe(7040)
    // The guide's text says 440 GB, which contradicts its own formula.
    expect(gbOf(1.76e12, awq)).toBe(880)
  })
  it('takes the narrowest class of mixed formats', () => {
    expect(ruleOfThumbBytesPerParameter(mxfp4)).toBe(0.5)
  })
})

describe('KV cache: one layer of full attention, wrong by a factor of ten', () => {
  it.each([
    [1, 64],
    [4, 256],
    [8, 512],
    [16, 1024],
    [32, 2048],
    [64, 4096],
  ])('batch %i of 2048 tokens takes %i MiB', (sequences, mib) => {
    expect(ruleOfThumbKv(sequences, 2048, HIDDEN_70B, 2)).toBe(mib * MIB)
  })
  it('is not what the architecture gives: 640 MiB at batch 1', () => {
    const load = { maxSequences: 256, maxBatchedTokens: 8192, context: 2048, sequences: 1, sequenceTokens: 2048 }
    const real = serving({ model: 'llama-3-70b', quantization: int8, utilization: 0.95 }).evaluate(load).kvBytes
    expect(real).toBe(640 * MIB)
    expect(real).toBe(10 * ruleOfThumbKv(1, 2048, HIDDEN_70B, 2))
  })
  it('is 15 to 30 % of the weights where nothing is known', () => {
    expect(ruleOfThumbKvRange(100)).toEqual({ low: 15, high: 30 })
  })
})

describe('a whole GPU', () => {
  it('Llama 3 70B int8 at batch 4: 70 + 10.5 + 0.25, which its text rounds to 80.75 GB', () => {
    const terms = memory().ledger(batch(4))
    const bytes = Object.fromEntries(terms.map((term) => [term.name, term.bytes]))
    expect(bytes).toEqual({ weights: 70e9, kv_cache: 256 * MIB, activations: 10.5e9 })
    expect(ruleOfThumbWorkspace(70e9)).toBe(10.5e9)
    // 0.25 "GB" of cache is 0.25 GiB
    const stated = 70 + 10.5 + (bytes.kv_cache ?? 0) / GIB
    expect(stated).toBe(80.75)
    expect(stated).toBeGreaterThan(80)
  })
  it.each([
    [1, 70.1],
    [4, 70.3],
    [16, 71],
    [32, 72],
    [64, 74],
  ])('weights and cache at batch %i: %f GB', (sequences, stated) => {
    const [weights, kv] = memory().ledger(batch(sequences))
    const mixed = (weights?.bytes ?? 0) / GB + (kv?.bytes ?? 0) / GIB
    expect(Math.round(mixed * 10) / 10).toBe(stated)
  })
  it('divides weights and cache over GPUs: 35 GB and 0.25 GiB on two at batch 8', () => {
    // The guide's text keeps 0.5 GB of cache on each GPU, which contradicts tensor parallelism.
    const [weights, kv] = memory({ tensorParallel: 2 }).ledger(batch(8))
    expect(weights?.bytes).toBe(35e9)
    expect(kv?.bytes).toBe(0.25 * GIB)
  })
  it('plans models known by their parameter count: 20 % workspace, 30 % cache, whatever the load', () => {
    const gpt4 = memory({ parameters: 1.76e12, hiddenSize: null, quantization: awq, tensorParallel: 16 })
    const bytes = gpt4.ledger(batch(1)).map((term) => term.bytes)
    expect(bytes).toEqual([55e9, 16.5e9, 11e9])
    expect(gpt4.evaluate(batch(64)).totalBytes).toBe(82.5e9)
    expect(gpt4.minimumBytes).toBe(82.5e9)
  })
  it('does not fit 70.25 GB on a 48 GB card, nor two bytes a parameter on one H100', () => {
    expect(memory({ gpu: gpu('l40s') }).evaluate(batch(4)).fits).toBe(false)
    expect(memory({ quantization: bf16 }).evaluate(batch(1)).fits).toBe(false)
  })
  it('adds up and fits what it says fits', () => {
    const rule = memory()
    const result = { ...rule.evaluate(batch(4)) }
    expect(totalBytes(rule.ledger(batch(4)))).toBe(result.totalBytes)
    expect(result.freeBytes).toBe(result.capacityBytes - result.totalBytes)
    const most = rule.largestSequences(batch(1))
    expect(rule.evaluate(batch(most)).fits).toBe(true)
    expect(rule.evaluate(batch(most + 1)).fits).toBe(false)
    const longest = rule.largestContext(batch(1), 10_000_000)
    expect(rule.evaluate({ ...batch(1), context: longest, sequenceTokens: longest }).fits).toBe(true)
    expect(rule.evaluate({ ...batch(1), context: longest + 1, sequenceTokens: longest + 1 }).fits).toBe(false)
  })
})

describe('training', () => {
  it('full fine-tuning of 70B: 140 + 140 + 280 + 70 = 630 GB on 8 H100, 78.75 GB each with ZeRO-3', () => {
    const full = ruleOfThumbFullTraining(70e9)
    expect(full).toEqual({ weights: 140e9, gradients: 140e9, optimizer: 280e9, activations: 70e9, total: 630e9 })
    expect(ruleOfThumbGpuCount(full.total, 80e9)).toBe(8)
    expect(ruleOfThumbZero3(full.total, 8)).toBe(78.75e9)
  })
  it('LoRA of 70B: 140 + 2-4 + 4-8, "~150 GB"', () => {
    expect(ruleOfThumbLora(70e9)).toEqual({
      base: 140e9,
      adapters: { low: 2e9, high: 4e9 },
      optimizer: { low: 4e9, high: 8e9 },
      sum: { low: 146e9, high: 152e9 },
      total: { low: 150e9, high: 150e9 },
    })
    expect(ruleOfThumbGpuCount(150e9, 80e9)).toBe(2)
  })
  it('QLoRA of 70B: 35 + 2-4 + 2-4, "~40-45 GB", one GPU', () => {
    const qlora = ruleOfThumbQlora(70e9)
    expect(qlora).toMatchObject({ base: 35e9, sum: { low: 39e9, high: 43e9 }, total: { low: 40e9, high: 45e9 } })
    expect(ruleOfThumbGpuCount(qlora.total.high, 80e9)).toBe(1)
  })
  it('checkpointing: activations 5-10 times smaller, 20-40 % more time, totals 1.5-2 times larger without', () => {
    expect(ruleOfThumbCheckpointedActivations(700)).toEqual({ low: 70, high: 140 })
    expect(ruleOfThumbCheckpointedSeconds(10)).toEqual({ low: 12, high: 14 })
    expect(ruleOfThumbWithoutCheckpointing(630e9)).toEqual({ low: 945e9, high: 1260e9 })
  })
  it('custom models: 3 to 4 times the inference weights', () => {
    expect(ruleOfThumbCustomTraining(140e9)).toEqual({ low: 420e9, high: 560e9 })
  })
})

describe('as the memory of a training plan', () => {
  const on = (activationCheckpointing: 'none' | 'selective' | 'full', method: 'full' | 'qlora') =>
    prepareRuleOfThumbTraining({
      parameters: 70e9,
      trainableParameters: 70e9,
      gpu: gpu('h100-pcie-80gb'),
      configuration: {
        method,
        activationCheckpointing,
        zeroStage: 3,
        dataParallel: 8,
        contextParallel: 1,
        tensorParallel: 1,
        pipelineParallel: 1,
      } as never,
      headroomFraction: 0,
    })

  it('is 630 GB over eight GPUs with checkpointing and twice that without', () => {
    expect(on('full', 'full').minimumBytes).toBe(78.75 * GB)
    expect(on('none', 'full').minimumBytes).toBe(2 * 78.75 * GB)
    expect(totalBytes(on('none', 'full').ledger({ microBatch: 1, gradientAccumulation: 1 }))).toBe(157.5 * GB)
  })

  it('takes the upper ends of QLoRA: 35 + 4 + 4 GB', () => {
    expect(on('full', 'qlora').minimumBytes * 8).toBe(43 * GB)
    expect(on('none', 'qlora').minimumBytes * 8).toBe(86 * GB)
  })
})

describe('what the ledgers say', () => {
  it('serving: the rule with its numbers, a GPU', () => {
    const one = memory()
    expect(one.ledger(batch(4)).map(({ name, formula, source }) => [name, formula(), source])).toEqual([
      ['weights', '70,000,000,000 parameters x 1 B', 'assumed'],
      ['kv_cache', '2 x 4 x 2,048 tokens x 8,192 hidden x 2 B', 'assumed'],
      ['activations', '0.15 x 70,000,000,000 parameters x 1 B', 'assumed'],
    ])
    const two = memory({ tensorParallel: 2 }).ledger(batch(4))
    expect(two.map(({ formula }) => formula().endsWith(' / 2 GPUs'))).toEqual([true, true, true])
    const [all, ...rest] = one.ledgers(batch(4))
    expect([all?.gpu, all?.terms.length, rest.length]).toEqual(['every GPU', 3, 0])
  })
  it('serving: one long sequence where it is more than all others', () => {
    const long = { ...batch(2), context: 100_000 }
    expect(memory().ledger(long)[1]?.formula()).toBe('2 x 1 x 100,000 tokens x 8,192 hidden x 2 B')
    expect(memory().ledger(long)[1]?.bytes).toBe(2 * 100_000 * 8192 * 2)
  })
  it('serving: the cache of a model known by its parameters, and the tokens of a pool', () => {
    const unknown = memory({ hiddenSize: null, tensorParallel: 2 })
    expect(unknown.ledger(batch(4))[1]?.formula()).toBe('0.3 x 70,000,000,000 parameters x 1 B / 2 GPUs')
    expect(unknown.printedTokens(batch(4))).toBe(4 * 2048)
    const known = memory()
    const { poolBytes, kvUtilization, kvBytes } = { ...known.evaluate(batch(4)) }
    expect(kvUtilization).toBeCloseTo(kvBytes / poolBytes, 12)
    expect(known.printedTokens(batch(4))).toBe(Math.floor(poolBytes / (2 * 8192 * 2)))
    expect(memory({ quantization: bf16 }).printedTokens(batch(4))).toBe(0)
  })

  const load = { microBatch: 1, gradientAccumulation: 1 }
  const training = (configuration: object, more: object = {}) =>
    prepareRuleOfThumbTraining({
      parameters: 10e9,
      trainableParameters: 1e9,
      gpu: gpu('h100-pcie-80gb'),
      configuration: {
        method: 'full',
        activationCheckpointing: 'full',
        zeroStage: 0,
        dataParallel: 1,
        contextParallel: 1,
        tensorParallel: 1,
        pipelineParallel: 1,
        ...configuration,
      } as never,
      headroomFraction: 0,
      ...more,
    })
  const told = (...given: Parameters<typeof training>) =>
    training(...given)
      .ledger(load)
      .map(({ name, bytes, formula }) => `${name} ${bytes / GB}: ${formula()}`)

  it('training: 2 + 2 + 4 + 1 bytes a parameter, over tensor and pipeline ranks', () => {
    expect(told({ tensorParallel: 2, pipelineParallel: 2, dataParallel: 4 })).toEqual([
      'weights 5: 20,000,000,000 B / 4 GPUs',
      'gradients 5: 20,000,000,000 B / 4 GPUs',
      'optimizer 10: 40,000,000,000 B / 4 GPUs',
      'activations 2.5: 10,000,000,000 B / 4 GPUs',
    ])
    expect(told({ zeroStage: 3, tensorParallel: 2, dataParallel: 2, contextParallel: 2 })[0]).toBe(
      'weights 2.5: 20,000,000,000 B / 8 GPUs',
    )
  })
  it('training: all activations stored, with a part of them known and with none', () => {
    expect(told({ activationCheckpointing: 'none' }).at(-1)).toBe(
      'activations 100: (10,000,000,000 B + 90,000,000,000 B) / 1 GPUs, 90,000,000,000 B of it what storing all activations adds (the total doubles)',
    )
    const lora = told({ method: 'lora', activationCheckpointing: 'none' })
    expect(lora.map((line) => line.split(' ')[0])).toEqual(['weights', 'adapters', 'optimizer', 'activations'])
    expect(lora.at(-1)).toMatch(/^activations [\d.]+: [\d,.]+ B \/ 1 GPUs, /)
    expect(told({ method: 'lora' }).map((line) => line.split(' ')[0])).toEqual(['weights', 'adapters', 'optimizer'])
    expect(told({ method: 'lora' })[0]).toContain('weights 20:')
    expect(told({ method: 'qlora' })[0]).toContain('weights 5:')
  })
  it('training: fits up to what headroom leaves, whatever the batch', () => {
    const run = training({})
    const result = run.evaluate({ microBatch: 64, gradientAccumulation: 8 })
    const capacity = Math.round(gpu('h100-pcie-80gb').memory.usable_gib * GIB)
    expect(result).toMatchObject({
      fits: false,
      totalBytes: 90e9,
      allocatedBytes: 90e9,
      reservedBytes: 90e9,
      hostBytes: 0,
      capacityBytes: capacity,
      freeBytes: capacity - 90e9,
      shortfallBytes: 90e9 - capacity,
    })
    expect([run.minimumBytes, run.statesBytes, run.trainableParameters]).toEqual([90e9, 90e9, 1e9])
    expect(run.largestMicroBatch(32, 1)).toBe(0)
    const split = training({ zeroStage: 3, dataParallel: 2 }, { headroomFraction: 0.1 })
    expect(split.evaluate(load)).toMatchObject({ fits: true, shortfallBytes: 0 })
    expect(split.largestMicroBatch(32, 1)).toBe(32)
    // 45 GB on a card of 48: with a tenth kept free it does not fit, without it does.
    const l40s = gpu('l40s')
    expect(split.on(l40s, 0.1).evaluate(load).fits).toBe(false)
    expect(split.on(l40s, 0).evaluate(load).fits).toBe(true)
    expect(split.on(l40s, 0).evaluate(load).capacityBytes).toBe(Math.round(l40s.memory.usable_gib * GIB))
    const kept = split.on(l40s, 0.1).evaluate(load)
    expect(kept.shortfallBytes).toBe(Math.ceil(45e9 - 0.9 * kept.capacityBytes))
  })
  it('training: one phase, one ledger', () => {
    const run = training({})
    expect(run.phases(load).map(({ name, bytes, terms }) => [name, bytes, terms.length])).toEqual([
      ['backward start', 90e9, 4],
    ])
    expect(run.ledgers(load).map(({ gpu: which, terms }) => [which, terms.length])).toEqual([['every GPU', 4]])
  })
})
