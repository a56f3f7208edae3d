import { describe, expect, test } from 'vitest'
import { textOf } from '../../src/report/all.ts'
import { comparisonText } from '../../src/report/comparison.ts'
import { csvReport } from '../../src/report/csv.ts'
import { type Estimate, estimateCsv, estimateJson, estimateText } from '../../src/report/estimate.ts'
import { fitMarkdown, fitText } from '../../src/report/fit.ts'
import { jsonReport } from '../../src/report/json.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import { frontPlans } from '../../src/report/text/front.ts'
import { searchedRows } from '../../src/report/text/searched.ts'
import { textReport } from '../../src/report/text.ts'
import { SCREEN_COLUMNS } from '../../src/report/wrap.ts'
import { trainResultSchema } from '../../src/result/train.ts'
import { exampleResult as servingResult } from './fixtures.ts'
import { examplePlan, exampleResult, infeasibleResult, otherPlan } from './train-fixtures.ts'

const plain = { color: false }
const flat = (text: string): string => text.replace(/\s+/g, ' ')
const tooWide = (text: string): string[] => text.split('\n').filter((line) => [...line].length > SCREEN_COLUMNS)

describe('first screen of training', () => {
  test('is what the golden file shows, within 80 columns', async () => {
    const text = textReport(exampleResult(), plain)
    await expect(text).toMatchFileSnapshot('train-first-screen.golden.txt')
    expect(tooWide(text)).toEqual([])
  })

  test('begins with the answer and its money, ends with the command', () => {
    const text = textReport(exampleResult(), plain)
    expect(flat(text)).toContain(
      'train-70b-qlora: 1 x h100-sxm-80gb on hyperbolic (h100, us), QLoRA r16, ZeRO-0, micro-batch 2 x 32: 61.3 h, $79.01 a run, $1.29/h',
    )
    expect(text.trimEnd().endsWith('--per_device_train_batch_size 2')).toBe(true)
  })

  test('says the layout in full where there is one', () => {
    const plan = otherPlan(64, 5, 160, {
      zero_stage: 1,
      data_parallel: 2,
      tensor_parallel: 8,
      pipeline_parallel: 4,
      virtual_pipeline: 3,
      gradient_accumulation: 16,
      offload: 'optimizer',
    })
    const text = flat(textReport(exampleResult({ best: plan }), plain))
    expect(text).toContain('ZeRO-1 DP2 TP8 PP4, optimizer offloaded, micro-batch 2 x 16: 5 h, $800.00 a run')
    expect(text).toContain('3 chunks a stage')
  })

  test('says that GPUs idle: 8 paid for, 6 used', () => {
    const plan = otherPlan(8, 10, 20, { data_parallel: 3, tensor_parallel: 2 })
    expect(flat(textReport(exampleResult({ best: plan }), plain))).toContain('2 of 8 GPUs paid for and idle')
  })

  test('hours that the scenario states are not called fitted', () => {
    const base = examplePlan()
    const best = { ...base, performance: { ...base.performance, model_flops_utilization: 0 } }
    const text = flat(textReport(exampleResult({ best }), plain))
    expect(text).toContain('hours as the scenario states them')
    expect(text).not.toContain('peak FLOPS')
  })

  test('explains hours and money: 432e6 / 2000 / 3600 = 60 h, 60 / (1 - 0.0204) = 61.25 h, x $1.29 = $79.01', () => {
    const text = textReport(exampleResult(), { color: false, explain: true })
    expect(text).toContain('step = 2.18 min\n    32 x 4.096 s')
    expect(text).toContain('compute_hours = 60 h\n    432,000,000 tokens / 2,000 tokens/s / 3600')
    expect(text).toContain('hours = 61.3 h\n    60 h / (1 - 2.0408% lost to')
    expect(text).toContain('usd_per_run = $79.01\n    $1.29/h x 61.25 h')
    expect(text).toContain('weights = 38.000 GiB (40,802,189,312 bytes, spec)\n    80 layers x 0.475 GiB')
    expect(tooWide(text)).toEqual([])
  })

  test('the counts add up to the space', () => {
    for (const result of [exampleResult(), infeasibleResult()]) {
      const counted = searchedRows(result).reduce((sum, row) => sum + row.count, 0)
      expect(counted + result.search.feasible).toBe(result.search.space)
    }
  })
})

