import { describe, expect, it } from 'vitest'
import type { Optimizer } from '../../../src/training/configuration.ts'
import { GIB } from '../fixtures.ts'
import { ALL_LINEAR, gibOf, trainer, training } from './fixtures.ts'

const P = 8_030_261_248
const load = { microBatch: 1, gradientAccumulation: 4 }
const bytesOf = (memory: ReturnType<typeof training>, name: Parameters<typeof gibOf>[1]) =>
  Math.round(gibOf(memory.ledger(load), name) * GIB)

describe('recipes, bytes a parameter of Llama 3 8B on one GPU', () => {
  it.each([
    ['DeepSpeed: bf16 with fp32 master', 'deepspeed', 16],
    ['torchtune: pure bf16', 'torchtune', 8],
    ['torchtitan: fp32 shards', 'torchtitan', 16],
    ['Megatron: fp32 gradients too', 'megatron-lm', 18],
  ])('%s', (_, by, bytes) => {
    expect(training({ model: 'llama-3-8b', by }).statesBytes / P).toBeCloseTo(bytes, 9)
  })
})

describe('optimizers, bytes of states a parameter', () => {
  const states = (optimizer: Optimizer, by = 'common') =>
    bytesOf(training({ model: 'llama-3-8b', optimizer, by: trainer(by, { fused_optimizer: true }) }), 'optimizer') / P

  it.each([
    ['adamw', 8],
    // two moments of a byte with a 4-byte scale per 256
    ['adamw-8bit', 2.03125],
    ['paged-adamw-8bit', 0],
    ['sgd', 0],
    ['lion', 4],
  ] as const)('%s', (optimizer, bytes) => {
    expect(states(optimizer)).toBeCloseTo(bytes, 6)
  })

  it('AdamW in 16 bit', () => {
    expect(states('adamw', 'torchtune')).toBeCloseTo(4, 9)
  })

  it('Muon: one moment of the matrices of the layers, two of the rest', () => {
    const inside = 32 * 218_103_808
    expect(states('muon')).toBeCloseTo((4 * inside + 8 * (P - inside)) / P, 6)
  })

  it('Adafactor: rows and columns, but every entry once weights are flat shards', () => {
    const rowsAndColumns = 32 * (2 * (4096 + 4096) + 2 * (4096 + 1024) + 3 * (4096 + 14_336)) + 2 * (4096 + 128_256)
    const vectors = 65 * 4096
    expect(states('adafactor') * P).toBeCloseTo(4 * (rowsAndColumns + vectors), -1)
    const sharded = training({ model: 'llama-3-8b', optimizer: 'adafactor', zeroStage: 1, dataParallel: 8 })
    expect(bytesOf(sharded, 'optimizer') / P).toBeCloseTo(4 / 8, 6)
  })

  it('a paged optimizer is on the host', () => {
    const memory = training({ model: 'llama-3-8b', optimizer: 'paged-adamw-8bit' })
    expect(memory.evaluate(load).hostBytes).toBe(2.03125 * P)
  })

  it('the for-each implementation holds one more list of parameters in the step, the fused one does not', () => {
    const step = (fused: boolean) =>
      training({ model: 'llama-3-8b', by: trainer('common', { fused_optimizer: fused }) })
        .phases(load)
        .find((phase) => phase.name === 'optimizer step')?.bytes ?? 0
    expect(step(false) - step(true)).toBe(2 * P)
  })
})

describe('ZeRO on 8 GPUs divides', () => {
  const at = (zeroStage: 0 | 1 | 2 | 3) => training({ model: 'llama-3-8b', zeroStage, dataParallel: 8 })

  it.each([
    [0, 16],
    [1, 4 + 12 / 8],
    [2, 2 + 14 / 8],
    [3, 16 / 8],
  ] as const)('stage %d: %f bytes a parameter', (stage, bytes) => {
    expect(at(stage).statesBytes / P).toBeCloseTo(bytes, 6)
  })

  it('experts are spread before they are sharded: nothing is divided by more ranks than there are', () => {
    const whole = training({ model: 'mixtral-8x7b', by: 'megatron-lm', zeroStage: 0 }).statesBytes
    const spread = training({
      model: 'mixtral-8x7b',
      by: 'megatron-lm',
      zeroStage: 3,
      dataParallel: 16,
      expertParallel: 8,
    }).statesBytes
    expect(spread * 16).toBeGreaterThanOrEqual(whole)
    expect(spread * 16).toBeLessThan(1.001 * whole)
  })
})

