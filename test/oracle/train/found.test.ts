import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { checkAgreement } from './check.ts'
import { catalogWith, type OddOffer } from './draw-offers.ts'
import type { TrainWish } from './wish.ts'

let shipped: Catalog
beforeAll(async () => {
  shipped = await loadCatalog()
})

const OFFER: OddOffer = {
  gpu: 'h100-sxm-80gb',
  gpu_count: 1,
  ram_gb: null,
  region: 'here',
  usd_per_hour: { 'on-demand': 2 },
  owned: undefined,
  link: null,
  network_gbit_per_second: null,
  as_of: '2026-11-01',
  confidence: 'medium',
  max_instances: undefined,
  set: null,
}

/** One recipe, so that machines and hours alone decide. */
const SEARCH: NonNullable<TrainWish['search']> = {
  zero_stage: [0, 1],
  offload: ['none'],
  activation_checkpointing: ['full'],
  micro_batch: [1, 2],
  tensor_parallel: [1],
  pipeline_parallel: [1],
}

function expectPlanned(wish: Omit<TrainWish, 'kind' | 'model'> & { model?: string }, odd: readonly OddOffer[]): void {
  const whole: TrainWish = { kind: 'train', model: 'smollm2-360m', search: SEARCH, ...wish }
  const outcome = checkAgreement(whole, catalogWith(shipped, { shipped: [], odd, twins: [] }))
  expect(outcome.verdict).toBe('feasible')
}

describe('what random draws once found', () => {
  test('no more machines are planned than an offer has', () => {
    expectPlanned({ data: { tokens: 1e9 }, objective: 'time' }, [
      { ...OFFER, network_gbit_per_second: 400, max_instances: 2 },
    ])
  })

  test('energy under stated hours is that of the machines taken, not of all that may be: the smaller machine wins', () => {
    // The larger one computes for less a FLOP, so it is searched first.
    expectPlanned({ data: { tokens: 10_000 }, hours: 1, objective: 'energy' }, [
      { ...OFFER, gpu: 'mi300x', usd_per_hour: { 'on-demand': 2 } },
      { ...OFFER, gpu: 'mi300x', gpu_count: 8, usd_per_hour: { 'on-demand': 0.1 } },
    ])
  })

  test('a link that is stated of a single GPU changes nothing, whichever offer is the cheaper', () => {
    const linked = { ...OFFER, link: 'pcie', network_gbit_per_second: 3200, region: 'there' }
    const other = { ...OFFER, network_gbit_per_second: 3200 }
    for (const dollars of [1, 4]) {
      const wish = { model: 'mistral-7b', data: { tokens: 1e6 }, objective: 'time' } as const
      const search = { ...SEARCH, zero_stage: [3], max_gpus: 16 } satisfies NonNullable<TrainWish['search']>
      expectPlanned({ ...wish, search }, [{ ...linked, usd_per_hour: { 'on-demand': dollars } }, other])
    }
  })

  test('how memory is counted changes no hours: a checkpoint is as large by a rule of thumb', () => {
    expectPlanned({ model: 'mistral-7b', data: { tokens: 500_000 }, memory_model: 'rule-of-thumb' }, [OFFER])
  })
})

describe('ties, which draws seldom meet', () => {
  const stated = { data: { tokens: 10_000 }, hours: 10 } as const

  test('of equal dollars the fewer GPUs win, against the order of ids', () => {
    const larger = { ...OFFER, gpu_count: 4, usd_per_hour: { 'on-demand': 4 } }
    const smaller = { ...OFFER, usd_per_hour: { 'on-demand': 4 } }
    for (const objective of ['cost', 'time'] as const) expectPlanned({ ...stated, objective }, [larger, smaller])
  })

  test('of equal dollars and GPUs the fewer hours win, else the first id', () => {
    const dear = { ...OFFER, usd_per_hour: { 'on-demand': 4 } }
    expectPlanned({ ...stated, objective: 'gpus' }, [dear, OFFER, { ...OFFER, region: 'a-first' }])
    // Two machines of half the price, and one with twice the GPUs.
    const half = { ...OFFER, usd_per_hour: { 'on-demand': 1 }, network_gbit_per_second: 400 }
    expectPlanned({ ...stated, objective: 'energy' }, [{ ...OFFER, gpu_count: 2 }, half])
  })
})
