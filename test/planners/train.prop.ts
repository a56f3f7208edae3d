import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { type TrainResult, trainResultSchema } from '../../src/result/train.ts'

/* What every plan is. What changes of a scenario or a catalog do to it: test/fuzz/metamorphic. */

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

interface Wish {
  model: string
  tokens: number
  sequence: number
  batch: number
  methods: string[]
  optimizers: string[]
  /** Hours and US dollars; undefined: no limit. */
  deadline: number | undefined
  budget: number | undefined
  headroom: number
  gpus: string[]
  maxGpus: number
  pricing: string[]
}

const some = (values: string[], most = values.length) => fc.subarray(values, { minLength: 1, maxLength: most })

const wish: fc.Arbitrary<Wish> = fc.record({
  model: fc.constantFrom('llama-3.1-8b', 'mistral-7b', 'mixtral-8x7b', 'gemma-3-27b', 'qwen3-30b-a3b', 'llama-3-70b'),
  // As many short runs, of which the last checkpoint is a large part, as long ones.
  tokens: fc.oneof(fc.integer({ min: 1, max: 20e6 }), fc.integer({ min: 20e6, max: 2e9 })),
  sequence: fc.constantFrom(512, 2048, 8192),
  batch: fc.constantFrom(8, 12, 64, 256),
  methods: some(['full', 'lora', 'qlora']),
  optimizers: some(['adamw', 'adamw-8bit', 'sgd', 'muon'], 2),
  deadline: fc.option(fc.double({ min: 0.2, max: 500, noNaN: true }), { nil: undefined }),
  budget: fc.option(fc.integer({ min: 5, max: 20_000 }), { nil: undefined }),
  headroom: fc.integer({ min: 0, max: 20 }),
  gpus: some(['l4', 'l40s', 'a100-sxm-80gb', 'h100-sxm-80gb', 'rtx-4090', 'mi300x', 'b200-sxm'], 3),
  maxGpus: fc.constantFrom(1, 4, 8, 16),
  pricing: some(['on-demand', 'spot']),
})

function plan(given: Wish, exhaustive = false): TrainResult {
  const text = JSON.stringify({
    kind: 'train',
    model: given.model,
    data: { tokens: given.tokens },
    sequence_length: given.sequence,
    global_batch: given.batch,
    ...(given.deadline === undefined ? {} : { deadline: `${given.deadline.toFixed(6)}h` }),
    ...(given.budget === undefined ? {} : { budget: given.budget }),
    headroom: `${given.headroom}%`,
    search: {
      method: given.methods,
      optimizer: given.optimizers,
      gpus: given.gpus,
      max_gpus: given.maxGpus,
      pricing: given.pricing,
      tensor_parallel: [1, 2],
      pipeline_parallel: [1, 2],
      expert_parallel: [1, 4],
      micro_batch: [1, 2, 4],
    },
  })
  const result = planText(text, 'wish.yaml', catalog, { asOf: AS_OF, top: 3, exhaustive })
  return result.kind === 'train' ? result : expect.fail('not a training plan')
}

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
const plansOf = (result: TrainResult) => [
  ...(result.best ? [result.best] : []),
  ...result.alternatives,
  ...result.pareto,
]

describe('a training plan', () => {
  test('is a valid result: finite numbers, terms that add up, counts that add up, targets that hold', () => {
    fc.assert(
      fc.property(wish, (given) => {
        const result = plan(given)
        trainResultSchema.parse(result)
        const { search } = result
        expect(search.evaluated + total(search.pruned) + search.rejected_before_evaluation).toBe(search.space)
        expect(total(search.rejected)).toBeGreaterThanOrEqual(search.rejected_before_evaluation)
        expect(search.feasible > 0).toBe(result.best !== null)
        expect(result.status).toBe(result.best === null ? 'infeasible' : 'optimal')
        for (const { memory, targets, placement, configuration: c, performance: p, cost: spent } of plansOf(result)) {
          expect(memory.terms.reduce((sum, term) => sum + term.bytes, 0)).toBe(memory.total_bytes)
          expect(memory.free_bytes).toBe(memory.capacity_bytes - memory.total_bytes)
          // Terms are rounded up to whole bytes one by one.
          expect(memory.total_bytes).toBeLessThanOrEqual(
            memory.capacity_bytes * (1 - given.headroom / 100) + memory.terms.length,
          )
          expect(targets.every((target) => target.ok)).toBe(true)
          expect(placement.gpus).toBe(placement.instances * placement.gpus_per_instance)
          expect(placement.gpus).toBeLessThanOrEqual(given.maxGpus)
          expect(c.data_parallel * c.tensor_parallel * c.pipeline_parallel * c.context_parallel).toBe(placement.gpus)
          expect(c.micro_batch * c.gradient_accumulation * c.data_parallel).toBe(given.batch)
          expect(p.hours).toBeGreaterThanOrEqual(p.compute_hours)
          expect(p.model_flops_utilization).toBeLessThan(1)
          expect((spent.usd_per_run ?? 0) / ((spent.usd_per_hour ?? 0) * p.hours)).toBeCloseTo(1, 8)
        }
        for (const miss of result.near_misses) expect(miss.violations.length).toBeGreaterThan(0)
      }),
      { numRuns: 25 },
    )
  })

  test('is the same without pruning, with the same alternatives and front', () => {
    fc.assert(
      fc.property(wish, (given) => {
        const pruned = plan(given)
        const exhaustive = plan(given, true)
        expect(exhaustive.best).toEqual(pruned.best)
        expect(exhaustive.alternatives).toEqual(pruned.alternatives)
        expect(exhaustive.pareto).toEqual(pruned.pareto)
        expect(exhaustive.search.space).toBe(pruned.search.space)
        expect(exhaustive.search.pruned).toEqual({})
      }),
      { numRuns: 12 },
    )
  })
})
