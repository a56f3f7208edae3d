import { describe, expect, test } from 'vitest'
import { compareHtml } from '../../../src/report/html/compare.ts'
import { estimateHtml } from '../../../src/report/html/estimate.ts'
import { fitHtml } from '../../../src/report/html/fit.ts'
import { htmlReport } from '../../../src/report/html/report.ts'
import { SCRIPT_HASH } from '../../../src/report/html/script.ts'
import { STYLE_HASH } from '../../../src/report/html/style.ts'
import { examplePlan, exampleResult, infeasibleResult } from '../fixtures.ts'
import { exampleResult as trainResult } from '../train-fixtures.ts'
import { body, element, sha256, tags, unbalanced, visible } from './pages.ts'

const fit = {
  gpu: 'h100-sxm-80gb',
  capacityBytes: 79.25 * 2 ** 30,
  rows: [{ name: 'concurrency', value: 51, given: 'sequences of 8192 tokens' }],
  plan: examplePlan(),
  assumptions: ['Engine vllm.'],
  warnings: [],
}
const estimate = { plan: examplePlan(), assumptions: [], warnings: [], fits: true, violations: [] }

const pages: Readonly<Record<string, () => string>> = {
  serve: () => htmlReport([exampleResult()], { explain: true }),
  'no plan': () => htmlReport([infeasibleResult()]),
  train: () => htmlReport([trainResult()], { explain: true }),
  several: () => htmlReport([exampleResult(), infeasibleResult(), trainResult()]),
  estimate: () => estimateHtml('llama-3-70b', estimate, { explain: true }),
  fit: () => fitHtml('llama-3-70b', fit),
  compare: () =>
    compareHtml('Comparison', [
      { option: 'a', result: exampleResult() },
      { option: 'b', result: infeasibleResult() },
      { option: 'c', errors: ['c.yaml:1:1: no such model'] },
    ]),
}

describe.each(Object.entries(pages))('%s', (_, render) => {
  const page = render()

  test('is one file: nothing is loaded, and no style or script but the two that the policy names', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'")
    expect(policy).toBe(
      `default-src 'none'; script-src '${SCRIPT_HASH}'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`,
    )
    expect(sha256(element(page, 'style'))).toBe(STYLE_HASH)
    expect(sha256(element(page, 'script'))).toBe(SCRIPT_HASH)
    expect(page.match(/<(?:script|style)\b/g)).toHaveLength(2)
    expect(tags(page).filter((tag) => / (?:style|on[a-z]+|src|xlink:href)=/.test(tag))).toEqual([])
    for (const [, target] of page.matchAll(/ href="([^"]*)"/g)) expect(target).toMatch(/^#result-\d+$/)
  })

  test('is well formed, names no thing twice and shows no gap', () => {
    expect(unbalanced(page)).toEqual([])
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(/NaN|undefined|Infinity|\[object|zr\d|ecmeta/.exec(body(page))?.[0]).toBeUndefined()
  })

  test('is the same again, and small', () => {
    expect(render() === page).toBe(true)
    expect(page.length).toBeLessThan(400_000)
  })

  test('draws every chart twice, for a desk and for a phone, with words for who sees neither', () => {
    const drawn = [...page.matchAll(/<div class="chart (wide|narrow)" role="img" aria-label="([^"]+)">/g)]
    expect(drawn.length).toBeGreaterThan(0)
    expect(drawn.filter(([, kind]) => kind === 'wide')).toHaveLength(drawn.length / 2)
    const sizes = [...page.matchAll(/ font-size="(\d+)px"/g)].map(([, size]) => Number(size))
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12)
  })
})

