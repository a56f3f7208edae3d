import { describe, expect, test } from 'vitest'
import { compareCsv, compareJson } from '../../src/report/compare/data.ts'
import { compareMarkdown } from '../../src/report/compare/markdown.ts'
import { compared, type Option } from '../../src/report/compare/options.ts'
import { compareText } from '../../src/report/compare/text.ts'
import { signedPercent } from '../../src/report/words.ts'
import { SCREEN_COLUMNS } from '../../src/report/wrap.ts'
import { exampleResult as servingResult } from './fixtures.ts'
import { examplePlan, exampleResult, infeasibleResult, otherPlan } from './train-fixtures.ts'

/** QLoRA for $79.0125 is cheapest; LoRA for $160 costs 160 / 79.0125 - 1 = +102.5 %; full misses memory by 1,049.75 GiB. */
const options: Option[] = [
  { option: 'full', result: infeasibleResult() },
  { option: 'lora', result: exampleResult({ best: otherPlan(8, 8, 20, { method: 'lora', zero_stage: 3 }) }) },
  { option: 'qlora', result: exampleResult() },
]
const broken: Option = { option: 'bad.yaml', errors: ['bad.yaml:3:1: unknown key "modle"'] }

const tooWide = (text: string): string[] => text.split('\n').filter((line) => [...line].length > SCREEN_COLUMNS)

describe('options side by side', () => {
  test('the cheapest, what the others cost beside it, and what each loser lost on', () => {
    expect(compared(options).map(({ option, cheapest, lostOn }) => [option, cheapest, lostOn])).toEqual([
      ['full', false, ['memory']],
      ['lora', false, ['cost']],
      ['qlora', true, []],
    ])
    expect(compared(options)[1]?.versusCheapest).toBeCloseTo(1.025, 4)
  })

  test('an infeasible option is never the cheapest, though its closest configuration costs less', () => {
    const [full] = compared([options[0]!, options[1]!])
    expect(full?.plan?.cost.usd_per_run).toBe(79.0125)
    expect(full).toMatchObject({ cheapest: false, versusCheapest: null })
  })

  test('two of the same price are both the cheapest', () => {
    const twice = compared([
      { option: 'a', result: exampleResult() },
      { option: 'b', result: exampleResult() },
    ])
    expect(twice.map((each) => each.cheapest)).toEqual([true, true])
  })

  test('serving and training are each compared with their own kind', () => {
    const rows = compared([...options, { option: 'serve', result: servingResult() }])
    expect(rows.filter((row) => row.cheapest).map((row) => row.option)).toEqual(['qlora', 'serve'])
  })

  test('a plan of another setting is not shown as this option', () => {
    const [miss] = infeasibleResult().near_misses
    const near_misses = [{ ...miss!, violations: [{ constraint: 'gpus', by: 1, unit: 'setting' }] }]
    const search = { ...infeasibleResult().search, rejected: {} }
    expect(compared([{ option: 'x', result: infeasibleResult({ near_misses }) }])[0]).toMatchObject({
      plan: null,
      lostOn: ['memory'],
    })
    expect(compared([{ option: 'x', result: infeasibleResult({ near_misses, search }) }])[0]).toMatchObject({
      plan: null,
      lostOn: ['gpus'],
    })
  })

  test('where nothing came close, the constraint that refused most', () => {
    const [row] = compared([{ option: 'x', result: infeasibleResult({ near_misses: [] }) }])
    expect(row).toMatchObject({ plan: null, lostOn: ['memory'] })
  })
})

