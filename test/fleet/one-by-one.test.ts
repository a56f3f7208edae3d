import { describe, expect, it } from 'vitest'
import { leastNodesOf, placedOneByOne } from '../../planners/fleet/one-by-one.ts'
import { place } from '../../planners/fleet/place.ts'
import type { FleetQuestion, Limit, NodeKind, Placed, Unit } from '../../planners/fleet/placement.ts'
import { loadOf, NODE } from './unit.ts'

/* The placement of fleets that are too large for their time: workload by workload, the largest first, on what those before left. */

const OPTIONS = { timeLimitSeconds: 20, gap: 0 }

/** Two boxes of four GPUs are there at $1 an hour; clouds of four take any number of nodes at $3. */
const BOX: NodeKind = { ...NODE, id: 'box', gpusPerNode: 4, nodes: 2, usdPerHour: 1 }
const CLOUD: NodeKind = { ...NODE, id: 'cloud', gpusPerNode: 4, nodes: null, usdPerHour: 3 }

/** A replica that carries all of its workload, or a part of it. */
function replica(workload: string, kind: NodeKind, gpus: number, more: Partial<Unit> & { part?: number } = {}): Unit {
  const { part = 1, ...rest } = more
  const id = `${workload} on ${kind.id}`
  return { id, kind, gpus, wholeNodes: 0, paidShare: null, most: 8, members: [loadOf(workload, part)], ...rest }
}

function question(units: readonly Unit[], limits: readonly Limit[] = [], kinds = [BOX, CLOUD]): FleetQuestion {
  const workloads = [...new Set(units.flatMap(({ members }) => members.map(({ workload }) => workload)))]
  return { kinds, units, limits, needs: workloads.map((workload) => ({ workload, spares: 0 })) }
}

/** What stands where: `2 a on box`. */
const told = (placed: readonly Placed[] | null): string[] | null =>
  placed === null ? null : placed.map(({ unit, count }) => `${count} ${unit.id}`)

const anywhere = (workload: string, gpus: number, more: Parameters<typeof replica>[3] = {}): Unit[] => [
  replica(workload, BOX, gpus, more),
  replica(workload, CLOUD, gpus, more),
]

describe('workload by workload', () => {
  it('the largest takes the cheap nodes, the last one what is left to rent', async () => {
    const asked = question([...anywhere('small', 2), ...anywhere('large', 4), ...anywhere('middle', 3)])
    expect(told(await placedOneByOne(asked, OPTIONS))).toEqual([
      '1 large on box',
      '1 middle on box',
      '1 small on cloud',
    ])
  })

  it('those of equal size go by name', async () => {
    const asked = question([...anywhere('b', 4), ...anywhere('c', 4), ...anywhere('a', 4)])
    expect(told(await placedOneByOne(asked, OPTIONS))).toEqual(['1 a on box', '1 b on box', '1 c on cloud'])
  })

  // Eight GPUs in halves of four are larger than a replica of five that carries all.
  it('size is GPUs for all of a workload, not for one replica', async () => {
    const five: NodeKind = { ...BOX, gpusPerNode: 8 }
    const units = [replica('one', five, 5), replica('halves', five, 4, { part: 0.5 })]
    expect(told(await placedOneByOne(question(units, [], [five]), OPTIONS))).toEqual([
      '2 halves on box',
      '1 one on box',
    ])
  })

  it('whole nodes count with all their GPUs', async () => {
    const units = [...anywhere('three', 3), replica('whole', BOX, 0, { wholeNodes: 1 })]
    expect(told(await placedOneByOne(question(units), OPTIONS))).toEqual(['1 whole on box', '1 three on box'])
    const two = [...anywhere('three', 3), replica('whole', BOX, 0, { wholeNodes: 2 })]
    expect(told(await placedOneByOne(question(two), OPTIONS))).toEqual(['1 whole on box', '1 three on cloud'])
  })

  it('ends where one finds no room', async () => {
    const units = [replica('a', BOX, 4), replica('b', BOX, 4), replica('c', BOX, 4)]
    expect(await placedOneByOne(question(units), OPTIONS)).toBeNull()
    expect(told(await placedOneByOne(question(units.slice(1)), OPTIONS))).toEqual(['1 b on box', '1 c on box'])
  })

  it('limits of GPUs and of nodes hold over all of them', async () => {
    const units = [...anywhere('a', 4), ...anywhere('b', 4), ...anywhere('c', 4)]
    const limit = (counts: 'gpus' | 'nodes', most: number): Limit => ({ id: 'quota', kinds: ['box'], counts, most })
    const within = async (each: Limit) => told(await placedOneByOne(question(units, [each]), OPTIONS))
    expect(await within(limit('gpus', 4))).toEqual(['1 a on box', '1 b on cloud', '1 c on cloud'])
    expect(await within(limit('gpus', 3))).toEqual(['1 a on cloud', '1 b on cloud', '1 c on cloud'])
    expect(await within(limit('nodes', 1))).toEqual(['1 a on box', '1 b on cloud', '1 c on cloud'])
    expect(await within(limit('nodes', 4))).toEqual(['1 a on box', '1 b on box', '1 c on cloud'])
    const both: Limit = { id: 'quota', kinds: ['box', 'cloud'], counts: 'gpus', most: 8 }
    expect(await within(both)).toBeNull()
    expect(await within({ ...both, most: 12 })).toEqual(['1 a on box', '1 b on box', '1 c on cloud'])
  })

  it('a unit of two workloads is left alone', async () => {
    const pair: Unit = { ...replica('a', BOX, 1), id: 'both', members: [loadOf('a', 1), loadOf('b', 1)] }
    expect(told(await placedOneByOne(question([pair, ...anywhere('a', 4), ...anywhere('b', 4)]), OPTIONS))).toEqual([
      '1 a on box',
      '1 b on box',
    ])
  })
})

describe('nodes that units take at least', () => {
  it('share nodes, or take them whole; runs that end are not counted, nor what stands elsewhere', () => {
    const placed = [
      { unit: replica('a', BOX, 2), count: 1 },
      { unit: replica('b', BOX, 3), count: 1 },
      { unit: replica('c', BOX, 0, { wholeNodes: 2 }), count: 3 },
      { unit: replica('d', BOX, 0, { wholeNodes: 5, paidShare: 0.1 }), count: 1 },
      { unit: replica('e', CLOUD, 4), count: 1 },
    ]
    // Five GPUs on nodes of four, and three times two nodes.
    expect(leastNodesOf(BOX, placed)).toBe(2 + 6)
    expect(leastNodesOf(CLOUD, placed)).toBe(1)
    expect(leastNodesOf(BOX, [])).toBe(0)
  })
})

describe('a program that found no point within its time', () => {
  it('gives way to that placement, with what the relaxation proves', async () => {
    const asked = question([...anywhere('small', 2), ...anywhere('large', 4), ...anywhere('middle', 3)])
    const found = await place(asked, { timeLimitSeconds: 1e-6, gap: 0, solver: 'highs' })
    if (found.status !== 'feasible') return expect.fail(found.status)
    expect(found.placement.usdPerHour).toBe(1 + 1 + 3)
    // Large and middle on the boxes take seven of eight GPUs: half of the small one's two would fit beside the middle one.
    expect(found.proof.bound).toBeLessThanOrEqual(5)
    expect(found.proof.gap).toBeCloseTo((5 - (found.proof.bound ?? 0)) / 5, 12)
  })
})
