import { beforeAll, describe, expect, it } from 'vitest'
import { quantile } from './quantile.ts'
import { type Comparison, compareRun, measuredRuns } from './training-memory.ts'

/*
 * Predicted against published peaks, by publisher and by method: the table of docs/training.md. A group may not get worse than it is
 * printed there, in percent; the constants of the model were read from these same runs, so this guards the model and promises nothing
 * about others.
 */

let all: Comparison[]
beforeAll(() => {
  all = measuredRuns.map(compareRun)
})

function errorsOf(name: string): number[] {
  return all
    .filter(({ run }) => name === 'all' || run.group === name || run.configuration.method === name)
    .flatMap(({ error }) => (error === null ? [] : [100 * error]))
}

describe('absolute error of the peak in percent', () => {
  it.each([
    ['all', 105, 3.2, 14.0, 0.6],
    ['fsdpqlora', 20, 4.9, 15.9, -3.5],
    ['litgpt-hub', 20, 3.1, 21.8, 11.7],
    ['litgpt-rt', 11, 3.4, 4.2, -1.8],
    ['swift-bench', 32, 2.8, 13.7, -0.8],
    ['mcore', 6, 0.6, 2.7, -0.9],
    ['swift', 2, 3.7, 3.7, 3.7],
    ['peft', 5, 1.5, 3.6, 0.4],
    ['titan', 6, 8.6, 23.0, -11.3],
    ['torchtune', 3, 3.7, 5.7, 0.8],
    ['full', 22, 2.9, 27.8, 7.9],
    ['lora', 53, 2.6, 10.0, 0.2],
    ['qlora', 30, 4.1, 12.1, -4.0],
  ])('%s: %i runs, median %f, 90th percentile %f, bias %f', (name, runs, median, high, bias) => {
    const errors = errorsOf(name)
    expect(errors).toHaveLength(runs)
    const absolute = errors.map(Math.abs)
    expect(quantile(absolute, 0.5)).toBeLessThan(median + 0.05)
    expect(quantile(absolute, 0.9)).toBeLessThan(high + 0.05)
    expect(errors.reduce((sum, error) => sum + error, 0) / runs).toBeCloseTo(bias, 0)
  })
})

describe('does it start', () => {
  it('calls every run that was published as out of memory', () => {
    const failed = all.filter(({ run }) => run.outcome === 'oom')
    expect(failed).toHaveLength(12)
    expect(failed.filter(({ fits }) => fits)).toEqual([])
  })

  it('calls one run wrongly that did start: its published peak lies below the states of the recipe it names', () => {
    const refused = all.filter(({ run, fits }) => run.outcome === undefined && !fits)
    expect(refused.map(({ run }) => [run.group, run.configuration.method])).toEqual([['litgpt-hub', 'full']])
  })
})

it('every run names where it was published', () => {
  for (const { id, source } of measuredRuns) expect(source, id).toMatch(/\S{8}/)
  expect(new Set(measuredRuns.map(({ id }) => id)).size).toBe(measuredRuns.length)
})
