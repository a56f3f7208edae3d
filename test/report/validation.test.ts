import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Validation } from '../../src/measurements/validation.ts'
import { validationCsv } from '../../src/report/validation/csv.ts'
import { validationJson } from '../../src/report/validation/json.ts'
import { validationMarkdown } from '../../src/report/validation/markdown.ts'
import { isCompared, verdicts, worst } from '../../src/report/validation/overview.ts'
import { validationText } from '../../src/report/validation/text.ts'
import { errorPercent, rounded, shortPercent, signedError } from '../../src/report/validation/words.ts'
import { SCREEN_COLUMNS } from '../../src/report/wrap.ts'
import { example, row, run, slow, start, started, unknown } from './validation-fixtures.ts'

const nothing: Validation = { records: [], summary: [] }
/** Names that mean something to a spreadsheet, to Markdown, to HTML and to a terminal. */
const hostile: Validation = {
  records: [
    { ...slow, id: '=HYPERLINK("http://x")', model: 'a|b', engine: '<img src=x>' },
    { ...unknown('\u001b[31mred'), skipped: 'no engine "<script>" in the catalog' },
  ],
  summary: [
    row('serving-throughput', 'tpot_ms', 'all', 4, [0.2, 0.2, 0.2]),
    row('serving-throughput', 'tpot_ms', 'engine <b>|', 3, [0.2, 0.2, 0.2]),
  ],
}

describe('errors in words', () => {
  test.each([
    [0, '0%', '0', '0%'],
    [1e-9, '<0.0001%', '<0.01', '+<0.0001%'],
    [0.00043, '0.043%', '0.04', '+0.043%'],
    [0.00996, '1.0%', '1.0', '+1.0%'],
    [-0.123, '12.3%', '12.3', '-12.3%'],
    [34.313, '3,431%', '>999', '+3,431%'],
  ])('%f', (share, plain, short, signed) => {
    expect([errorPercent(share), shortPercent(share), signedError(share)]).toEqual([plain, short, signed])
  })

  test('six significant digits; whole numbers stay', () => {
    expect([1 / 3, 1_234_567, 0.000123456789, 0].map(rounded)).toEqual([0.333333, 1_234_567, 0.000123457, 0])
  })
})

describe('what a validation says', () => {
  test('starts and failures called rightly, with and without headroom', () => {
    const records = [
      start('a', 'ok', true, true),
      start('b', 'ok', true, false),
      start('c', 'ok', false, false),
      start('d', 'oom', true, false),
      start('e', 'rejected', false, false),
      { ...start('f', 'ok', true, true), skipped: 'not expressed' },
    ]
    expect(verdicts(records).map(({ wrong, ...rest }) => ({ ...rest, wrong: wrong.map(({ id }) => id) }))).toEqual([
      { kind: 'serving-memory', started: true, runs: 3, right: 2, rightWithHeadroom: 1, wrong: ['c'] },
      { kind: 'serving-memory', started: false, runs: 2, right: 1, rightWithHeadroom: 2, wrong: ['d'] },
    ])
  })

  test('the worst are those of figures that people plan by, so many of a quantity, ties by id', () => {
    const off = (id: string, error: number) => ({ ...slow, id, error: { tpot_ms: error }, signed: { tpot_ms: -error } })
    const graphs = run('graphs', 'serving-memory', { error: { graphs_gib: 9 }, signed: { graphs_gib: 9 } })
    const records = [off('c', 0.3), off('b', 0.3), off('a', 0.1), off('d', 0.4), graphs, started]
    expect(worst(records).map(({ record, quantity }) => [record.id, quantity])).toEqual([
      ['d', 'tpot_ms'],
      ['b', 'tpot_ms'],
      ['c', 'tpot_ms'],
      ['started', 'kv_cache_of_gpu'],
    ])
    expect(worst(records, 2, 10).map(({ record }) => record.id)).toEqual(['d', 'b'])
  })

  test('a record without any error in common with the prediction is not compared', () => {
    expect([started, unknown('x'), run('empty', 'training-throughput')].map(isCompared)).toEqual([true, false, false])
  })
})

