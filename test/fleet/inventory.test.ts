import { beforeAll, describe, expect, it } from 'vitest'
import { type Inventory, inventoryOf } from '../../planners/fleet/inventory.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { assuming, completePrices } from '../../src/scenario/assume.ts'
import { serveDefaults } from '../../src/scenario/defaults.ts'
import { InputError } from '../../src/scenario/diagnostic.ts'
import { parseScenario } from '../../src/scenario/schema.ts'
import { shop } from '../answers/shop.ts'
import { makeOffer } from '../cost/offers.ts'

/* The nodes of a fleet: what is owned, what may be rented in which shapes, and the limits over them. */

const AS_OF = '2026-11-21'
let market: Catalog
beforeAll(async () => {
  market = shop(await loadCatalog())
})

/** A small model for a scenario that must have one. */
const WORKLOAD = `workloads:
  - { kind: serve, name: one, model: llama-3.2-1b, traffic: { concurrency: 1, input_tokens: 10, output_tokens: 10 } }
`

function inventory(entries: readonly string[], more = '', catalog = market): Inventory {
  const text = `kind: fleet\ninventory:\n${entries.map((each) => `  - ${each}\n`).join('')}${more}${WORKLOAD}`
  const { scenario, locate } = parseScenario(text, 'fleet.yaml', catalog, [], AS_OF)
  if (scenario.kind !== 'fleet') return expect.fail('no fleet')
  return inventoryOf(
    scenario,
    completePrices(scenario.prices ?? {}, serveDefaults, assuming([])),
    catalog,
    AS_OF,
    locate,
  )
}

const shapesOf = ({ kinds }: Inventory) => kinds.map(({ id, nodes, usdPerHour }) => [id, nodes, usdPerHour])

describe('what is owned', () => {
  it('costs its capital whether it is used or not, and electricity where it is', () => {
    const [box] = inventory([
      '{ name: box, gpu: l40s, gpus_per_node: 4, nodes: 3, owned: { capex: 35040, years: 4, watts: 2000, usd_per_kwh: 0.1, pue: 1.5 }, network_gbit_per_second: 200 }',
    ]).kinds
    // 35,040 hours of four years; 2 kW x 1.5 x $0.10.
    expect(box).toMatchObject({
      id: 'box',
      gpu: 'l40s',
      link: 'pcie',
      gpusPerNode: 4,
      nodes: 3,
      networkGbitPerSecond: 200,
    })
    expect([box?.capitalUsdPerHour, box?.usdPerHour]).toEqual([1, expect.closeTo(0.3, 12)])
    expect(box?.priced).toMatchObject({ pricing: 'owned', priceFrom: 'user', offer: { instance: 'box', ram_gb: null } })
    expect(box?.priced.usdPerHour).toBeCloseTo(1.3, 12)
  })
  it('is called as its GPU, has one GPU and no link, where nothing else is said', () => {
    const cost = 'owned: { capex: 1, years: 1, watts: 1, usd_per_kwh: 1 }'
    const [one] = inventory([`{ gpu: h100-sxm-80gb, nodes: 1, ${cost} }`]).kinds
    expect(one).toMatchObject({ id: 'h100-sxm-80gb', gpusPerNode: 1, link: null, networkGbitPerSecond: null })
    const [joined] = inventory([`{ gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 1, ${cost} }`]).kinds
    expect(joined?.link).toBe('nvlink4')
    const [slow] = inventory([`{ gpu: h100-sxm-80gb, gpus_per_node: 8, nodes: 1, link: pcie5, ${cost} }`]).kinds
    expect(slow?.link).toBe('pcie5')
  })
})

