import { beforeAll, describe, expect, it } from 'vitest'
import { bandOf, inverse } from '../../src/accuracy/band.ts'
import type { Accuracy, AccuracyRow } from '../../src/catalog/accuracy.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

const row = (changes: Partial<AccuracyRow>): AccuracyRow => ({
  figure: 'tpot',
  left_out: 'model',
  count: 20,
  p50: 0.1,
  p80: 0.2,
  low: -0.2,
  high: 0.3,
  ...changes,
})
const accuracy: Accuracy = {
  as_of: '2026-11',
  unmeasured_generation_factor: 2,
  generations: { tpot: ['hopper'] },
  gpus: { tpot: ['h100-sxm-80gb'] },
  rows: [
    row({ program: 'vllm', generation: 'hopper', experts: false, count: 11 }),
    row({ program: 'vllm', generation: 'hopper', experts: false, left_out: 'gpu', count: 12 }),
    row({ program: 'vllm', experts: false, left_out: 'gpu', count: 13 }),
    row({ program: 'vllm', experts: false, left_out: 'source', count: 14 }),
    row({ experts: true, left_out: 'source', count: 15 }),
    row({ experts: false, left_out: 'program', count: 16 }),
  ],
}
const ask = (changes: object = {}) =>
  bandOf(accuracy, {
    figure: 'tpot',
    program: 'vllm',
    gpu: 'h100-sxm-80gb',
    generation: 'hopper',
    experts: false,
    ...changes,
  })

describe('the band of a figure', () => {
  it('is that of the closest group of runs', () => {
    expect(ask().runs).toBe(11)
    expect(ask({ experts: true }).runs).toBe(15)
  })
  it('takes GPUs left out where the GPU has no run', () => {
    expect(ask({ gpu: 'h200-sxm-141gb' })).toMatchObject({ runs: 12, usual: 0.2 })
    expect(ask({ gpu: 'h200-sxm-141gb' }).basis).toContain('no run on h200-sxm-141gb')
  })
  it('is twice as wide where the generation has none', () => {
    // In factors: 1.1 x 1.1 = 1.21, 1.2 x 1.2 = 1.44, 0.8 x 0.8 = 0.64, 1.3 x 1.3 = 1.69.
    const band = ask({ gpu: 'mi300x', generation: 'cdna3' })
    expect(band.runs).toBe(13)
    expect([band.typical, band.usual, band.low, band.high].map((each) => Number(each.toFixed(9)))).toEqual([
      0.21, 0.44, -0.36, 0.69,
    ])
  })
  it('takes programs left out where the program has none', () => {
    expect(ask({ program: 'sglang' }).runs).toBe(16)
    expect(ask({ program: 'sglang' }).basis).toContain('no run of sglang')
  })
})

it('turns a rate into a duration: 20 % slower takes 25 % longer', () => {
  const { low, high } = inverse({ ...ask(), low: -0.2, high: 0.25 })
  expect(high).toBeCloseTo(0.25, 12)
  expect(low).toBeCloseTo(-0.2, 12)
})

describe('the shipped record', () => {
  let shipped: Accuracy
  beforeAll(async () => {
    shipped = (await loadCatalog()).physics.accuracy
  })
  it('answers for every engine, trainer and GPU of the catalog, with bounds on both sides of nothing', async () => {
    const catalog = await loadCatalog()
    for (const figure of ['serving_memory', 'ttft', 'tpot', 'rate', 'training_memory', 'training_rate'] as const) {
      const isTraining = figure.startsWith('training')
      const programs = [...(isTraining ? catalog.trainers : catalog.engines).keys()]
      for (const program of programs) {
        for (const gpu of catalog.gpus.values()) {
          for (const experts of [true, false]) {
            const band = bandOf(shipped, { figure, program, gpu: gpu.id, generation: gpu.generation, experts })
            expect(band.usual).toBeGreaterThanOrEqual(band.typical)
            expect(band.low).toBeGreaterThanOrEqual(-1)
            expect(band.runs).toBeGreaterThanOrEqual(10)
          }
        }
      }
    }
  })
  it('is wider where no run was made on the generation', () => {
    const on = (gpu: string, generation: string) =>
      bandOf(shipped, { figure: 'tpot', program: 'vllm', gpu, generation, experts: false }).usual
    expect(on('mi300x', 'cdna3')).toBeGreaterThan(on('h100-sxm-80gb', 'hopper'))
  })
})
