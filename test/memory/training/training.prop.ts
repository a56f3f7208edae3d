import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { totalBytes } from '../../../src/memory/ledger.ts'
import type { TrainingMemory } from '../../../src/memory/training.ts'
import { emptyTrainingResult, type PreparedConfiguration } from '../../../src/memory/training.ts'
import { wrongBytes } from '../../derivation.ts'
import { gpu } from '../fixtures.ts'
import { ALL_LINEAR, training } from './fixtures.ts'

const MODELS = ['llama-3-8b', 'llama-3-70b', 'mixtral-8x7b', 'gemma-2-27b', 'deepseek-v3', 'qwen3-30b-a3b', 'falcon-7b']
const TRAINERS = [
  'common',
  'deepspeed',
  'torchtune',
  'torchtitan',
  'megatron-lm',
  'litgpt',
  'fsdp-qlora',
  'ms-swift-2',
  'unsloth',
]

type Setting = Partial<PreparedConfiguration> & { model: string; by: string; on: string; headroomFraction: number }

const settings: fc.Arbitrary<Setting> = fc
  .record({
    model: fc.constantFrom(...MODELS),
    by: fc.constantFrom(...TRAINERS),
    on: fc.constantFrom('h100-sxm-80gb', 'rtx-4090', 'b200-sxm'),
    headroomFraction: fc.constantFrom(0, 0.05, 0.2),
    method: fc.constantFrom('full' as const, 'lora' as const, 'qlora' as const),
    optimizer: fc.constantFrom('adamw', 'adamw-8bit', 'paged-adamw-8bit', 'adafactor', 'sgd', 'lion', 'muon'),
    zeroStage: fc.constantFrom(0, 1, 2, 3),
    offload: fc.constantFrom('none', 'optimizer', 'parameters'),
    activationCheckpointing: fc.constantFrom('none', 'selective', 'full'),
    sequenceLength: fc.constantFrom(512, 4096, 32_768),
    dataParallel: fc.constantFrom(1, 2, 8, 64),
    tensorParallel: fc.constantFrom(1, 2, 8),
    pipelineParallel: fc.constantFrom(1, 2, 4),
    virtualPipeline: fc.constantFrom(1, 2),
    contextParallel: fc.constantFrom(1, 2),
    expertParallel: fc.constantFrom(1, 8),
    sequenceParallel: fc.boolean(),
    flashAttention: fc.boolean(),
    compile: fc.boolean(),
    loss: fc.constantFrom('full', 'chunked', 'fused'),
    doubleQuantization: fc.boolean(),
    optimizerInBackward: fc.boolean(),
  })
  .map((setting) => ({
    ...setting,
    lora: setting.method === 'full' ? null : { rank: 16, targets: ALL_LINEAR },
    // Its rule for lengths that vary is about one GPU.
    pipelineParallel: setting.by === 'ms-swift-2' ? 1 : setting.pipelineParallel,
  })) as fc.Arbitrary<Setting>

const loads = fc.record({
  microBatch: fc.integer({ min: 1, max: 64 }),
  gradientAccumulation: fc.integer({ min: 1, max: 64 }),
})

const total = (memory: TrainingMemory, microBatch = 1, gradientAccumulation = 8) =>
  memory.evaluate({ microBatch, gradientAccumulation }).totalBytes
const allocated = (setting: Setting, microBatch = 2) =>
  training(setting).evaluate({ microBatch, gradientAccumulation: 8 }).allocatedBytes