describe('what may be rented', () => {
  it('is an offer by its id, on demand, without end', () => {
    expect(shapesOf(inventory(['{ offer: corner/l40s/here }']))).toEqual([['corner/l40s', null, 1]])
  })
  it('is as many as the offer has, or the entry says', () => {
    const most = (entry: string) => inventory([entry]).kinds[0]?.nodes
    expect(most('{ offer: hall/8x-a100/here }')).toBe(4)
    expect(most('{ offer: hall/8x-a100/here, max_instances: 2 }')).toBe(2)
    expect(most('{ offer: hall/8x-a100/here, max_instances: 9 }')).toBe(4)
    expect(most('{ offer: corner/l40s/here, max_instances: 9 }')).toBe(9)
  })
  it('is all shapes with a GPU of a provider, in each way to pay', () => {
    const found = inventory(['{ offer: hall/h100-sxm-80gb, pricing: [on-demand, reserved-1y], max_instances: 3 }'])
    expect(shapesOf(found)).toEqual([
      ['hall/8x-h100', 3, 20],
      ['hall/8x-h100 reserved-1y', 3, 15],
      ['hall/h100', 3, 3],
    ])
    expect(found.limits).toEqual([
      {
        id: 'hall/h100-sxm-80gb: 3 instances',
        kinds: ['hall/8x-h100', 'hall/8x-h100 reserved-1y', 'hall/h100'],
        counts: 'nodes',
        most: 3,
      },
    ])
    // One shape needs no limit of its own, nor does what has no most.
    expect(inventory(['{ offer: hall/8x-a100/here, max_instances: 2 }']).limits).toEqual([])
    expect(inventory(['{ offer: hall/h100-sxm-80gb }']).limits).toEqual([])
  })
  it('is listed once, as it was named first', () => {
    const found = inventory([
      '{ offer: hall/h100/here, max_instances: 1 }',
      '{ offer: hall/h100-sxm-80gb, max_instances: 5 }',
    ])
    expect(shapesOf(found)).toEqual([
      ['hall/h100', 1, 3],
      ['hall/8x-h100', 5, 20],
    ])
    expect(found.limits).toEqual([])
  })
  it('has a link where it has several GPUs', () => {
    expect(inventory(['{ offer: hall/h100-sxm-80gb }']).kinds.map(({ link }) => link)).toEqual(['nvlink4', null])
  })

  describe('in several regions', () => {
    const regional = (east: number, west: number): Catalog => {
      const offers = [
        makeOffer({
          provider: 'far',
          instance: 'l4',
          gpu: 'l4',
          region: 'west',
          usd_per_hour: { 'on-demand': west },
          price_as_of: '2026-11-01',
        }),
        makeOffer({
          provider: 'far',
          instance: 'l4',
          gpu: 'l4',
          region: 'east',
          usd_per_hour: { 'on-demand': east },
          price_as_of: '2026-11-01',
        }),
      ]
      return { ...market, offers: new Map(offers.map((offer) => [offer.id, offer])) }
    }
    const regions = (east: number, west: number, more = '') =>
      inventory(['{ offer: far/l4 }'], more, regional(east, west)).kinds.map(({ id, priced }) => [
        id,
        priced.offer.region,
      ])

    it('is the cheapest, of equal ones the first by name', () => {
      expect(regions(2, 1)).toEqual([['far/l4', 'west']])
      expect(regions(1, 2)).toEqual([['far/l4', 'east']])
      expect(regions(1, 1)).toEqual([['far/l4', 'east']])
    })
    it('is each where a limit tells them apart', () => {
      expect(regions(2, 1, 'limits: [{ region: east, gpus: 4 }]\n')).toEqual([
        ['far/l4/west', 'west'],
        ['far/l4/east', 'east'],
      ])
      expect(regions(2, 1, 'limits: [{ provider: far, gpus: 4 }]\n')).toEqual([['far/l4', 'west']])
    })
  })
})

describe('limits', () => {
  it('count GPUs of what their keys name, never of what is owned', () => {
    const found = inventory(
      [
        '{ name: box, gpu: h100-sxm-80gb, nodes: 1, owned: { capex: 1, years: 1, watts: 1, usd_per_kwh: 1 } }',
        '{ offer: hall/h100-sxm-80gb, pricing: [on-demand, reserved-1y] }',
        '{ offer: corner/l4 }',
      ],
      'limits:\n  - { provider: hall, gpus: 8 }\n  - { gpu: h100-sxm-80gb, pricing: reserved-1y, gpus: 16 }\n',
    )
    const names = ['hall/8x-h100', 'hall/8x-h100 reserved-1y', 'hall/h100']
    expect(found.limits).toEqual([
      { id: 'hall: 8 GPUs', kinds: names, counts: 'gpus', most: 8 },
      { id: 'h100-sxm-80gb reserved-1y: 16 GPUs', kinds: ['hall/8x-h100 reserved-1y'], counts: 'gpus', most: 16 },
    ])
  })
})

describe('an offer that cannot be used', () => {
  const refused = (entry: string): string => {
    try {
      inventory(['{ offer: corner/l40s/here }', entry])
    } catch (error) {
      return error instanceof InputError ? error.message : expect.fail(String(error))
    }
    return expect.fail('it can be used')
  }
  it.each([
    [
      '{ offer: rumour/h100/here }',
      'no offer named "rumour/h100/here" can be used: of low confidence (prices.min_confidence admits them)',
    ],
    [
      '{ offer: relic/a100/here }',
      'no offer named "relic/a100/here" can be used: too old (prices.max_age_days admits them)',
    ],
    ['{ offer: corner/l4, pricing: [reserved-3y] }', 'no offer named "corner/l4" can be used: not sold that way'],
  ])('%s is refused at its place', (entry, message) => {
    expect(refused(entry)).toContain(`fleet.yaml:4:14: ${message}`)
  })
})
