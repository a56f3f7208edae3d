import { describe, expect, test } from 'vitest'
import { estimateTraining } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'

/* An estimate stands on a machine that holds the run, where one is sold: the cheapest of all may be short of host memory. */

const catalog = await loadCatalog()

/** The catalog with these offers of one GPU, cheapest first, and no others. */
function sold(offers: readonly Partial<Offer>[]): Catalog {
  const like = [...catalog.offers.values()].find(({ gpu, gpu_count }) => gpu === 'b200-sxm' && gpu_count === 1)
  if (like === undefined) throw new Error('nobody sells a single B200')
  const listed = offers.map((change, index): [string, Offer] => {
    const id = `test/${index}/here`
    const usd = { 'on-demand': 4 + index }
    return [id, { ...like, ...change, id, instance: String(index), confidence: 'high', set: null, usd_per_hour: usd }]
  })
  return { ...catalog, offers: new Map(listed) }
}

const estimate = (offers: readonly Partial<Offer>[]) =>
  estimateTraining(
    {
      model: 'llama-3.1-8b',
      gpu: 'b200-sxm',
      method: 'full',
      zeroStage: 1,
      offload: 'optimizer',
      sequenceLength: 512,
      asOf: '2026-11-21',
    },
    sold(offers),
  )

describe('an estimate of a run whose optimizer is offloaded', () => {
  test('takes the cheapest machine with enough host memory', () => {
    const { fits, plan } = estimate([{ ram_gb: 64 }, { ram_gb: 1024 }, { ram_gb: 2048 }])
    expect(plan.memory.host_bytes).toBeGreaterThan(64e9)
    expect([fits, plan.placement.instance, plan.cost.usd_per_hour]).toEqual([true, '1', 5])
  })

  test('takes one of which there are enough', () => {
    const { fits, plan } = estimate([{ ram_gb: 1024, max_instances: 0 }, { ram_gb: 1024 }])
    expect([fits, plan.placement.instance]).toEqual([true, '1'])
  })

  test('says what the cheapest lacks where none has enough, with its price', () => {
    const { fits, violations, plan } = estimate([{ ram_gb: 64 }, { ram_gb: 80 }])
    expect([fits, plan.placement.instance, plan.cost.usd_per_hour]).toEqual([false, '0', 4])
    expect(violations.map(({ constraint }) => constraint)).toEqual(['host_memory'])
  })

  test('has no price where nobody sells the GPU', () => {
    const { fits, plan } = estimate([])
    expect([fits, plan.placement.offer, plan.cost.usd_per_hour]).toEqual([true, null, null])
  })
})
