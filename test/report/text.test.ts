import { describe, expect, test } from 'vitest'
import { textOf } from '../../src/report/all.ts'
import { comparisonText } from '../../src/report/comparison.ts'
import { searchedRows } from '../../src/report/text/searched.ts'
import { textReport } from '../../src/report/text.ts'
import { SCREEN_COLUMNS } from '../../src/report/wrap.ts'
import type { ServeResult } from '../../src/result/plan.ts'
import { examplePlan, exampleResult, infeasibleResult } from './fixtures.ts'

const plain = { color: false }
const tooWide = (text: string): string[] => text.split('\n').filter((line) => [...line].length > SCREEN_COLUMNS)

describe('first screen', () => {
  test('is what the golden file shows, within 80 columns', async () => {
    const text = textReport(exampleResult(), plain)
    await expect(text).toMatchFileSnapshot('first-screen.golden.txt')
    expect(tooWide(text)).toEqual([])
  })

  test('begins with the answer and its money, ends with the launch command', () => {
    const lines = textReport(exampleResult(), plain).trimEnd().split('\n')
    expect(lines.slice(0, 2).join(' ')).toContain(
      '8 x h100-sxm-80gb on lambda (gpu_8x_h100, us-west-1), fp8, TP2 x3: $9.96/h, $7,270.80/month, $0.41/M tokens',
    )
    expect(lines.at(-1)).toBe('  --max-model-len 8192')
  })

  test('says how far the plan can be trusted before its targets, and nothing where no record stands behind it', () => {
    const plan = examplePlan()
    const text = (verdict: 'safe' | 'optimistic' | null): string =>
      textReport(
        exampleResult({
          best:
            verdict === null || plan.accuracy === null
              ? { ...plan, accuracy: null }
              : { ...plan, accuracy: { ...plan.accuracy, verdict, because: verdict === 'safe' ? null : 'a reason' } },
        }),
        plain,
      )
    expect(text('safe').replace(/\s+/g, ' ')).toMatch(/✔ Safe: .* hold 19 times in 20 target/)
    expect(text('optimistic')).toContain('! Only optimistic: a reason\n\n')
    expect(text(null)).not.toMatch(/±|Safe|Tight|optimistic/)
  })

  test('says that two of eight GPUs idle: three replicas of two on an instance of eight', () => {
    expect(textReport(exampleResult(), plain).replace(/\s+/g, ' ')).toContain('2 of 8 GPUs paid for and idle')
  })

  test('the counts by constraint and bound, with the feasible ones, add up to the space', () => {
    for (const result of [exampleResult(), infeasibleResult()]) {
      const counted = searchedRows(result).reduce((sum, row) => sum + row.count, 0)
      expect(counted + result.search.feasible).toBe(result.search.space)
    }
  })

  test('a longer name of provider, GPU or format never widens it', () => {
    const plan = examplePlan()
    const long = 'x'.repeat(70)
    const result = exampleResult({
      scenario: long,
      best: {
        ...plan,
        placement: { ...plan.placement, gpu: long, provider: long, instance: long, region: long },
        configuration: { ...plan.configuration, quantization: `${long}${long}` },
        targets: [{ name: 'rate', limit: 1e9, value: 1.234e9, unit: 'requests/s', margin: 0.234e9, ok: true }],
      },
    })
    expect(tooWide(textReport({ ...result, alternatives: [] }, plain))).toEqual([])
  })

  test('colours only when told so, and only around the same text', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is taken away
    const escapes = /\u001b\[\d+m/g
    const colored = textReport(exampleResult(), { color: true })
    expect(colored).toMatch(escapes)
    expect(colored.replace(escapes, '')).toBe(textReport(exampleResult(), plain))
  })

  test('control characters of a name do not reach the terminal', () => {
    const text = textReport(exampleResult({ scenario: 'evil\u001b[2Jname' }), plain)
    expect(text).toContain('evil\\u001b[2Jname')
    expect(text).not.toContain('\u001b')
  })

  test('explains the arithmetic when asked: memory, speed, and 1 x $9.96 x 730 h', () => {
    const text = textReport(exampleResult(), { color: false, explain: true })
    expect(text).toContain('weights = 40.000 GiB (42,949,672,960 bytes, spec)\n    80 layers x 0.5 GiB')
    expect(text).toContain('tpot = 35.8 ms\n    30 ms + 5.8 ms')
    expect(text).toContain('usd_per_month = $7,270.80/month\n    $9.96/h x 730 h')
    // 7270.80 / 0.4098765432 = 17,739 million tokens a month; 6,750 x 3600 x 730 = 17,739,000,000.
    expect(text.replace(/\s+/g, ' ')).toContain('$7,270.80 a month / 17,739 million tokens')
    expect(text.replace(/\s+/g, ' ')).toContain('(6,750 a second)')
    expect(tooWide(text)).toEqual([])
  })
})

describe('no plan', () => {
  test('is what the golden file shows, within 80 columns', async () => {
    const text = textReport(infeasibleResult(), plain)
    await expect(text).toMatchFileSnapshot('no-plan.golden.txt')
    expect(tooWide(text)).toEqual([])
  })

  test('names the binding constraint, the gap in GiB, and the cheapest change first', () => {
    const text = textReport(infeasibleResult(), plain)
    expect(text.split('\n')[0]).toContain('No plan for serve-70b: memory binds, missed by 6.2 GiB')
    expect(text).toMatch(/short by +6\.2 GiB/)
    expect(text.indexOf('context 4,096 instead of 8,192: $6.64/h (-$3.32/h')).toBeGreaterThan(0)
    expect(text.indexOf('$6.64/h (-$3.32/h')).toBeLessThan(text.indexOf('$9.96/h (+$0.00/h'))
  })

  test('without a close configuration says what refuses most', () => {
    const text = textReport(infeasibleResult({ near_misses: [] }), plain)
    expect(text.replace(/\s+/g, ' ')).toContain('memory refuses 10,000 of 12,480 configurations')
  })
})

describe('several scenarios', () => {
  test('one below the other with a comparison of seven columns at the end', () => {
    const results: ServeResult[] = [exampleResult(), infeasibleResult({ scenario: 'other' })]
    const text = textOf(results, plain)
    expect(text.endsWith(comparisonText(results, plain))).toBe(true)
    expect(comparisonText(results, plain)).toBe(
      [
        'Comparison',
        'scenario   GPUs              format    $/h    $/month  $/M tokens  status',
        'serve-70b  8x h100-sxm-80gb  fp8     $9.96  $7,270.80       $0.41  ok',
        'other      -                 -           -          -           -  no plan',
        '',
      ].join('\n'),
    )
    expect(tooWide(text)).toEqual([])
  })

  test('one scenario has no comparison', () => {
    expect(textOf([exampleResult()], plain)).toBe(textReport(exampleResult(), plain))
  })
})

test('names the first alternative that the record trusts more than a doubtful plan', () => {
  const { accuracy } = examplePlan()
  const rated = (verdict: 'safe' | 'tight' | 'optimistic') =>
    examplePlan({ accuracy: accuracy === null ? null : { ...accuracy, verdict, because: null } })
  const text = (best: 'safe' | 'optimistic', others: readonly ('tight' | 'optimistic')[]) =>
    textReport({ ...exampleResult(), best: rated(best), alternatives: others.map(rated) }, { color: false })
  expect(text('optimistic', ['optimistic', 'tight'])).toContain(
    'First of these that is tight by the record of measured',
  )
  expect(text('optimistic', ['optimistic'])).not.toContain('First of these')
  expect(text('safe', ['tight'])).not.toContain('First of these')
})
