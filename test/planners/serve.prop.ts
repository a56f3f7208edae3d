import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { resultSchema, type ServeResult } from '../../src/result/plan.ts'

/* What every plan is. What changes of a scenario or a catalog do to it: test/fuzz/metamorphic. */

const AS_OF = '2026-11-21'
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

interface Wish {
  model: string
  context: number
  rate: number
  input: number
  output: number
  ttft: number
  tpot: number
  loss: number
  headroom: number
  gpus: string[]
}

const wish = fc.record<Wish>({
  model: fc.constantFrom(
    'llama-3.1-8b',
    'mixtral-8x7b',
    'gemma-3-27b',
    'gpt-oss-20b',
    'deepseek-v2-lite',
    'qwen3-next-80b-a3b',
  ),
  context: fc.constantFrom(4096, 16384, 32768),
  rate: fc.double({ min: 0.01, max: 40, noNaN: true }),
  input: fc.integer({ min: 16, max: 3000 }),
  output: fc.integer({ min: 1, max: 1000 }),
  ttft: fc.integer({ min: 100, max: 5000 }),
  tpot: fc.integer({ min: 8, max: 120 }),
  loss: fc.constantFrom(0, 0.5, 1, 3),
  headroom: fc.integer({ min: 0, max: 20 }),
  gpus: fc.subarray(['l4', 'l40s', 'a100-sxm-80gb', 'h100-sxm-80gb', 'rtx-4090', 'mi300x', 'b200-sxm'], {
    minLength: 1,
    maxLength: 4,
  }),
})

function plan(given: Wish, exhaustive = false): ServeResult {
  const text = JSON.stringify({
    kind: 'serve',
    model: given.model,
    context: given.context,
    traffic: { requests_per_second: given.rate, input_tokens: given.input, output_tokens: given.output },
    latency: { ttft_ms: given.ttft, tpot_ms: given.tpot },
    quality: { max_loss_percent: given.loss },
    headroom: `${given.headroom}%`,
    search: { gpus: given.gpus, tensor_parallel: [1, 2, 4], pipeline_parallel: [1, 2] },
  })
  const result = planText(text, 'wish.yaml', catalog, { asOf: AS_OF, top: 3, exhaustive })
  if (result.kind !== 'serve') throw new Error('a serving wish gave another kind of plan')
  return result
}

const runs = { numRuns: 40 }

describe('a serving plan', () => {
  test('is a valid result: finite numbers, terms that add up, counts that add up, targets that hold', () => {
    fc.assert(
      fc.property(wish, (given) => {
        const result = plan(given)
        resultSchema.parse(result)
        const { search } = result
        const pruned = Object.values(search.pruned).reduce((sum, count) => sum + count, 0)
        const rejected = Object.values(search.rejected).reduce((sum, count) => sum + count, 0)
        expect(search.evaluated + pruned + search.rejected_before_evaluation).toBe(search.space)
        expect(rejected).toBeGreaterThanOrEqual(search.rejected_before_evaluation)
        expect(search.feasible > 0).toBe(result.best !== null)
        for (const each of [...(result.best ? [result.best] : []), ...result.alternatives, ...result.pareto]) {
          expect(each.memory.terms.reduce((sum, term) => sum + term.bytes, 0)).toBe(each.memory.total_bytes)
          expect(each.memory.free_bytes).toBe(each.memory.capacity_bytes - each.memory.total_bytes)
          expect(each.memory.total_bytes).toBeLessThanOrEqual(
            each.memory.capacity_bytes * (1 - given.headroom / 100) + 8,
          )
          expect(each.targets.every((target) => target.ok)).toBe(true)
          expect(each.placement.gpus).toBe(each.placement.instances * each.placement.gpus_per_instance)
          const used =
            each.configuration.replicas * each.configuration.tensor_parallel * each.configuration.pipeline_parallel
          expect(used).toBeLessThanOrEqual(each.placement.gpus)
        }
      }),
      runs,
    )
  })

  test('is the same without pruning, with the same alternatives and front', () => {
    fc.assert(
      fc.property(wish, (given) => {
        const pruned = plan(given)
        const exhaustive = plan(given, true)
        expect(pruned.best).toEqual(exhaustive.best)
        expect(pruned.alternatives).toEqual(exhaustive.alternatives)
        expect(pruned.pareto).toEqual(exhaustive.pareto)
        expect(pruned.search.space).toBe(exhaustive.search.space)
        expect(exhaustive.search.pruned).toEqual({})
      }),
      { numRuns: 15 },
    )
  })
})