describe('as text', () => {
  test('one table in the order given, the cheapest ticked, under it why the others have no plan', () => {
    const text = compareText('train-70b-compare by method', [...options, broken], false)
    expect(text).toBe(
      [
        'train-70b-compare by method',
        '  option    GPUs                   memory  hours    $/run  vs best',
        '✘ full      1x h100-sxm-80gb  1,129.0 GiB   61.3   $79.01  memory',
        '  lora      8x h100-sxm-80gb     70.5 GiB      8  $160.00  +102.5%',
        '✔ qlora     1x h100-sxm-80gb     70.5 GiB   61.3   $79.01  cheapest',
        '✘ bad.yaml  -                           -      -        -  input',
        '',
        '✘ full: no plan; the closest, 1 x h100-sxm-80gb on hyperbolic (h100, us), full,',
        '  ZeRO-0, micro-batch 2 x 32, misses memory by 1,049.8 GiB',
        '✘ bad.yaml was not planned: bad.yaml:3:1: unknown key "modle"',
        '',
      ].join('\n'),
    )
  })

  test('of both kinds names units in the cells', () => {
    const text = compareText('Comparison', [options[2]!, { option: 'serve', result: servingResult() }], false)
    expect(text).toMatch(/61\.3 h +\$79\.01\/run +cheapest/)
    expect(text).toMatch(/35\.8 ms +\$9\.96\/h +cheapest/)
  })

  test('never exceeds 80 columns; ids of 22 characters stay apart', () => {
    const plan = examplePlan()
    const wide = exampleResult({
      best: {
        ...plan,
        placement: { ...plan.placement, gpu: 'rtx-pro-6000-blackwell-server', gpus: 128 },
        cost: { ...plan.cost, usd_per_run: 1_234_567 },
      },
    })
    const names = ['article-70b-int8-h100x', 'article-70b-int4-h100x']
    const text = compareText(
      'x'.repeat(200),
      names.map((option) => ({ option, result: wide })),
      false,
    )
    expect(tooWide(text)).toEqual([])
    for (const name of names) expect(text).toContain(name)
  })

  test('control characters of a name do not reach the terminal', () => {
    expect(compareText('a\u001b[2J', [{ ...options[2]!, option: 'b\u001b[2J' }], false)).not.toContain('\u001b')
  })
})

describe('for programs', () => {
  test('json: figures in base units, violations and errors, the names of the cheapest', () => {
    const document = JSON.parse(compareJson([...options, broken], 'method'))
    expect(document).toMatchObject({ version: 1, by: 'method', cheapest: ['qlora'] })
    expect(document.comparison).toHaveLength(4)
    expect(document.comparison[0]).toMatchObject({
      option: 'full',
      status: 'infeasible',
      lost_on: ['memory'],
      violations: [{ constraint: 'memory', by: 1049.75 * 2 ** 30, unit: 'bytes' }],
    })
    expect(document.comparison[2]).toMatchObject({
      option: 'qlora',
      kind: 'train',
      status: 'optimal',
      cheapest: true,
      gpu: 'h100-sxm-80gb',
      gpus: 1,
      memory_bytes_per_gpu: 70.5 * 2 ** 30,
      hours: 61.25,
      tpot_ms: null,
      usd_per_run: 79.0125,
      versus_cheapest_share: 0,
    })
    expect(document.comparison[3]).toMatchObject({ status: 'failed', errors: ['bad.yaml:3:1: unknown key "modle"'] })
  })

  test('csv: a row an option', () => {
    const [head = '', ...rows] = compareCsv(options).trimEnd().split('\r\n')
    const names = head.split(',')
    expect(rows).toHaveLength(3)
    const column = (name: string): (string | undefined)[] =>
      // Configurations hold commas, so cells are counted from the end.
      rows.map((row) => row.split(',').at(names.indexOf(name) - names.length))
    expect(column('usd_per_run')).toEqual(['79.0125', '160', '79.0125'])
    expect(column('lost_on')).toEqual(['memory', 'cost', ''])
    expect(column('misses')[0]).toBe(`memory by ${1049.75 * 2 ** 30} bytes`)
  })

  test('markdown: against the cheapest and lost on are columns of their own', () => {
    const text = compareMarkdown('train by method', options)
    expect(text).toContain(
      '|  | lora | 8x h100-sxm-80gb | LoRA r16 ZeRO-3 | 70.5 GiB | 8 | \\$160.00 | +102.5% | cost |',
    )
    expect(text).toContain(
      '| ✘ | full | 1x h100-sxm-80gb | full adamw-8bit ZeRO-0 | 1,129.0 GiB | 61.3 | \\$79.01 | - | memory |',
    )
    expect(text).toContain('- full: no plan; the closest')
  })
})

describe('a price beside the cheapest', () => {
  test.each([
    [0.084, '+8.4%'],
    [-0.04, '-4%'],
    [0.0001, '+<0.1%'],
    [8.999, '+899.9%'],
    [9, 'x10'],
    [546_492.6, 'x546k'],
  ])('%d is %s', (share, text) => {
    expect(signedPercent(share)).toBe(text)
  })
})
