import { describe, expect, it } from 'vitest'
import type { TrainingMemoryPhysics } from '../../../src/catalog/training-memory.ts'
import {
  divided,
  explainDivided,
  sharding,
  type WorkingSetOptions,
  workingSet,
} from '../../../src/memory/training/sharding.ts'
import { configurationOf, trainer, training } from './fixtures.ts'

/* Who shares what, on round numbers. */

describe('ZeRO stages', () => {
  const at = (zeroStage: number, more: object = {}, scheme: Parameters<typeof sharding>[0] = 'zero') =>
    sharding(scheme, configurationOf({ zeroStage: zeroStage as 0, dataParallel: 8, ...more }))

  it('divide optimizer states, gradients and weights one after the other', () => {
    const shared = (stage: number) => {
      const { weights, gradients, optimizer } = at(stage)
      return [optimizer, gradients, weights]
    }
    expect([0, 1, 2, 3].map(shared)).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, false],
      [true, true, true],
    ])
    expect(at(3, { dataParallel: 1 })).toMatchObject({ weights: false, gradients: false, optimizer: false })
  })
  it('flatten parameters in DeepSpeed and FSDP1, not in FSDP2 or Megatron', () => {
    const flattened = (scheme: Parameters<typeof sharding>[0], stage = 3) => at(stage, {}, scheme).flattened
    expect([
      flattened('zero'),
      flattened('fsdp1'),
      flattened('fsdp2'),
      flattened('megatron'),
      flattened('none'),
    ]).toEqual([true, true, false, false, false])
    expect([flattened('zero', 1), flattened('zero', 0)]).toEqual([true, false])
    expect(at(3, { dataParallel: 1 }).flattened).toBe(false)
  })
  it('experts over more ranks than tensor parallelism leave fewer copies to share', () => {
    const degrees = (more: object) => {
      const { degree, expertDegree } = at(3, more)
      return [degree, expertDegree]
    }
    expect(degrees({})).toEqual([8, 8])
    expect(degrees({ expertParallel: 4 })).toEqual([8, 2])
    expect(degrees({ expertParallel: 4, tensorParallel: 2 })).toEqual([8, 4])
    expect(degrees({ expertParallel: 2, tensorParallel: 4 })).toEqual([8, 8])
    expect(degrees({ expertParallel: 16 })).toEqual([8, 1])
  })
  it('a rank holds its part: 800 / 8 + 400 / 2', () => {
    const shards = at(3, { expertParallel: 4 })
    const parameters = { dense: 800, expert: 400 }
    expect([divided(parameters, shards, true), divided(parameters, shards, false)]).toEqual([300, 1200])
    expect(explainDivided(parameters, shards, true)).toBe('(800 / 8 + experts 400 / 2)')
    expect(explainDivided(parameters, shards, false)).toBe('1,200')
    expect(explainDivided({ dense: 800, expert: 0 }, shards, true)).toBe('800 / 8')
    expect(explainDivided(parameters, at(3), true)).toBe('1,200 / 8')
  })
})

