import { describe, expect, test } from 'vitest'
import { csv, csvReport } from '../../src/report/csv.ts'
import { type Estimate, estimateJson, estimateMarkdown, estimateText } from '../../src/report/estimate.ts'
import { type Fit, fitCsv, fitJson, fitText } from '../../src/report/fit.ts'
import { jsonReport } from '../../src/report/json.ts'
import { escaped, fence, markdownTable } from '../../src/report/markdown/blocks.ts'
import { markdownReport } from '../../src/report/markdown.ts'
import { resultSchema } from '../../src/result/plan.ts'
import { examplePlan, exampleResult, infeasibleResult } from './fixtures.ts'

describe('json', () => {
  test('one scenario is the result itself, valid by the schema', () => {
    const text = jsonReport([exampleResult()])
    expect(resultSchema.parse(JSON.parse(text))).toEqual(exampleResult())
    expect(text.endsWith('}\n')).toBe(true)
  })

  test('several are a document with their comparison', () => {
    const document = JSON.parse(jsonReport([exampleResult(), infeasibleResult()]))
    expect(document.version).toBe(1)
    expect(document.results).toHaveLength(2)
    expect(document.comparison[0]).toEqual({
      scenario: 'serve-70b',
      status: 'optimal',
      gpu: 'h100-sxm-80gb',
      gpus: 8,
      format: 'fp8',
      usd_per_hour: 9.96,
      usd_per_month: 7270.8,
      usd_per_million_tokens: 0.4098765432,
    })
    expect(document.comparison[1].usd_per_hour).toBeNull()
  })
})

describe('csv', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\tx', "'\tx"],
    ['＝1+1', "'＝1+1"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ])('the text %j is the cell %s', (text, cell) => {
    expect(csv([[text]])).toBe(`${cell}\r\n`)
  })

  test('numbers stay numbers, also below zero; nothing is an empty cell', () => {
    expect(csv([[-1.5, null, 0.4098765432]])).toBe('-1.5,,0.4098765432\r\n')
  })

  test('one row a plan: best, alternatives, near misses', () => {
    const [head = '', ...rows] = csvReport([exampleResult()]).trimEnd().split('\r\n')
    const column = (name: string): string[] => rows.map((row) => row.split(',')[head.split(',').indexOf(name)] ?? '')
    expect(column('role')).toEqual(['best', 'alternative', 'alternative', 'near_miss'])
    expect(column('rank')).toEqual(['1', '1', '2', '1'])
    expect(column('usd_per_hour')).toEqual(['9.96', '10.8', '11.952', '3.16'])
    expect(column('misses')).toEqual(['', '', '', 'tpot by 12.04 ms'])
  })

  test('a scenario without any plan still has its row', () => {
    const rows = csvReport([infeasibleResult({ near_misses: [] })])
      .trimEnd()
      .split('\r\n')
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatch(/^serve-70b,infeasible,none,,+$/)
  })
})

describe('markdown', () => {
  test('shows text as it is: pipes, backticks, HTML, links, mentions, formulas', () => {
    expect(escaped('a|b `c` <img src=x> [l](u) @me $1$ a_b*c* &amp;')).toBe(
      'a\\|b \\`c\\` &lt;img src=x&gt; \\[l\\](u) &#64;me \\$1\\$ a\\_b\\*c\\* &amp;amp;',
    )
    expect(escaped('two\nlines')).toBe('two\\\\nlines')
  })

  test('a table row keeps its cells whatever they hold', () => {
    expect(markdownTable([{ title: 'x' }, { title: 'y', align: 'right' }], [['a|b', 'c\nd']])).toBe(
      '| x | y |\n| --- | ---: |\n| a\\|b | c\\\\nd |',
    )
  })

  test('a fence is longer than the backticks inside', () => {
    expect(fence('a ```` b')).toBe('`````sh\na ```` b\n`````')
  })

  test('headline, targets and plans open, four folded parts, a comparison for several', () => {
    const one = markdownReport([exampleResult({ scenario: '<script>' })])
    expect(one.startsWith('## &lt;script&gt;\n\n✔ **8 x h100-sxm-80gb on lambda')).toBe(true)
    expect(one.match(/<details>/g)).toHaveLength(4)
    expect(one.match(/<\/details>/g)).toHaveLength(4)
    expect(one).toContain(
      '| ✔ | 8x h100-sxm-80gb | fp8 | TP2 x3 | \\$9.96 |  | quality 80% |'.replace('quality 80%', 'TTFT 16%'),
    )
    expect(one).not.toContain('## Comparison')
    expect(markdownReport([exampleResult(), infeasibleResult()])).toContain('## Comparison')
  })

  test('no plan: the gap and the fixes', () => {
    const text = markdownReport([infeasibleResult()])
    expect(text).toContain('✘ **No plan for serve-70b: memory binds, missed by 6.2 GiB')
    expect(text).toContain('- kv\\_cache fp8: \\$9.96/h (+\\$0.00/h against the closest configuration)')
  })
})

const estimate: Estimate = {
  plan: examplePlan({ targets: [] }),
  fits: true,
  violations: [],
  assumptions: ['Engine vllm.'],
  warnings: [],
}

describe('estimate', () => {
  test('as JSON is the plan itself with the verdict beside it', () => {
    const document = JSON.parse(estimateJson(estimate))
    expect(document.memory.terms[0]).toMatchObject({ name: 'weights', bytes: 42_949_672_960 })
    expect(document).toMatchObject({ version: 1, fits: true, violations: [], assumptions: ['Engine vllm.'] })
  })

  test('that does not fit says by how much and launches nothing', () => {
    const over = { ...estimate, fits: false, violations: [{ constraint: 'memory', by: 2 ** 30, unit: 'bytes' }] }
    const text = estimateText('llama-3-70b', over, { color: false })
    expect(text).toContain('✘ misses memory by 1.0 GiB')
    expect(text).not.toContain('vllm serve')
    expect(estimateMarkdown('llama-3-70b', over)).toContain('misses memory by 1.0 GiB')
  })

  test('without a price says so', () => {
    const { cost, placement } = estimate.plan
    const none = { usd_per_hour: null, usd_per_month: null, usd_per_million_tokens: null, price_as_of: null }
    const plan = examplePlan({
      cost: { ...cost, ...none },
      placement: { ...placement, provider: null, instance: null, region: null },
    })
    expect(estimateText('m', { ...estimate, plan }, { color: false })).toContain(
      '8 x h100-sxm-80gb, fp8, TP2 x3 (no price known)',
    )
  })
})

describe('fit', () => {
  const fit: Fit = {
    gpu: 'h100-sxm-80gb',
    capacityBytes: 85_094_039_552,
    rows: [
      { name: 'concurrency', value: 51, given: 'sequences of 8192 tokens' },
      { name: 'context', value: 0, given: 'tokens with 60 sequences at once' },
    ],
    plan: examplePlan(),
    assumptions: [],
    warnings: [],
  }

  test('prints the largest values and what was held fixed', () => {
    const text = fitText('llama-3.1-8b', fit, { color: false })
    expect(text).toMatch(/concurrency +51 {2}sequences of 8192 tokens/)
    expect(text).toMatch(/context +none {2}tokens with 60 sequences at once/)
    expect(fitCsv('m', fit).split('\r\n')[1]).toBe('m,h100-sxm-80gb,concurrency,51,sequences,sequences of 8192 tokens')
    expect(JSON.parse(fitJson('m', fit))).toMatchObject({ model: 'm', capacity_bytes: 85_094_039_552, rows: fit.rows })
  })
})
