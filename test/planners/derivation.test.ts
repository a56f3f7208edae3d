import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { wrongBytes, wrongLine } from '../derivation.ts'

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const SCENARIOS = [
  'serve-8b',
  'serve-70b',
  'serve-405b',
  'serve-mixtral',
  'serve-deepseek-v3',
  'serve-long-context',
  'serve-consumer',
  'serve-gpt-4-estimated',
  'article-70b-int4-h100',
  'article-70b-tensor-parallel',
  'article-finetune-full',
  'article-finetune-qlora',
  'train-8b-full',
  'train-8b-lora',
  'train-7b-consumer',
  'train-70b-qlora',
  'train-70b-full',
  'train-mixtral-lora',
  'train-405b-pretrain',
]

describe('the derivations of a plan compute to its figures', () => {
  test.each(SCENARIOS)('%s', (name) => {
    const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8')
    const result = planText(text, `${name}.yaml`, catalog, { asOf: '2026-11-21', explain: true, top: 8 })
    const plans = [
      ...(result.best ? [result.best] : []),
      ...result.alternatives,
      ...result.near_misses.map((miss) => miss.plan),
    ]
    expect(plans.length).toBeGreaterThan(0)
    const wrong = plans.flatMap(({ memory, performance }) => [
      ...memory.terms.map(({ formula, bytes }) => wrongBytes(formula ?? 'nothing', bytes)),
      ...(performance.derivation ?? []).map(wrongLine),
    ])
    expect(wrong.length).toBeGreaterThanOrEqual(3)
    expect(wrong.filter((each) => each !== null)).toEqual([])
  })
})