describe('buffers of sharding', () => {
  const physics = {
    compute_bytes: 2,
    sharding: { gathered_blocks: 2, reduce_bytes: 6, pipeline_gradient_bytes: 4 },
  } as unknown as TrainingMemoryPhysics
  const set = (changes: Partial<WorkingSetOptions> = {}, configuration: object = {}) => {
    const given = configurationOf({ zeroStage: 3, dataParallel: 8, ...configuration })
    const scheme = changes.scheme ?? 'zero'
    return workingSet({
      scheme,
      shards: sharding(scheme, given),
      parameters: {
        all: { dense: 900, expert: 100 },
        largestBlock: 50,
        largestTable: 60,
        outer: 110,
      } as unknown as WorkingSetOptions['parameters'],
      configuration: given,
      physics,
      gatheredBytes: 2,
      trainable: 1000,
      isFull: true,
      unshardedAccumulation: false,
      ...changes,
    })
  }
  const told = ({ blocks, root, reduce, unsharded }: ReturnType<typeof set>, m = 4) =>
    [blocks, root, reduce, unsharded(m)].map(({ bytes, explain }) => `${bytes}: ${explain()}`)

  it('two blocks, embedding and head, and 6 bytes of a block on their way', () => {
    expect(told(set())).toEqual([
      '200: 2 blocks x 2 B x 50',
      '220: root unit 2 B x 110',
      '300: reduce buffers 6 B x 50',
      '0: 0',
    ])
  })
  it('FSDP2: the larger table alone, which is also the largest unit', () => {
    expect(told(set({ scheme: 'fsdp2' }))).toEqual([
      '200: 2 blocks x 2 B x 50',
      '120: root unit 2 B x 60',
      '360: reduce buffers 6 B x 60',
      '0: 0',
    ])
  })
  it('a frozen base in 4 bit is gathered so, and nothing of it is reduced', () => {
    expect(told(set({ gatheredBytes: 0.5, isFull: false }))).toEqual([
      '50: 2 blocks x 0.5 B x 50',
      '220: root unit 2 B x 110',
      '0: 0',
      '0: 0',
    ])
  })
  it('gradients that wait whole for the last of several micro-steps', () => {
    const waiting = set({ unshardedAccumulation: true })
    expect(told(waiting)[3]).toBe('2000: 2 B x 1,000 unsharded gradients (not reduced before the last micro-step)')
    expect(told(waiting, 1)[3]).toBe('0: 0')
  })
  it('FSDP2 under a pipeline holds its stage and its gradients whole', () => {
    expect(told(set({ scheme: 'fsdp2', trainable: 700 }, { pipelineParallel: 2 }), 1)).toEqual([
      '2000: 2 B x 1,000 (the whole stage)',
      '0: 0',
      '0: 0',
      '2800: 4 B x 700 unsharded gradients of the stage',
    ])
    // The others gather block by block there too.
    expect(told(set({ scheme: 'fsdp1' }, { pipelineParallel: 2 }))[0]).toBe('200: 2 blocks x 2 B x 50')
  })
  it('weights that are not sharded are not gathered, unless they wait in host memory', () => {
    expect(told(set({}, { zeroStage: 2 }))).toEqual(['0: 0', '0: 0', '0: 0', '0: 0'])
    expect(told(set({}, { zeroStage: 2, offload: 'parameters' }))[0]).toBe('200: 2 blocks x 2 B x 50')
    expect(told(set({}, { zeroStage: 2, offload: 'optimizer' }))[0]).toBe('0: 0')
  })
})

describe('where each term comes from', () => {
  const load = { microBatch: 1, gradientAccumulation: 4 }
  const sources = (by: ReturnType<typeof trainer>, more: object = {}) =>
    Object.fromEntries(
      training({ model: 'llama-3-8b', by, ...more })
        .ledger(load)
        .map(({ name, source }) => [name, source]),
    )
  const counted = {
    weights: 'spec',
    gradients: 'spec',
    optimizer: 'spec',
    master_weights: 'spec',
    gather_buffers: 'spec',
    adapters: 'spec',
    communication: 'spec',
  }
  it('states are counted; the rest is as its constant was found', () => {
    const common = trainer('common')
    const with_ = (parts: object) => ({ ...common, ...parts })
    const plain = {
      extra_activation_bytes: 0,
      quantised_input_copies: undefined,
      loss: { ...common.loss, full: { value: 14, records: 0 } },
      slack: { value: 1.08, records: 0 },
      varying_length_factor: undefined,
    }
    expect(sources(with_(plain))).toEqual({ ...counted, activations: 'spec', loss: 'spec', runtime: 'assumed' })
    expect(sources(with_({ ...plain, extra_activation_bytes: 4 })).activations).toBe('fitted')
    expect(sources(with_({ ...plain, quantised_input_copies: { value: 1, records: 3 } })).activations).toBe('fitted')
    expect(sources(with_({ ...plain, loss: { ...common.loss, full: { value: 14, records: 9 } } })).loss).toBe('fitted')
    expect(sources(with_({ ...plain, slack: { value: 1.08, records: 5 } })).runtime).toBe('fitted')
    expect(sources(with_({ ...plain, varying_length_factor: { value: 2, records: 3 } })).runtime).toBe('fitted')
    expect(
      sources(with_({ ...plain, slack: { value: 1.08, records: 5 }, varying_length_factor: { value: 2, records: 0 } }))
        .runtime,
    ).toBe('assumed')
  })
  it('the runtime says which rule gave it', () => {
    const formula = (parts: object) =>
      training({ model: 'llama-3-8b', by: { ...trainer('common'), ...parts }, zeroStage: 3, dataParallel: 8 })
        .ledger(load)
        .find(({ name }) => name === 'runtime')
        ?.formula()
    expect(formula({ slack: { value: 1.08, records: 0 }, varying_length_factor: undefined })).toMatch(
      /^context 1\.000 GiB \+ blocks cached by the allocator [\d.]+ GiB \(slack 1\.08 x [\d.]+ GiB of live tensors, as far as the device has room\)$/,
    )
    expect(formula({ varying_length_factor: { value: 2, records: 0 } })).toContain(
      '(2 x the loss and live blocks, whose lengths vary,',
    )
  })
})
