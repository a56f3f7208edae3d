import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { draws, moreThan, SEED } from '../../fuzz/draws.ts'
import { Draw } from '../draw.ts'
import { differences, inFull } from './check.ts'
import { drawServe } from './draw.ts'

/*
 * The planner against nested loops over what a serving scenario means (enumerate.ts), on random scenarios and catalogs. Shared are
 * the catalogs and the physics; choices, prices, packing, limits and order are written twice.
 */

let shipped: Catalog
beforeAll(async () => {
  shipped = await loadCatalog()
})

describe('a serving plan', () => {
  test('is what nested loops over all choices find', () => {
    let feasible = 0
    let infeasible = 0
    const numRuns = draws(300, 5000)
    fc.assert(
      fc.property(fc.gen(), (gen) => {
        const given = drawServe(new Draw(gen), shipped)
        const found = differences(given)
        if (found.problems.length > 0) throw new Error([...found.problems, inFull(given)].join('\n'))
        if (found.feasible > 0) feasible += 1
        else infeasible += 1
      }),
      { numRuns, seed: SEED },
    )
    expect(feasible).toBeGreaterThan(moreThan(numRuns * 0.25))
    expect(infeasible).toBeGreaterThan(moreThan(numRuns * 0.15))
  })
})
