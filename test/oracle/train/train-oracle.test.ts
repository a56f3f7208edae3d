import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { loadCatalog } from '../../../src/io/load-catalog.ts'
import { draws, SEED } from '../../fuzz/draws.ts'
import { checkAgreement, type Outcome } from './check.ts'
import { drawnFrom } from './draw.ts'
import { catalogWith } from './draw-offers.ts'

let shipped: Catalog
beforeAll(async () => {
  shipped = await loadCatalog()
})

describe('the training planner against trying every combination', () => {
  test('same feasibility, same best plan, alternatives and front, same counts', () => {
    const scenarios = draws(300, 5000)
    const outcomes: Outcome[] = []
    fc.assert(
      fc.property(drawnFrom(shipped), ({ wish, offers }) => {
        outcomes.push(checkAgreement(wish, catalogWith(shipped, offers)))
      }),
      { numRuns: scenarios, seed: SEED, endOnFailure: true },
    )
    // A draw that nothing fits, or everything, or that never meets a limit, would prove little.
    const share = (of: (outcome: Outcome) => boolean): number => outcomes.filter(of).length / scenarios
    expect(share(({ verdict }) => verdict === 'feasible')).toBeGreaterThan(0.4)
    expect(share(({ verdict }) => verdict === 'infeasible')).toBeGreaterThan(0.2)
    expect(share(({ verdict }) => verdict === 'mistaken')).toBeLessThan(0.15)
    for (const objective of ['cost', 'time', 'gpus', 'energy']) {
      expect(share((outcome) => outcome.objective === objective && outcome.verdict === 'feasible')).toBeGreaterThan(
        0.03,
      )
    }
    for (const limit of ['memory', 'network', 'deadline', 'budget', 'host_memory', 'max_instances']) {
      expect(
        share(({ refusedBy }) => refusedBy.includes(limit)),
        limit,
      ).toBeGreaterThan(0.01)
    }
    const count = (f: (o: Outcome) => string[]) => {
      const c: Record<string, number> = {}
      for (const o of outcomes) for (const k of f(o)) c[k] = (c[k] ?? 0) + 1
      return c
    }
    console.log(
      count((o) => [o.verdict]),
      count((o) => [o.objective]),
      count((o) => [...o.refusedBy]),
      process.cpuUsage(),
    )
  })
})
