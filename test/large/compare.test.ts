import { beforeAll, describe, expect, test } from 'vitest'
import { type PlanResult, planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { runJob } from '../../src/cli/batch/job.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { compareCsv, compareJson } from '../../src/report/compare/data.ts'
import { compareMarkdown } from '../../src/report/compare/markdown.ts'
import type { Option } from '../../src/report/compare/options.ts'
import { compareText } from '../../src/report/compare/text.ts'
import { compareHtml } from '../../src/report/html/compare.ts'

/* Comparisons of very many options stay readable and small. */

const AS_OF = '2026-11-21'
const OPTIONS = 400
const KIB = 1024
/** Reading the catalogs from their sources takes seconds on a busy machine. */
const HOOK_MILLISECONDS = 60_000

const serving = (requests: number) =>
  `kind: serve\nmodel: llama-3.1-8b\ntraffic: { requests_per_second: ${requests}, input_tokens: 1024, output_tokens: 256 }\nsearch: { gpus: [h100-pcie-80gb], quantization: [bf16, fp8], kv_cache: [bf16] }\n`
const TRAINING =
  'kind: train\nmodel: llama-3.1-8b\ndata: { tokens: 10M }\nsequence_length: 2048\nglobal_batch: 64\nsearch: { method: [lora], gpus: [h100-sxm-80gb], tensor_parallel: [1], pipeline_parallel: [1] }\n'

let catalog: Catalog
let options: Option[]
beforeAll(async () => {
  catalog = await loadCatalog()
  const texts = [...[5, 10, 20, 40].map(serving), TRAINING]
  const results: PlanResult[] = texts.map((text, index) =>
    planText(text, `${index}.yaml`, catalog, { asOf: AS_OF, top: 0 }),
  )
  options = Array.from({ length: OPTIONS }, (_, index): Option => {
    const option = `option-${String(index).padStart(4, '0')}`
    const result = results[index % (results.length + 1)]
    return result === undefined ? { option, errors: ['a.yaml:1:1: error: not planned'] } : { option, result }
  })
}, HOOK_MILLISECONDS)

/** Drawings with what is said of them. */
const charts = (html: string): string[] => html.match(/<div class="chart [\s\S]*?<\/svg>/g) ?? []

/** How many options a text names. */
const names = (text: string): number => new Set(text.match(/option-\d{4}/g)).size

describe('hundreds of options', () => {
  test('are all in every form', () => {
    expect(names(compareText('Comparison', options, false))).toBe(OPTIONS)
    expect(names(compareMarkdown('Comparison', options))).toBe(OPTIONS)
    expect(names(compareCsv(options))).toBe(OPTIONS)
    expect(JSON.parse(compareJson(options, null)).comparison).toHaveLength(OPTIONS)
    expect(names(compareHtml('Comparison', options))).toBe(OPTIONS)
  })

  test('are a page of two kilobytes for each, whose charts show the cheapest of each kind', () => {
    const html = compareHtml('Comparison', options)
    expect(html.length).toBeLessThan(2 * OPTIONS * KIB)
    expect(html).toContain('The charts show the 40 cheapest of each kind; the table holds all.')
    const drawn = charts(html).map(names)
    // Each wide and narrow: prices of serving, of training, and memory of both.
    expect(drawn).toEqual([40, 40, 40, 40, 80, 80])
    // Of the equally cheap the answer names the first that serves and the first that trains, and counts the rest.
    const [answer = ''] = html.match(/<p class="answer">[\s\S]*?<\/p>/) ?? []
    expect(names(answer)).toBe(2)
    expect(answer).toMatch(/a run/)
    expect(answer).toMatch(/\d+ more are as cheap/)
  })

  test('few options are all drawn, and nothing is said of it', () => {
    const html = compareHtml('Comparison', options.slice(0, 6))
    expect(html).not.toContain('cheapest of each kind')
    // One option trains, whose price is no chart.
    expect(charts(html).map(names)).toEqual([4, 4, 5, 5])
  })
})

test('a result that is compared carries nothing that nobody compares', () => {
  const outcome = runJob({ name: 'a', file: 'a.yaml', text: serving(5), options: { asOf: AS_OF, top: 5 } }, catalog)
  if (!('result' in outcome)) throw new Error('not planned')
  expect(outcome.result.alternatives).toEqual([])
  expect(outcome.result.pareto).toEqual([])
  const whole = planText(serving(5), 'a.yaml', catalog, { asOf: AS_OF, top: 5 })
  expect(whole.alternatives.length).toBeGreaterThan(0)
  const compared = (result: PlanResult) => compareJson([{ option: 'a', result }], null)
  expect(compared(outcome.result)).toBe(compared(whole))
})