describe('the front of hours against dollars', () => {
  test('is fastest first, the chosen plan ticked though it is another object', () => {
    const lines = textReport(exampleResult(), plain).split('\n')
    const start = lines.indexOf('Hours against dollars: nothing is faster for less')
    expect(start).toBeGreaterThan(0)
    const rows = lines.slice(start + 2, start + 5)
    expect(rows.map((line) => /\$[\d.]+/.exec(line)?.[0])).toEqual(['$240.00', '$160.00', '$79.01'])
    expect(rows.map((line) => line[0])).toEqual([' ', ' ', '✔'])
  })

  test('of many plans keeps both ends and the chosen one', () => {
    const best = examplePlan()
    // The chosen plan (61.25 h) is second of twenty: 60, 61.25, 62, 63, ... 79.
    const others = Array.from({ length: 19 }, (_, index) => otherPlan(1, index === 0 ? 60 : 61 + index, 1 + index))
    const shown = frontPlans(best, [...others, examplePlan()], 6)
    expect(shown).toHaveLength(6)
    expect(shown.map((plan) => plan === best)).toEqual([false, true, false, false, false, false])
    expect(shown[0]?.performance).toMatchObject({ hours: 60 })
    expect(shown.at(-1)?.performance).toMatchObject({ hours: 79 })
  })

  test('of one plan is a sentence', () => {
    const text = textReport(exampleResult({ pareto: [examplePlan()] }), plain)
    expect(text).toContain('Hours against dollars: no plan is faster at any price\n')
  })
})

describe('no training plan', () => {
  test('is what the golden file shows, within 80 columns', async () => {
    const text = textReport(infeasibleResult(), plain)
    await expect(text).toMatchFileSnapshot('train-no-plan.golden.txt')
    expect(tooWide(text)).toEqual([])
  })

  test('keeps the order of the fixes: by the run, not by the hour', () => {
    const text = textReport(infeasibleResult(), plain)
    expect(text.indexOf('method qlora')).toBeGreaterThan(0)
    expect(text.indexOf('method qlora')).toBeLessThan(text.indexOf('GPU mi300x'))
    expect(flat(text)).toContain('method qlora: 61.3 hours, $79.01 a run, $1.29/h ✔')
  })

  test('a setting that rules everything out is no quantity', () => {
    const [miss] = infeasibleResult().near_misses
    const text = textReport(
      infeasibleResult({ near_misses: [{ ...miss!, violations: [{ constraint: 'method', by: 1, unit: 'setting' }] }] }),
      plain,
    )
    expect(text.split('\n')[0]).toBe('No plan for train-70b-qlora: the setting method rules everything out')
    expect(text).toContain('✘ is ruled out by the setting method')
  })
})