describe('training memory', () => {
  it('the ledger adds up to the total and the phases to their terms', () => {
    fc.assert(
      fc.property(settings, loads, (setting, load) => {
        const memory = training(setting)
        const result = { ...memory.evaluate(load) }
        const terms = memory.ledger(load)
        expect(totalBytes(terms)).toBe(result.totalBytes)
        expect(terms.map((term) => term.name)).toEqual([
          'weights',
          'gradients',
          'optimizer',
          'master_weights',
          'activations',
          'loss',
          'gather_buffers',
          'adapters',
          'communication',
          'runtime',
        ])
        for (const term of terms) {
          expect(Number.isInteger(term.bytes) && term.bytes >= 0, `${term.name} ${term.bytes}`).toBe(true)
          expect(wrongBytes(term.formula(), term.bytes)).toBe(null)
        }
        const phases = memory.phases(load)
        for (const phase of phases) expect(totalBytes(phase.terms)).toBe(phase.bytes)
        expect(Math.max(...phases.map((phase) => phase.bytes))).toBe(result.allocatedBytes)
        expect(phases.find((phase) => phase.name === result.peakPhase)?.bytes).toBe(result.allocatedBytes)
      }),
    )
  })

  it('fits exactly when nothing is missing, which is when the total leaves the headroom', () => {
    fc.assert(
      fc.property(settings, loads, (setting, load) => {
        const memory = training(setting)
        const result = memory.evaluate(load)
        expect(result.fits).toBe(result.shortfallBytes === 0)
        expect(result.fits).toBe(result.totalBytes <= Math.floor((1 - setting.headroomFraction) * result.capacityBytes))
        expect(result.freeBytes).toBe(result.capacityBytes - result.totalBytes)
        expect(result.reservedBytes).toBeGreaterThanOrEqual(result.allocatedBytes)
        expect(result.hostBytes).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('a larger micro-batch or more accumulation never needs less, and never makes a run fit', () => {
    fc.assert(
      fc.property(settings, loads, fc.integer({ min: 1, max: 16 }), fc.boolean(), (setting, load, more, isBatch) => {
        const memory = training(setting)
        const before = { ...memory.evaluate(load) }
        const after = memory.evaluate(
          isBatch
            ? { ...load, microBatch: load.microBatch + more }
            : { ...load, gradientAccumulation: load.gradientAccumulation + more },
        )
        expect(after.totalBytes).toBeGreaterThanOrEqual(before.totalBytes)
        expect(after.allocatedBytes).toBeGreaterThanOrEqual(before.allocatedBytes)
        expect(after.hostBytes).toBeGreaterThanOrEqual(before.hostBytes)
        expect(after.fits && !before.fits).toBe(false)
      }),
    )
  })

  it('no load needs less than the minimum', () => {
    fc.assert(
      fc.property(settings, loads, (setting, load) => {
        const memory = training(setting)
        expect(memory.evaluate(load).totalBytes).toBeGreaterThanOrEqual(memory.minimumBytes)
      }),
    )
  })

  it('the largest micro-batch that fits is the largest', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 64 }), (setting, gradientAccumulation) => {
        const memory = training(setting)
        const most = memory.largestMicroBatch(1000, gradientAccumulation)
        const fits = (microBatch: number) => memory.evaluate({ microBatch, gradientAccumulation }).fits
        if (most > 0) expect(fits(most)).toBe(true)
        if (most < 1000) expect(fits(most + 1)).toBe(false)
      }),
    )
  })

  it('a higher ZeRO stage never needs more states, and on whole models never more in all', () => {
    fc.assert(
      fc.property(settings, fc.constantFrom(0 as const, 1 as const, 2 as const), (setting, stage) => {
        const given = { ...setting, offload: 'none' as const, optimizerInBackward: false }
        const lower = training({ ...given, zeroStage: stage })
        const higher = training({ ...given, zeroStage: (stage + 1) as 1 | 2 | 3 })
        // A factored second moment keeps every entry of flat shards.
        if (setting.optimizer !== 'adafactor') {
          expect(higher.statesBytes).toBeLessThanOrEqual(lower.statesBytes)
        }
      }),
    )
    for (const model of ['llama-3-8b', 'llama-3-70b', 'gemma-2-27b', 'mixtral-8x7b']) {
      for (const dataParallel of [2, 4, 8, 64]) {
        const needs = ([0, 1, 2, 3] as const).map((zeroStage) =>
          total(training({ model, zeroStage, dataParallel, on: 'b300-sxm' })),
        )
        expect(needs).toEqual([...needs].sort((a, b) => b - a))
      }
    }
  })

  it('recomputing more never needs more', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const at = (activationCheckpointing: 'none' | 'selective' | 'full') =>
          allocated({ ...setting, activationCheckpointing })
        expect(at('selective')).toBeLessThanOrEqual(at('none'))
        expect(at('full')).toBeLessThanOrEqual(at('selective'))
      }),
    )
  })

  it('more tensor parallelism never needs more weights, states or memory', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        // At a fixed shard degree, and without experts, whose sharding it changes.
        const given = { ...setting, model: 'llama-3-70b', expertParallel: 1, dataParallel: 8 }
        const narrow = training({ ...given, tensorParallel: 2 })
        const wide = training({ ...given, tensorParallel: 4 })
        expect(wide.statesBytes).toBeLessThanOrEqual(narrow.statesBytes)
        expect(allocated({ ...given, tensorParallel: 4 })).toBeLessThanOrEqual(
          allocated({ ...given, tensorParallel: 2 }),
        )
      }),
    )
  })

  it('sequence parallelism, flash attention and a fused loss never need more', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const before = allocated(setting)
        expect(allocated({ ...setting, sequenceParallel: true })).toBeLessThanOrEqual(
          allocated({ ...setting, sequenceParallel: false }),
        )
        expect(allocated({ ...setting, flashAttention: true })).toBeLessThanOrEqual(before)
        // A fused loss keeps inputs of the head, which tensor parallelism does not divide as it does logits.
        const narrow = { ...setting, tensorParallel: 1 }
        expect(allocated({ ...narrow, loss: 'fused' })).toBeLessThanOrEqual(allocated(narrow))
      }),
    )
  })

  it('offload moves states, it does not lose them', () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const given = { ...setting, zeroStage: 3 as const, optimizerInBackward: false, optimizer: 'adamw' as const }
        const at = (offload: 'none' | 'optimizer' | 'parameters') => training({ ...given, offload })
        const states = at('none').statesBytes
        expect(at('optimizer').statesBytes).toBeLessThanOrEqual(states)
        expect(at('parameters').statesBytes).toBe(0)
        const moved = at('parameters').evaluate({ microBatch: 1, gradientAccumulation: 1 }).hostBytes
        expect(moved).toBeGreaterThanOrEqual(states)
      }),
    )
  })

  it('another GPU asks the same of the model', () => {
    fc.assert(
      fc.property(settings, loads, (setting, load) => {
        const memory = training(setting)
        const other = memory.on(gpu('a100-sxm-40gb'), 0.1)
        const fresh = training({ ...setting, on: 'a100-sxm-40gb', headroomFraction: 0.1 })
        const into = emptyTrainingResult(0)
        expect(other.evaluate(load, into)).toBe(into)
        expect(into).toEqual(fresh.evaluate(load))
        expect(into.allocatedBytes).toBe(memory.evaluate(load).allocatedBytes)
      }),
    )
  })
})
