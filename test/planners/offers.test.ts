import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type PlanResult, planText } from '../../planners/index.ts'
import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { withPricesTimes } from '../../src/whatif/scaled-prices.ts'

/* What must not change a plan of the shipped scenarios: another offer that is no better. And what must: its own price. */

const AS_OF = '2026-11-21'
const folder = new URL('../../scenarios/', import.meta.url)
let catalog: Catalog
beforeAll(async () => {
  catalog = await loadCatalog()
})

const scenarios = readdirSync(folder).filter((name) => /^(serve|train)-.*\.yaml$/.test(name))

function planned(name: string, using: Catalog): PlanResult['best'] {
  const file = new URL(name, folder).pathname
  return planText(readFileSync(file, 'utf8'), file, using, { asOf: AS_OF, top: 0 }).best
}

/** The catalog with another offer like one that it has. */
function withOffer(like: Offer, id: string, times: number): Catalog {
  const alone: Catalog = { ...catalog, offers: new Map([[id, { ...like, id, instance: `${like.instance}-${id}` }]]) }
  const priced = withPricesTimes(alone, () => true, times).offers
  return { ...catalog, offers: new Map([...catalog.offers, ...priced]) }
}

describe.each(scenarios)('%s', (name) => {
  test('is planned alike beside a twin of its offer and a dearer one, and on a cheaper twin where there is one', () => {
    const best = planned(name, catalog)
    const offer = catalog.offers.get(best?.placement.offer ?? '')
    // A model that only an estimate knows has no plan on an offer.
    if (best === null || offer === undefined) throw new Error('the shipped scenario has no plan on an offer')
    // Of equals the first by id is taken.
    expect(planned(name, withOffer(offer, `${offer.id}-twin`, 1))).toEqual(best)
    // Dearer, though first by id.
    expect(planned(name, withOffer(offer, '0-dearer', 1.01))).toEqual(best)
    const cheaper = planned(name, withOffer(offer, '0-cheaper', 0.5))
    expect(cheaper?.placement.offer).toBe('0-cheaper')
    expect(cheaper?.cost.usd_per_hour).toBeLessThan(best.cost.usd_per_hour ?? 0)
  })
})
