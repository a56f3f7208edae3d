import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Placed } from '../../planners/fleet/placement.ts'
import { seatUnits } from '../../planners/fleet/seat.ts'
import { moreThan } from '../fuzz/draws.ts'
import { unitOf } from './unit.ts'

const numbers = (nodes: number) => Array.from({ length: nodes }, (_, i) => i)

const seatedIds = (gpusPerNode: number, nodes: number, placed: readonly Placed[]) => {
  const seated = seatUnits(gpusPerNode, numbers(nodes), nodes, placed)
  return seated === null ? null : numbers(nodes).map((node) => (seated.get(node) ?? []).map(({ id }) => id))
}

/** Whether any way of giving each unit a node holds, by trying all. */
function fits(gpusPerNode: number, nodes: number, placed: readonly Placed[]): boolean {
  const units = placed.flatMap(({ unit, count }) => new Array<typeof unit>(count).fill(unit))
  const at: number[] = []
  const holds = (): boolean => {
    for (let node = 0; node < nodes; node++) {
      const here = units.filter((_, i) => at[i] === node)
      if (here.reduce((sum, { gpus }) => sum + gpus, 0) > gpusPerNode) return false
      for (const { members } of here) {
        if (members[0]?.role !== 'spare') continue
        if (here.filter((other) => other.members[0]?.workload === members[0]?.workload).length > 1) return false
      }
    }
    return true
  }
  const place = (i: number): boolean => {
    if (i === units.length) return holds()
    for (let node = 0; node < nodes; node++) {
      at[i] = node
      if (place(i + 1)) return true
    }
    return false
  }
  return place(0)
}

describe('units on nodes', () => {
  it('stand on the fullest node with room, so that whole nodes stay free', () => {
    const placed = [
      { unit: unitOf('small', 1), count: 2 },
      { unit: unitOf('large', 8), count: 1 },
      { unit: unitOf('middle', 4), count: 3 },
    ]
    expect(seatedIds(8, 3, placed)).toEqual([['large'], ['middle', 'middle'], ['middle', 'small', 'small']])
    expect(seatedIds(8, 2, placed)).toBeNull()
  })

  // Two nodes of 8: the spare of chat must not stand beside its load, so the 4 GPUs of code come to the load's node.
  it('keep a spare away from the other replicas of its workload', () => {
    const placed = [
      { unit: unitOf('chat load', 4, { workload: 'chat' }), count: 1 },
      { unit: unitOf('chat spare', 4, { workload: 'chat', role: 'spare' }), count: 1 },
      { unit: unitOf('code', 4), count: 1 },
    ]
    expect(seatedIds(8, 2, placed)).toEqual([['chat spare', 'code'], ['chat load']])
    expect(seatedIds(8, 1, placed.slice(0, 2))).toBeNull()
  })

  it('stay where they were', () => {
    const unit = unitOf('a', 4)
    expect(seatUnits(8, [0, 1, 2], 2, [{ unit, count: 2 }], () => [2, 2])).toEqual(new Map([[2, [unit, unit]]]))
    // On two nodes before, but only one is to be in use.
    expect(seatUnits(8, [0, 1, 2], 1, [{ unit, count: 2 }], () => [1, 2])).toEqual(new Map([[1, [unit, unit]]]))
  })

  it('find a place wherever there is one, and no other', () => {
    const seen = { yes: 0, no: 0 }
    const drawn = fc.record({
      gpus: fc.integer({ min: 1, max: 5 }),
      workload: fc.constantFrom('a', 'b'),
      role: fc.constantFrom('load' as const, 'spare' as const),
      count: fc.integer({ min: 1, max: 2 }),
    })
    fc.assert(
      fc.property(fc.array(drawn, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 3 }), (units, nodes) => {
        const placed = units.map(({ gpus, workload, role, count }, i) => ({
          unit: unitOf(`u${i}`, gpus, { workload, role }),
          count,
        }))
        const truth = fits(6, nodes, placed)
        expect(seatUnits(6, numbers(nodes), nodes, placed) !== null).toBe(truth)
        seen[truth ? 'yes' : 'no'] += 1
      }),
      { seed: 3, numRuns: 500 },
    )
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(moreThan(80))
  })
})
