import { beforeAll, describe, expect, it } from 'vitest'
import { bandOf } from '../../src/accuracy/band.ts'
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
    expect(ask({ gpu: 'mi300x', generation: 'cdna3' })).toMatchObject({
      runs: 13,
      typical: 0.2,
      usual: 0.4,
      low: -0.4,
      high: 0.6,
    })
  })
  it('takes programs left out where the program has none', () => {
    expect(ask({ program: 'sglang' }).runs).toBe(16)
    expect(ask({ program: 'sglang' }).basis).toContain('no run of sglang')
  })
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
