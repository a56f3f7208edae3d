import { describe, expect, test } from 'vitest'
import type { Validation } from '../../src/measurements/validation.ts'
import { panelsOf } from '../../src/report/validation/panels.ts'
import { validationPlot } from '../../src/report/validation/plot.ts'
import { example, run, slow, unknown } from './validation-fixtures.ts'

/** One figure at the middle of axes from 10 to 100: 10^1.5 ms, predicted exactly. */
const middle: Validation = {
  records: [{ ...slow, predicted: { tpot_ms: 10 ** 1.5 }, measured: { tpot_ms: 10 ** 1.5, outcome: 'ok' } }],
  summary: [],
}

describe('panels', () => {
  test('one a unit, axes of whole powers of ten around measured and predicted', () => {
    const latency = run('a', 'serving-throughput', {
      predicted: { tpot_ms: 0.9, ttft_ms: 300 },
      measured: { tpot_ms: 12, ttft_ms: 1000, outcome: 'ok' },
    })
    expect(panelsOf([...example.records, latency]).map(({ title, from, to }) => [title, from, to])).toEqual([
      ['Memory', 10, 100],
      ['Latency, TTFT and TPOT', 0.1, 1000],
    ])
  })

  test('a value of exactly a power of ten still has a decade', () => {
    const exact = run('a', 'training-memory', {
      predicted: { peak_gib: 10 },
      measured: { peak_gib: 10, outcome: 'ok' },
    })
    expect(panelsOf([exact])[0]).toMatchObject({ from: 10, to: 100 })
  })

  test('what was not predicted or skipped is no point; a zero is counted', () => {
    const records = [
      unknown('x'),
      run('a', 'serving-memory', { measured: { weights_gib: 3, outcome: 'ok' } }),
      run('b', 'serving-memory', { predicted: { kv_cache_gib: 2 }, measured: { kv_cache_gib: 0, outcome: 'ok' } }),
      run('c', 'serving-memory', { predicted: { weights_gib: 2 }, measured: { weights_gib: 3, outcome: 'ok' } }),
    ]
    expect(panelsOf(records)).toMatchObject([{ zeros: 1 }])
    expect(panelsOf(records)[0]?.points.get('serving-memory')).toEqual([[3, 2]])
  })
})

describe('the plot', () => {
  test('is an SVG whose bytes depend on the validation alone', () => {
    const first = validationPlot(example)
    validationPlot(middle)
    expect(validationPlot(example)).toBe(first)
    expect(first).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
    expect(first).not.toMatch(/zr\d|ecmeta|<style/)
  })

  test('draws a point where its figures say', () => {
    // The only panel is 400 pixels square from (84, 118): its middle is (284, 318).
    expect(validationPlot(middle)).toMatch(/matrix\([\d.]+,0,0,[\d.]+,284,318\)/)
  })

  test('has a colour and a legend a kind that occurs, and axes with units', () => {
    const svg = validationPlot(example)
    for (const text of ['Serving memory', 'Serving throughput', 'measured, GiB per GPU', 'predicted, ms']) {
      expect(svg).toContain(`>${text}</text>`)
    }
    expect(svg).not.toContain('Training')
    expect(svg).toContain('fill="#0072b2"')
    expect(svg).toContain('fill="#d55e00"')
    expect(svg).not.toContain('fill="#009e73"')
  })

  test('of nothing says so', () => {
    expect(validationPlot({ records: [unknown('x')], summary: [] })).toContain('>Nothing to compare</text>')
  })
})
