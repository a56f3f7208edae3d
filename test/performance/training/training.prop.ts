import fc from 'fast-check'
import { expect, it } from 'vitest'
import { emptyTrainingSpeed, type TimedConfiguration } from '../../../src/performance/training/input.ts'
import { wrongLine } from '../../derivation.ts'
import { prepare, prepareOrNull, type Run, speed } from './fixtures.ts'

const MODELS = [
  'llama-3-8b',
  'llama-3-70b',
  'mixtral-8x7b',
  'deepseek-v3',
  'nemotron-3-nano-30b-a3b',
  'gemma-3-27b',
  'deepseek-v4-flash',
]
const GPUS = ['h100-sxm-80gb', 'a100-sxm-80gb', 'b200-sxm', 'rtx-4090', 'l40s', 'mi300x']

const configurations = fc.record({
  method: fc.constantFrom('full' as const, 'lora' as const, 'qlora' as const),
  zeroStage: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
  offload: fc.constantFrom('none' as const, 'optimizer' as const, 'parameters' as const),
  activationCheckpointing: fc.constantFrom('none' as const, 'selective' as const, 'full' as const),
  sequenceLength: fc.constantFrom(512, 2048, 8192, 32768),
  dataParallel: fc.constantFrom(1, 2, 8, 16),
  tensorParallel: fc.constantFrom(1, 2, 8),
  pipelineParallel: fc.constantFrom(1, 2, 4),
  virtualPipeline: fc.constantFrom(1, 2),
  contextParallel: fc.constantFrom(1, 2),
  expertParallel: fc.constantFrom(1, 8),
  sequenceParallel: fc.boolean(),
  flashAttention: fc.boolean(),
  loss: fc.constantFrom('full' as const, 'fused' as const),
})
const runs = fc
  .record({
    model: fc.constantFrom(...MODELS),
    gpuId: fc.constantFrom(...GPUS),
    trainerId: fc.constantFrom('common', 'megatron-bridge', 'torchtitan', 'llm-foundry'),
    configuration: configurations,
  })
  .map(({ configuration, ...run }) => ({
    ...run,
    configuration: {
      ...configuration,
      lora: configuration.method === 'full' ? null : { rank: 16, targets: ['q' as const, 'v' as const] },
      shardDegree: configuration.dataParallel * configuration.contextParallel,
      expertParallel: Math.min(
        configuration.expertParallel,
        configuration.dataParallel * configuration.contextParallel * configuration.tensorParallel,
      ),
    },
  }))
const loads = fc.record({
  microBatch: fc.constantFrom(1, 2, 4, 16),
  gradientAccumulation: fc.constantFrom(1, 4, 32),
})
const with_ = (run: Run, configuration: Partial<TimedConfiguration>): Run => ({
  ...run,
  configuration: { ...run.configuration, ...configuration },
})
/** Rounding of sums that are equal on paper. */
const EPSILON = 1e-9

it('every figure is finite and in its range', () => {
  fc.assert(
    fc.property(runs, loads, (run, load) => {
      const result = speed(prepare(run), load)
      for (const value of Object.values(result)) expect(Number.isFinite(value)).toBe(true)
      expect(result.bubble).toBeGreaterThanOrEqual(0)
      expect(result.bubble).toBeLessThan(1)
      expect(result.modelFlopsUtilization).toBeGreaterThan(0)
      expect(result.modelFlopsUtilization).toBeLessThan(1)
      expect(result.microStepSeconds).toBeGreaterThanOrEqual(result.computeSeconds)
    }),
  )
})

it('larger micro-batches and more accumulation never train fewer tokens a second', () => {
  fc.assert(
    fc.property(runs, loads, (run, load) => {
      const time = prepare(run)
      const before = speed(time, load).tokensPerSecond
      const wider = speed(time, { ...load, microBatch: load.microBatch * 2 }).tokensPerSecond
      const longer = speed(time, { ...load, gradientAccumulation: load.gradientAccumulation * 2 }).tokensPerSecond
      expect(wider).toBeGreaterThanOrEqual(before * (1 - EPSILON))
      expect(longer).toBeGreaterThanOrEqual(before * (1 - EPSILON))
    }),
  )
})

it('recomputation is never faster', () => {
  fc.assert(
    fc.property(runs, loads, (run, load) => {
      const rate = (activationCheckpointing: 'none' | 'selective' | 'full') =>
        speed(prepare(with_(run, { activationCheckpointing })), load).tokensPerSecond
      expect(rate('none')).toBeGreaterThanOrEqual(rate('selective') * (1 - EPSILON))
      expect(rate('selective')).toBeGreaterThanOrEqual(rate('full') * (1 - EPSILON))
    }),
  )
})

it('more machines at the same sharding never train fewer tokens a second', () => {
  fc.assert(
    fc.property(runs, loads, fc.constantFrom(2, 4), (run, load, factor) => {
      // From two machines on: the first step onto the network may cost more than a machine brings.
      const replicas = { dataParallel: 16, shardDegree: 8, expertParallel: 1 }
      const few = speed(prepare(with_(run, replicas)), load).tokensPerSecond
      const many = speed(prepare(with_(run, { ...replicas, dataParallel: 16 * factor })), load).tokensPerSecond
      expect(many).toBeGreaterThanOrEqual(few * (1 - EPSILON))
    }),
  )
})

it('a faster network or host link never slows a run, an unknown network refuses what leaves the machine', () => {
  fc.assert(
    fc.property(runs, loads, (run, load) => {
      const at = (networkGbPerSecondPerGpu: number, hostToDeviceGbPerSecond: number) =>
        speed(prepare({ ...run, networkGbPerSecondPerGpu, hostToDeviceGbPerSecond }), load).tokensPerSecond
      expect(at(100, 50)).toBeGreaterThanOrEqual(at(10, 20) * (1 - EPSILON))
      const { dataParallel: d, tensorParallel: t, pipelineParallel: p, contextParallel: c } = run.configuration
      expect(prepareOrNull({ ...run, networkGbPerSecondPerGpu: null }) === null).toBe(d * t * p * c > 8)
    }),
  )
})

it('terms of the derivation add up to the step', () => {
  fc.assert(
    fc.property(runs, loads, (run, load) => {
      const time = prepare(run)
      const lines = new Map<string, number>()
      for (const line of time.explain(load)) {
        expect(wrongLine(line)).toBe(null)
        lines.set(line.name, (lines.get(line.name) ?? 0) + line.value)
      }
      const value = (name: string) => lines.get(name) ?? 0
      const parts = [
        'gemm',
        'expert_gemm',
        'expert_copies',
        'attention',
        'elementwise',
        'head',
        'accumulate',
        'dequantise',
      ]
      const device = parts.reduce((sum, name) => sum + value(name), 0)
      const compute = Math.cbrt(device ** 3 + time.parts.launchSeconds ** 3)
      const micro = (compute + value('exposed_activations')) * time.parts.imbalance + value('exposed_sharding')
      const step =
        (load.gradientAccumulation * micro) / (1 - value('bubble')) + value('exposed_reduce') + value('optimizer')
      expect(step / time.at(load, emptyTrainingSpeed()).stepSeconds).toBeCloseTo(1, 7)
    }),
  )
})