describe('a plan says', () => {
  const shown = visible(pages.serve!())

  test.each([
    [
      'the answer with its money',
      '8 x h100-sxm-80gb on lambda (gpu_8x_h100, us-west-1), fp8, TP2 x3: $9.96/h, $7,270.80/month',
    ],
    ['how far it can be trusted', 'Tight: ttft has 19.7% to spare'],
    ['every target with its room', '✔ met TPOT 35.8 ms ±10% at most 50 ms 14.2 ms to spare'],
    ['the memory term by term', 'weights 40.0 GiB 50.5% spec'],
    ['what is cheaper and why not', '4 x l40s on runpod (l40s, us-west-1), fp8, TP2 x3: $3.16/h'],
    ['and by how much it misses', 'misses TPOT by 12 ms'],
    ['what was searched', '12,480 considered · 11,220 refused · 1,200 cannot win · 60 feasible · 1 chosen'],
    ['what was assumed', 'utilization: the engine may use 90% of GPU memory'],
    ['what the prices are of', 'Prices: this one of 2026-08-21, the newest of 2026-11-20, catalog 0123456789abcdef'],
    ['each offer with its day', 'lambda/gpu_8x_h100/us-west-1 on-demand $9.96 8 x h100-sxm-80gb 2026-08-21'],
    ['what stands behind a figure', 'TPOT 35.8 ms ± 3.58 ms 30 ms 42 ms 24 held-out runs of vllm, dense models'],
    ['the arithmetic, where asked for', 'tpot = 35.8 ms 30 ms + 5.8 ms'],
    ['how to start it', '--tensor-parallel-size 2 \\ --max-model-len 8192'],
  ])('%s', (_, words) => {
    expect(shown).toContain(words)
  })

  test('no arithmetic unless asked for', () => {
    expect(visible(htmlReport([exampleResult()]))).not.toContain('30 ms + 5.8 ms')
  })
})

test('no plan: what binds, what came closest, what would help', () => {
  const shown = visible(pages['no plan']!())
  expect(shown).toContain('✘ No plan')
  expect(shown).toMatch(/No plan for serve-70b: memory binds, missed by 6\.2 GiB/)
  expect(shown).toContain('Single changes that give a plan, cheapest first')
  expect(shown).toContain('short by 6.2 GiB')
  expect(shown).not.toContain('Launch')
})

test('training: dollars of the run and hours', () => {
  const shown = visible(pages.train!())
  expect(shown).toContain('Hours against $/run')
  expect(shown).toContain('Dollars a run')
})

test('several: a table with links, then each in its place', () => {
  const page = pages.several!()
  expect(visible(page)).toContain('3 scenarios')
  expect(page.match(/<article id="result-\d">/g)).toHaveLength(3)
  expect(page.match(/href="#result-\d"/g)).toHaveLength(3)
})

test('options side by side: the cheapest, and why the others have none', () => {
  const shown = visible(pages.compare!())
  expect(shown).toContain('a is the cheapest: 8 x h100-sxm-80gb')
  expect(shown).toContain('1 of 3 have a plan')
  expect(shown).toContain('c was not planned: c.yaml:1:1: no such model')
})

test('what a name, a warning or a command holds is text wherever it stands', () => {
  const evil = `</script></title></style><img src=x onerror=alert(1)>"'\`\u202e&`
  const plan = examplePlan()
  const result = exampleResult({
    scenario: evil,
    best: {
      ...plan,
      launch: evil,
      placement: { ...plan.placement, gpu: evil, offer: evil, provider: evil, region: evil },
    },
    assumptions: [evil],
    warnings: [evil],
    constraints: { memory: evil },
  })
  for (const page of [
    htmlReport([result, result], { explain: true }),
    estimateHtml(evil, { ...estimate, plan: result.best! }),
    fitHtml(evil, { ...fit, plan: result.best! }),
    compareHtml(evil, [
      { option: evil, result },
      { option: 'x', errors: [evil] },
    ]),
  ]) {
    expect(unbalanced(page)).toEqual([])
    expect(/<img|<\/script><\/title>|\u202e/.exec(page)?.[0]).toBeUndefined()
    expect(page.match(/<(?:script|style|title)\b/g)?.filter((tag) => tag !== '<title')).toHaveLength(2)
    expect(tags(page).filter((tag) => / (?:on[a-z]+|src)=/.test(tag))).toEqual([])
    expect(page.includes('&lt;img src=x onerror=alert(1)&gt;')).toBe(true)
  }
})
