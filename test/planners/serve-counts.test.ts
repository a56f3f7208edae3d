import { beforeAll, describe, expect, it } from 'vitest'
import { planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import type { ServeResult } from '../../src/result/plan.ts'
import { makeOffer } from '../cost/offers.ts'

/* What a serving plan counts, worked by hand: defects that random scenarios against the oracle brought to light. */

let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

function planned(scenario: object, offers: readonly Offer[]): ServeResult {
  const using = { ...catalog, offers: new Map(offers.map((offer) => [offer.id, offer])) }
  const result = planText(JSON.stringify({ kind: 'serve', ...scenario }), 'scenario.yaml', using, {
    asOf: '2026-03-15',
  })
  if (result.kind !== 'serve') throw new Error('a serving scenario gave another kind of plan')
  return result
}

describe('requests in flight at the busiest hour', () => {
  // In floating point 10 x 1.1 is 11.000000000000002.
  it.each([
    [10, 1.1, 11],
    [100, 1.1, 110],
    [3, 1.1, 4],
    [7, 1, 7],
  ])('%d x %d are %d', (concurrency, peak_factor, inFlight) => {
    const traffic = { concurrency, peak_factor, input_tokens: 100, output_tokens: 20 }
    const search = { quantization: ['bf16'] }
    const { best } = planned({ model: 'llama-3.1-8b', traffic, search }, [makeOffer()])
    expect(best?.targets.find(({ name }) => name === 'concurrency')?.limit).toBe(inFlight)
  })
})

describe('a context beyond the positions of the model', () => {
  const traffic = { concurrency: 1, input_tokens: 100, output_tokens: 20 }
  const warningsOf = (context: number): string[] =>
    planned({ model: 'llama-3-8b', context, traffic }, [makeOffer()]).warnings

  it('is planned with a warning, since engines refuse it as the model is', () => {
    expect(warningsOf(8193).join('\n')).toContain('8,193 tokens is beyond the 8,192 positions of llama-3-8b')
    expect(warningsOf(8192).join('\n')).not.toContain('positions')
  })
})

describe('a model that the scenario describes by its whole shape', () => {
  it('is counted by that shape: any context, weights of 16 bit and nothing shared', () => {
    const model = {
      parameters: '7B',
      hidden_size: 4096,
      layers: 32,
      heads: 32,
      intermediate_size: 11008,
      vocabulary_size: 32000,
    }
    const traffic = { concurrency: 1, input_tokens: 100, output_tokens: 20 }
    const { best, warnings } = planned({ model, context: 100_000, traffic, search: { quantization: ['bf16'] } }, [
      makeOffer(),
    ])
    // A layer: four square matrices, three of the MLP, two norms; beside the layers embedding, head and a norm. This is Llama 2 7B.
    const parameters = 32 * (4 * 4096 ** 2 + 3 * 4096 * 11008 + 2 * 4096) + 2 * 32000 * 4096 + 4096
    expect(best?.memory.terms.find(({ name }) => name === 'weights')?.bytes).toBe(2 * parameters)
    expect(warnings.join('\n')).not.toContain('positions')
  })
})

describe('memory of a replica that spans machines', () => {
  const scenario = {
    model: 'llama-3-70b',
    traffic: { concurrency: 1, input_tokens: 1000, output_tokens: 200 },
    search: { quantization: ['bf16'], kv_cache: ['bf16'], tensor_parallel: [2], pipeline_parallel: [2] },
  }
  const shape = { link: 'pcie', network_gbit_per_second: 100 }
  const pair = makeOffer({ ...shape, instance: 'pair', gpu_count: 2, usd_per_hour: { 'on-demand': 4 } })
  const four = makeOffer({ ...shape, instance: 'four', gpu_count: 4, usd_per_hour: { 'on-demand': 40 } })

  it('does not depend on larger machines that are on offer too', () => {
    const alone = planned(scenario, [pair]).best
    expect(alone?.placement).toMatchObject({ gpus_per_instance: 2, instances: 2 })
    expect(planned(scenario, [pair, four]).best).toEqual(alone)
  })

  it('is that inside one machine and the communicators between machines, 0.3 GiB by the release', () => {
    const spanning = planned(scenario, [pair]).best
    const inside = planned(scenario, [four]).best
    expect(inside?.placement).toMatchObject({ gpus_per_instance: 4, instances: 1 })
    const more = (spanning?.memory.total_bytes ?? 0) - (inside?.memory.total_bytes ?? 0)
    expect(more).toBeCloseTo(0.3 * 2 ** 30, -1)
  })
})