describe('other forms of a training result', () => {
  test('json is the result itself', () => {
    expect(trainResultSchema.parse(JSON.parse(jsonReport([exampleResult()])))).toEqual(exampleResult())
  })

  test('csv has a row a plan with the front, the columns of training only', () => {
    const [head = '', ...rows] = csvReport([exampleResult()]).trimEnd().split('\r\n')
    const names = head.split(',')
    const column = (name: string): string[] => rows.map((row) => row.split(',')[names.indexOf(name)] ?? '')
    expect(column('role')).toEqual(['best', 'alternative', 'alternative', 'pareto', 'pareto', 'pareto', 'near_miss'])
    expect(column('usd_per_run')).toEqual(['79.0125', '160', '240', '79.0125', '160', '240', String(75.5 * 0.99)])
    expect(column('hours')).toEqual(['61.25', '8', '5', '61.25', '8', '5', '75.5'])
    expect(column('misses').at(-1)).toBe('deadline by 3.5 hours')
    expect(names).not.toContain('tpot_ms')
  })

  test('csv of both kinds has the columns of both, each row its own', () => {
    const [head = '', ...rows] = csvReport([servingResult(), exampleResult()]).trimEnd().split('\r\n')
    const names = head.split(',')
    expect(new Set(names).size).toBe(names.length)
    const cell = (row: string | undefined, name: string) => row?.split(',')[names.indexOf(name)]
    expect(cell(rows[0], 'tpot_ms')).toBe('35.8')
    expect(cell(rows[0], 'hours')).toBe('')
    expect(cell(rows[4], 'hours')).toBe('61.25')
    expect(cell(rows[4], 'tpot_ms')).toBe('')
    expect(cell(rows[4], 'gpu')).toBe('h100-sxm-80gb')
  })

  test('markdown: headline, targets, plans; the front folded', () => {
    const text = markdownReport([exampleResult()])
    expect(text.startsWith('## train-70b-qlora\n\n✔ **1 x h100-sxm-80gb on hyperbolic')).toBe(true)
    expect(text).toContain('| ✔ | deadline | 61.3 h ±10% | at most 72 h | 10.8 h to spare |')
    expect(text).toContain('| ✔ | 1x h100-sxm-80gb | QLoRA r16 adamw-8bit | ZeRO-0 | 61.3 | \\$79.01 |  | hyperbolic |')
    expect(text).toContain('|  | 16x h100-sxm-80gb | full | ZeRO-1 TP4 PP2 +host | 5 | \\$240.00 | +203.7% | lambda |')
    expect(text).toContain('<details><summary>Hours against dollars</summary>')
    expect(text).toContain('<details><summary>Start the run</summary>')
  })

  test('a comparison has a table for each kind', () => {
    expect(comparisonText([exampleResult(), infeasibleResult({ scenario: 'other' })], plain)).toBe(
      [
        'Comparison',
        'scenario         GPUs              method     hours   $/run    $/h  status',
        'train-70b-qlora  1x h100-sxm-80gb  QLoRA r16   61.3  $79.01  $1.29  ok',
        'other            -                 -              -       -      -  no plan',
        '',
      ].join('\n'),
    )
    const mixed = textOf([exampleResult(), servingResult()], plain)
    expect(mixed.indexOf('Comparison, serve')).toBeLessThan(mixed.indexOf('Comparison, train'))
  })
})

const estimate: Estimate = {
  plan: examplePlan({ targets: [] }),
  fits: true,
  violations: [],
  assumptions: ['Micro-batch 2.'],
  warnings: [],
}

describe('estimate and fit of training', () => {
  test('as text: bars, the peak, the speed and the command', () => {
    const text = estimateText('llama-3-70b', estimate, plain)
    expect(text).toContain('✔ fits')
    expect(text).toMatch(/weights +38\.0 GiB {2}█/)
    expect(text).toContain('  peak: backward start')
    expect(text).toContain('Speed\n  step 2.18 min, 2,000 tokens/s, 41% of peak FLOPS\n  432M tokens in 61.3 h')
    expect(text).toContain('Start the run\ntorchrun')
    expect(tooWide(text)).toEqual([])
  })

  test('as JSON and CSV is the plan itself with the verdict', () => {
    expect(JSON.parse(estimateJson(estimate))).toMatchObject({ fits: true, configuration: { method: 'qlora' } })
    const [head, row] = estimateCsv('llama-3-70b', estimate).trimEnd().split('\r\n')
    expect(head).toMatch(/^model,fits,provider,.*,host_memory_bytes,peak_phase,tokens_per_second,/)
    expect(row).toMatch(/^llama-3-70b,true,hyperbolic,/)
  })

  test('fit names the largest micro-batch and sequence', () => {
    const fit = {
      gpu: 'h100-sxm-80gb',
      capacityBytes: 79.25 * 2 ** 30,
      rows: [
        { name: 'micro_batch', value: 2, given: 'sequences of 4096 tokens' },
        { name: 'sequence_length', value: 8192, given: 'tokens at micro-batch 1' },
      ],
      plan: examplePlan(),
      assumptions: [],
      warnings: [],
    }
    expect(fitText('llama-3-70b', fit, plain)).toMatch(
      /micro batch +2 {2}sequences of 4096 tokens\n {2}sequence length +8,192 {2}tokens at/,
    )
    expect(fitMarkdown('llama-3-70b', fit)).toContain('| sequence length | 8,192 | tokens at micro-batch 1 |')
  })
})