describe('quantised bases of Llama 3 8B', () => {
  const inside = 32 * 218_103_808
  const rest = P - inside
  const lora = { rank: 16, targets: ALL_LINEAR }
  const weights = (by: string, parts: object) =>
    bytesOf(training({ model: 'llama-3-8b', by, method: 'qlora', lora, ...parts }), 'weights')

  it.each([
    ['NF4 after k-bit preparation', 'common', {}, 0.5625 * inside + 4 * rest],
    ['NF4 with quantised scales', 'common', { doubleQuantization: true }, 0.515869140625 * inside + 4 * rest],
    ['NF4 without preparation', 'unsloth', {}, 0.5625 * inside + 2 * rest],
    ['torchtune, always double', 'torchtune', {}, 0.515869140625 * inside + 2 * rest],
    ['GPTQ int4, never prepared', 'common', { quantizedBase: 'gptq-int4' }, 0.51953125 * inside + 2 * rest],
    ['LitGPT quantises the head too', 'litgpt', {}, 0.5625 * (inside + rest / 2) + rest],
  ] as const)('%s', (_, by, parts, expected) => {
    // LitGPT's head is half of the rest but for the norms.
    expect(Math.abs(weights(by, parts) / expected - 1)).toBeLessThan(by === 'litgpt' ? 1e-4 : 1e-9)
  })

  it('a format that the catalog lacks is refused', () => {
    expect(() => weights('common', { quantizedBase: 'int3' })).toThrow(RangeError)
  })
})

describe('adapters', () => {
  it('r x (in + out) of every target and layer, and of the head', () => {
    const count = (lora: { rank: number; targets: readonly ('q' | 'v')[]; head?: boolean }) =>
      training({ model: 'llama-3-8b', method: 'lora', lora }).trainableParameters
    expect(count({ rank: 8, targets: ['q', 'v'] })).toBe(32 * 8 * (4096 + 4096 + 4096 + 1024))
    expect(count({ rank: 8, targets: [], head: true })).toBe(8 * (4096 + 128_256))
  })

  it('fp32 adapters are 16 bytes a parameter beside the base, 16-bit ones 8', () => {
    const of = (by: string) => {
      const memory = training({ model: 'llama-3-8b', by, method: 'lora', lora: { rank: 8, targets: ['q', 'v'] } })
      return (memory.statesBytes - 2 * P) / memory.trainableParameters
    }
    expect(of('common')).toBeCloseTo(16, 6)
    expect(of('torchtune')).toBeCloseTo(8, 6)
  })
})

describe('offload', () => {
  const lora = { rank: 64, targets: ALL_LINEAR }
  it('parameters: only gathered blocks and root are left', () => {
    const memory = training({
      model: 'llama-2-7b',
      by: 'fsdp-qlora',
      method: 'lora',
      lora,
      zeroStage: 3,
      dataParallel: 2,
      offload: 'parameters',
    })
    expect(memory.statesBytes).toBe(0)
    // 2 x 2 W + 2 x 2 E, with W = 202,375,168 and two norms, E = 131,072,000 and the last norm
    expect(bytesOf(memory, 'gather_buffers')).toBe(4 * (202_375_168 + 2 * 4096) + 2 * (2 * 131_072_000 + 4096))
    expect(memory.evaluate(load).hostBytes).toBeGreaterThan(2 * 6_738_415_616 * 0.5)
  })

  it('parameters: a single GPU gathers its blocks too', () => {
    const offloaded = (dataParallel: number) =>
      bytesOf(
        training({ model: 'llama-2-7b', by: 'deepspeed', zeroStage: 3, dataParallel, offload: 'parameters' }),
        'gather_buffers',
      )
    expect(offloaded(1)).toBe(offloaded(2))
    expect(offloaded(1)).toBeGreaterThan(4 * 202_375_168)
  })

  it('optimizer: moments and master leave, gradients with them under ZeRO, weights stay', () => {
    const memory = training({
      model: 'llama-3-8b',
      by: 'deepspeed',
      zeroStage: 2,
      dataParallel: 8,
      offload: 'optimizer',
    })
    expect(bytesOf(memory, 'weights')).toBe(2 * P)
    expect(bytesOf(memory, 'optimizer')).toBe(0)
    expect(bytesOf(memory, 'master_weights')).toBe(0)
    // the gradient of the largest unit, the embedding
    expect(bytesOf(memory, 'gradients')).toBe(2 * 525_336_576)
    expect(memory.evaluate(load).hostBytes).toBe((1.5 * 16 * P) / 8)
  })
})