describe('as text', () => {
  test('errors, verdicts, the worst, and what is left out', () => {
    expect(validationText(example, { color: false })).toBe(
      [
        '5 measured runs: 3 compared, 2 left out',
        '',
        'Serving memory, 2 runs',
        'quantity                      runs  median     p90     bias',
        'weights                          1  0.067%  0.067%  +0.067%',
        'KV cache room, of GPU memory     1    0.5%    0.5%    +0.5%',
        '',
        'Serving throughput, 1 run',
        'quantity  runs  median    p90    bias',
        'TPOT         1   20.0%  20.0%  +20.0%',
        '',
        'Whether runs start',
        'runs                     call                  right  right with headroom',
        'Serving memory, started  fits          1 of 1 (100%)        1 of 1 (100%)',
        'Serving memory, failed   does not fit  1 of 1 (100%)        1 of 1 (100%)',
        '',
        'Furthest off (at most three of a kind and quantity)',
        ' 1. slow',
        '    TPOT +20.0%: predicted 30 ms, measured 25 ms (llama-3.1-8b, h100-sxm-80gb,',
        '    vllm)',
        ' 2. started',
        '    KV cache room, of GPU memory +0.5%: predicted 51.78 GiB, measured 51.38 GiB',
        '    (llama-3.1-8b, h100-sxm-80gb, vllm)',
        '',
        'Left out',
        '· 2: no engine "tgi" in the catalog: x, y',
        '',
      ].join('\n'),
    )
  })

  test('by what records share: rows of three records or more, the most frequent first', () => {
    const summary = [
      row('training-memory', 'peak_gib', 'all', 9, [0.03, 0.1, 0.01]),
      row('training-memory', 'peak_gib', 'gpu a10g', 3, [0.02, 0.2, 0]),
      row('training-memory', 'peak_gib', 'gpu l40s', 4, [0.04, 0.08, 0]),
      row('training-memory', 'peak_gib', 'gpu rtx-4090', 2, [0.5, 0.5, 0]),
      row('training-memory', 'peak_gib', 'outcome ok', 5, [0.03, 0.1, 0.01]),
      row('training-memory', 'peak_gib', 'method qlora', 9, [0.03, 0.1, 0.01]),
    ]
    const text = validationText({ records: [], summary }, { color: false })
    expect(text).toContain(
      [
        'Training memory by gpu: median/p90 % (runs)',
        'gpu           peak',
        'l40s   4.0/8.0 (4)',
        'a10g  2.0/20.0 (3)',
      ].join('\n'),
    )
    expect(text).not.toContain('rtx-4090')
    // All nine are QLoRA: the row would repeat the whole.
    expect(text).not.toContain('by method')
    // How runs ended stands with the verdicts.
    expect(text).not.toContain('by outcome')
  })

  test('every record on demand, with its verdict', () => {
    const text = validationText(example, { color: false, records: true })
    expect(text).toMatch(/^slow +TPOT +30 ms +25 ms +\+20\.0% +h100-sxm-80gb +vllm$/m)
    expect(text).toMatch(/^burst +verdict +does not fit +oom +right/m)
  })

  test('of nothing', () => {
    expect(validationText(nothing, { color: false })).toBe('0 measured runs: 0 compared, 0 left out\n')
  })

  test('a record that is measured and predicted in different quantities is named', () => {
    const text = validationText({ records: [run('odd', 'training-throughput')], summary: [] }, { color: false })
    expect(text).toContain('· 1: nothing that was measured is predicted: odd')
  })

  test('nothing steers the terminal', () => {
    expect(validationText(hostile, { color: false })).toContain('\\u001b[31mred')
  })

  test('stays within the screen whatever the names', () => {
    const name = fc.stringMatching(/^[a-z0-9.-]{1,90}$/)
    fc.assert(
      fc.property(name, name, name, fc.double({ min: 0, max: 1e6, noNaN: true }), (id, gpu, engine, error) => {
        const records = [{ ...slow, id, gpu, engine, error: { tpot_ms: error }, signed: { tpot_ms: error } }]
        const summary = ['all', `gpu ${gpu}`, `engine ${engine}`].flatMap((group, index) =>
          ['tpot_ms', 'ttft_ms', 'output_tokens_per_second'].map((quantity) =>
            row('serving-throughput', quantity, group, 999 - index, [error, error, -error]),
          ),
        )
        const lines = validationText({ records, summary }, { color: false }).split('\n')
        expect(lines.filter((line) => [...line].length > SCREEN_COLUMNS)).toEqual([])
      }),
    )
  })
})

