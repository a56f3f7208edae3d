import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { draws, lessThan, moreThan, SEED } from '../../fuzz/draws.ts'
import { checkAgreement, type Outcome } from './check.ts'
import { drawnFrom } from './draw.ts'
import { catalogWith } from './draw-offers.ts'
import { type FixedCase, found, seldomDrawn } from './fixed-cases.ts'

let shipped: Catalog
beforeAll(async () => {
  shipped = await loadCatalog()
}, 60_000)

/** What must be refused somewhere for the draw to have tried it, and the share of scenarios in which it is at least. */
const LIMITS = ['memory', 'network', 'deadline', 'budget', 'host_memory', 'max_instances']
const SHARE_OF_LIMIT = 0.01

describe('the training planner against trying every combination', () => {
  test('same feasibility, same best plan, alternatives and front, same counts', () => {
    const scenarios = draws(300, 5000)
    const outcomes: Outcome[] = []
    fc.assert(
      fc.property(drawnFrom(shipped), ({ wish, offers }) => {
        outcomes.push(checkAgreement(wish, catalogWith(shipped, offers)))
      }),
      // A smaller scenario leaves more lists to their defaults, which makes the search larger: nothing is shrunk.
      { numRuns: scenarios, seed: SEED, endOnFailure: true },
    )
    expectRich(outcomes)
  })

  test.each(found.map((each) => [each.name, each] as const))('once found: %s', (_, each) => expectPlanned(each))

  test.each(seldomDrawn.map((each) => [each.name, each] as const))('%s', (_, each) => expectPlanned(each))
})

function expectPlanned({ wish, offers }: FixedCase): void {
  const outcome = checkAgreement(wish, catalogWith(shipped, { shipped: [], odd: offers, twins: [] }))
  expect(outcome.verdict).toBe('feasible')
}

/** A draw that nothing fits, or everything, or that never meets a limit, would prove little. */
function expectRich(outcomes: readonly Outcome[]): void {
  const share = (of: (outcome: Outcome) => boolean): number => outcomes.filter(of).length / outcomes.length
  expect(share(({ verdict }) => verdict === 'feasible')).toBeGreaterThan(moreThan(0.4))
  expect(share(({ verdict }) => verdict === 'infeasible')).toBeGreaterThan(moreThan(0.2))
  expect(share(({ verdict }) => verdict === 'mistaken')).toBeLessThan(lessThan(0.15))
  for (const objective of ['cost', 'time', 'gpus', 'energy']) {
    const planned = share((outcome) => outcome.objective === objective && outcome.verdict === 'feasible')
    expect(planned, `plans for ${objective}`).toBeGreaterThan(moreThan(0.03))
  }
  for (const limit of LIMITS) {
    const refusing = share(({ refusedBy }) => refusedBy.includes(limit))
    expect(refusing, `scenarios in which ${limit} refuses something`).toBeGreaterThan(moreThan(SHARE_OF_LIMIT))
  }
}
