import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planScenario } from '../../../planners/index.ts'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import type { FleetResult } from '../../../src/result/fleet.ts'
import type { ForecastResult } from '../../../src/result/forecast.ts'
import { AS_OF, marketOf, pricesTimes, twinOf, withOffers } from './market.ts'
import { tries } from './scenarios.ts'

/* The same of fleets and forecasts, as far as their gap allows: the answer is proved to be within a share of the best. */

interface Workload {
  readonly rate: number
  readonly output: number
}

interface Wish {
  readonly kind: 'fleet' | 'forecast'
  readonly workloads: readonly Workload[]
  /** US dollars of an owned node; null: everything is rented. */
  readonly capex: number | null
  readonly commitments: readonly string[]
  readonly growth: number
}

const wish = (kind: Wish['kind']): fc.Arbitrary<Wish> =>
  fc.record({
    kind: fc.constant(kind),
    workloads: fc.array(
      fc.record({ rate: fc.integer({ min: 1, max: 40 }), output: fc.integer({ min: 16, max: 400 }) }),
      { minLength: 1, maxLength: 3 },
    ),
    capex: fc.option(fc.integer({ min: 5_000, max: 60_000 })),
    commitments: fc.constantFrom(['on-demand'], ['on-demand', 'reserved-1y']),
    growth: fc.integer({ min: -10, max: 30 }),
  })

const MARKET = marketOf(['l40s', 'l4'])
const RENTED = ['l40s', 'l4'].flatMap((gpu) => {
  const offer = [...MARKET.offers.values()].find((each) => each.gpu === gpu && each.gpu_count === 1)
  return offer === undefined ? [] : [offer.id]
})

/** The scenario as a person would write it, its own prices times a factor. */
function documentOf({ kind, workloads, capex, commitments, growth }: Wish, prices: number): object {
  const scenarios = workloads.map(({ rate, output }, index) => ({
    kind: 'serve',
    name: `w${rate}-${output}-${index}`,
    model: 'llama-3.1-8b',
    context: 4096,
    traffic: { requests_per_second: rate, input_tokens: 512, output_tokens: output },
    search: {
      gpus: ['l40s', 'l4'],
      quantization: ['fp8'],
      kv_cache: ['bf16'],
      tensor_parallel: [1],
      pipeline_parallel: [1],
    },
  }))
  const owned = { capex: (capex ?? 1) * prices, years: 4, watts: 1400, usd_per_kwh: 0.125 * prices }
  const box = capex === null ? [] : [{ name: 'box', gpu: 'l40s', gpus_per_node: 2, nodes: 2, owned }]
  if (kind === 'fleet') {
    return { kind, inventory: [...box, ...RENTED.map((offer) => ({ offer }))], workloads: scenarios }
  }
  return {
    kind,
    start: '2027-01',
    months: 3,
    commitments,
    ...(box.length === 0 ? {} : { inventory: box }),
    workloads: scenarios.map((scenario) => ({ scenario, growth_percent_per_month: growth })),
  }
}

async function planned(given: Wish, catalog: Catalog, prices = 1): Promise<FleetResult | ForecastResult> {
  const text = JSON.stringify(documentOf(given, prices))
  const read = () => expect.fail('nothing is referred to')
  const result = await planScenario(text, `${given.kind}.yaml`, catalog, { asOf: AS_OF, gap: GAP }, read)
  return result.kind === 'fleet' || result.kind === 'forecast' ? result : expect.fail('not a program')
}

/** Shares of the best by which two answers may differ. */
const GAP = 1e-4

/** US dollars an hour, or of all months; Infinity where something has no place. */
function totalOf(result: FleetResult | ForecastResult): number {
  if (result.status === 'infeasible') return Number.POSITIVE_INFINITY
  return result.kind === 'fleet' ? result.total.usd_per_hour : (result.total?.usd ?? Number.POSITIVE_INFINITY)
}

const near = (left: number, right: number): boolean =>
  left === right || Math.abs(left - right) <= 2 * GAP * Math.max(left, right) + 1e-6

describe.each(['fleet', 'forecast'] as const)('a %s', (kind) => {
  test('costs twice at twice the prices, the same in another order and beside dearer offers, and no less with more traffic', async () => {
    await fc.assert(
      fc.asyncProperty(wish(kind), async (given) => {
        const total = totalOf(await planned(given, MARKET))
        const twice = totalOf(await planned(given, pricesTimes(MARKET, 2), 2))
        expect(near(twice, 2 * total), `${twice} at twice the prices, ${total} once`).toBe(true)
        const back = totalOf(await planned({ ...given, workloads: given.workloads.toReversed() }, MARKET))
        expect(near(back, total), `${back} in another order, ${total} in this`).toBe(true)
        const dearer = withOffers(MARKET, (offer) => [offer, twinOf(offer, `0/${offer.id}`, 1.5)])
        const beside = totalOf(await planned(given, dearer))
        expect(near(beside, total), `${beside} beside dearer offers, ${total} without`).toBe(true)
        const more = given.workloads.map((each) => ({ ...each, rate: each.rate * 2 }))
        const busier = totalOf(await planned({ ...given, workloads: more }, MARKET))
        expect(busier, 'with twice the traffic').toBeGreaterThanOrEqual(total * (1 - 2 * GAP))
      }),
      tries(2, 60),
    )
  })
})