describe('as JSON', () => {
  test('records and summary in the published form', () => {
    const { records, summary } = JSON.parse(validationJson(example))
    expect(records[0]).toEqual({
      id: 'started',
      kind: 'serving-memory',
      group: 'own',
      model: 'llama-3.1-8b',
      gpu: 'h100-sxm-80gb',
      engine: 'vllm',
      method: 'bf16',
      experts: false,
      predicted: { weights_gib: 15, kv_cache_gib: 51.78, fits: true, fits_with_headroom: true },
      measured: { weights_gib: 14.99, kv_cache_gib: 51.38, outcome: 'ok' },
      // 15 / 14.99 - 1 = 0.000667111..., 51.78 / 51.38 - 1 = 0.00778513...
      error: { weights_gib: 0.000667111, kv_cache_gib: 0.00778513, kv_cache_of_gpu: 0.005, fits: 0 },
      signed: { weights_gib: 0.000667111, kv_cache_gib: 0.00778513, kv_cache_of_gpu: 0.005, fits: 0 },
      assumed: [],
    })
    expect(records[3]).toMatchObject({ id: 'x', predicted: {}, error: {}, skipped: 'no engine "tgi" in the catalog' })
    expect(summary.at(-1)).toEqual({
      kind: 'serving-throughput',
      quantity: 'tpot_ms',
      group: 'engine vllm',
      count: 1,
      median: 0.2,
      p90: 0.2,
      bias: 0.2,
    })
    expect(JSON.parse(validationJson(nothing))).toEqual({ version: 1, records: [], summary: [] })
  })
})

describe('as CSV', () => {
  test('a row a record and quantity; one for a record without any', () => {
    expect(validationCsv(example).split('\r\n')).toEqual([
      'id,kind,group,model,gpu,engine,method,outcome,quantity,predicted,measured,error,signed_error,skipped',
      'started,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,weights_gib,15,14.99,0.000667111,0.000667111,',
      'started,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,kv_cache_gib,51.78,51.38,0.00778513,0.00778513,',
      'started,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,kv_cache_of_gpu,,,0.005,0.005,',
      'started,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,fits,true,true,0,0,',
      'burst,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,oom,fits,false,false,0,,',
      'slow,serving-throughput,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,tpot_ms,30,25,0.2,0.2,',
      'x,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,,,,,,"no engine ""tgi"" in the catalog"',
      'y,serving-memory,own,llama-3.1-8b,h100-sxm-80gb,vllm,bf16,ok,,,,,,"no engine ""tgi"" in the catalog"',
      '',
    ])
  })

  test('a name never becomes a formula', () => {
    expect(validationCsv(hostile)).toContain('"\'=HYPERLINK(""http://x"")",serving-throughput')
  })
})

describe('as Markdown', () => {
  test('tables by kind, what records share folded', () => {
    const markdown = validationMarkdown(example)
    expect(markdown).toContain('### Serving throughput, 1 run\n\n| quantity | runs | median | p90 | bias |')
    expect(markdown).toContain('| slow | TPOT | +20.0% | predicted 30 ms, measured 25 ms |')
    expect(markdown).toContain('- 2: no engine "tgi" in the catalog: x, y')
  })

  test('names are shown as they are', () => {
    const markdown = validationMarkdown(hostile, { records: true })
    expect(markdown).toContain('a\\|b')
    expect(markdown).toContain('&lt;img src=x&gt;')
    expect(markdown).not.toMatch(/<(?!\/?(details|summary)>)/)
    // Every row of a table has the cells of its head.
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'))
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length
    expect(rows.filter((line) => line.includes('&lt;img')).map(cells)).toEqual([7, 9])
  })

  test('of nothing', () => {
    expect(validationMarkdown(nothing)).toBe(
      '## Predictions against measured runs\n\n0 measured runs: 0 compared, 0 left out\n',
    )
  })
})
