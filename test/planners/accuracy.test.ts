import { beforeAll, describe, expect, it } from 'vitest'
import { estimatePlan, estimateTraining, planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import type { BandedFigure, PlanAccuracy } from '../../src/result/accuracy.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const serve = (lines = '', search = '{ gpus: [h100-sxm-80gb], quantization: [fp8] }') => `kind: serve
model: llama-3.1-70b
context: 8192
traffic: { requests_per_second: 1, input_tokens: 1024, output_tokens: 256 }
latency: { ttft_ms: 2000, tpot_ms: 50 }
search: ${search}
${lines}`
const train = (lines = '') => `kind: train
model: llama-3.1-8b
data: { tokens: 100M }
sequence_length: 2048
global_batch: 32
search: { method: [qlora], gpus: [h100-sxm-80gb] }
${lines}`

function planned(text: string) {
  const { best, assumptions } = planText(text, 'x.yaml', catalog, { asOf: AS_OF })
  return { plan: best ?? expect.fail('no plan'), assumptions }
}
function accuracyOf(text: string): PlanAccuracy {
  return planned(text).plan.accuracy ?? expect.fail('no accuracy')
}
const figure = (accuracy: PlanAccuracy, name: BandedFigure['name']): BandedFigure =>
  accuracy.figures.find((each) => each.name === name) ?? expect.fail(`no ${name}`)

describe('bands of a serving plan', () => {
  it('stand around its memory, its latencies and its rate', () => {
    const { plan } = planned(serve())
    const accuracy = plan.accuracy ?? expect.fail('no accuracy')
    expect(accuracy.figures.map(({ name }) => name)).toEqual(['memory', 'ttft', 'tpot', 'rate'])
    expect(figure(accuracy, 'memory').value).toBe(plan.memory.total_bytes)
    expect(figure(accuracy, 'rate').value).toBeCloseTo(
      'requests_per_second' in plan.performance ? plan.performance.output_tokens_per_second : 0,
      6,
    )
    for (const { value, low, high, plus_minus, runs } of accuracy.figures) {
      expect(low).toBeLessThan(value)
      expect(high).toBeGreaterThan(value)
      expect(plus_minus).toBeGreaterThan(0)
      expect(runs).toBeGreaterThanOrEqual(10)
    }
  })

  it('are wider on a GPU that nobody measured, and such a plan is only optimistic', () => {
    const known = accuracyOf(serve())
    const unknown = accuracyOf(serve('', '{ gpus: [mi300x], quantization: [fp8] }'))
    const share = (accuracy: PlanAccuracy) => figure(accuracy, 'tpot').plus_minus / figure(accuracy, 'tpot').value
    expect(share(unknown)).toBeGreaterThan(share(known))
    expect(unknown.verdict).toBe('optimistic')
    expect(unknown.because).toContain('no measured run of fp8')
  })

  it('leave out what no record stands behind', () => {
    expect(planned(serve('memory_model: rule-of-thumb')).plan.accuracy).toBeNull()
  })

  it('call a target that the band reaches tight, and one far away safe', () => {
    const { plan } = planned(serve())
    const tpot = 'tpot_ms' in plan.performance ? plan.performance.tpot_ms : Number.NaN
    const set = (limit: number) => accuracyOf(serve().replace('tpot_ms: 50', `tpot_ms: ${limit}`))
    expect(set(1000).because ?? '').not.toContain('TPOT')
    const close = set(tpot * 1.0001)
    expect(close.verdict).not.toBe('safe')
  })
})

describe('headroom: p95', () => {
  it('keeps free what one held-out start in twenty took beyond its prediction', () => {
    const { plan, assumptions } = planned(serve('headroom: p95'))
    const row = catalog.physics.accuracy.rows.find(
      ({ figure: name, left_out, program, generation, experts }) =>
        name === 'serving_memory' &&
        left_out === 'source' &&
        program === 'vllm' &&
        generation === 'hopper' &&
        experts === false,
    )
    const share = -(row ?? expect.fail('no row')).low
    expect(plan.memory.free_bytes).toBeGreaterThanOrEqual(share * plan.memory.capacity_bytes - 1)
    expect(assumptions.join()).toContain('headroom p95: ')
    expect(plan.accuracy?.because ?? '').not.toContain('memory')
  })

  it('is asked of training as a factor on the peak', () => {
    const { plan, assumptions } = planned(train('headroom: p95'))
    const memory = figure(plan.accuracy ?? expect.fail('no accuracy'), 'memory')
    // The peak at the far end of its band still fits.
    expect(memory.high).toBeLessThanOrEqual(plan.memory.capacity_bytes * (1 + 1e-9))
    expect(assumptions.join()).toContain('headroom p95: ')
  })

  it('is a flag of estimates too, and no other word is', () => {
    const input = { model: 'llama-3.1-8b', gpu: 'h100-sxm-80gb', asOf: AS_OF }
    expect(estimatePlan({ ...input, headroom: 'p95' }, catalog).fits).toBe(true)
    expect(estimateTraining({ ...input, method: 'lora', headroom: 'p95' }, catalog).fits).toBe(true)
    expect(() => planned(serve('headroom: p96'))).toThrow(InputError)
    expect(() => planned(serve('headroom: p96'))).toThrow(
      'x.yaml:7:11: headroom: expected a share as 0.05 or 5%, or p95, got "p96"',
    )
  })
})

describe('bands of a training plan', () => {
  it('stand around its peak, its rate and its hours, the slower end of the rate being the longer run', () => {
    const accuracy = accuracyOf(train())
    expect(accuracy.figures.map(({ name }) => name)).toEqual(['memory', 'tokens_per_second', 'hours'])
    const rate = figure(accuracy, 'tokens_per_second')
    const hours = figure(accuracy, 'hours')
    expect(hours.high / hours.value).toBeCloseTo(rate.value / rate.low, 6)
    expect(hours.low / hours.value).toBeCloseTo(rate.value / rate.high, 6)
  })

  it('are no part of hours that the scenario states', () => {
    expect(accuracyOf(train('hours: 10')).figures.map(({ name }) => name)).toEqual(['memory'])
  })
})
