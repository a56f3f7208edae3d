import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NodeKind, nodesSpanned } from '../../planners/fleet/placement.ts'
import { placementProgram } from '../../planners/fleet/placement-program.ts'
import { type Demand as Serving, servingUnits } from '../../planners/fleet/units.ts'
import { findConflict } from '../../planners/solver/conflict.ts'
import { solve } from '../../planners/solver/solve.ts'
import type { ReplicaOption } from '../../planners/supply/replica-option.ts'
import { moreThan } from '../fuzz/draws.ts'

type Demand = Omit<Serving, 'spares'>
interface FleetQuestion {
  readonly kinds: readonly NodeKind[]
  readonly demands: readonly Demand[]
  readonly quotas: readonly { readonly id: string; readonly kinds: readonly string[]; readonly gpus: number }[]
}

const programOf = ({ kinds, demands, quotas }: FleetQuestion) =>
  placementProgram({
    kinds,
    needs: demands.map(({ id }) => ({ workload: id, spares: 0 })),
    units: demands.flatMap((demand) => servingUnits({ ...demand, spares: 0 }, kinds)),
    limits: quotas.map(({ id, kinds: limited, gpus }) => ({ id, kinds: limited, counts: 'gpus', most: gpus })),
  })

const LIMITS = { timeLimitSeconds: 20, gap: 0 }

const option = (gpu: string, gpus: number, capacity: number, together = gpus): ReplicaOption => ({
  gpu,
  link: 'nvlink4',
  gpusPerReplica: gpus,
  gpusTogether: together,
  maySpan: true,
  capacity,
  memoryBytes: 1,
  lossPercent: 0,
  configuration: {} as ReplicaOption['configuration'],
})

const kind = (id: string, gpu: string, gpusPerNode: number, nodes: number, usdPerHour: number): NodeKind => ({
  id,
  gpu,
  link: 'nvlink4',
  gpusPerNode,
  networkGbitPerSecond: null,
  nodes,
  usdPerHour,
})

/** Fewest nodes that hold the replicas: every way of adding each to a node in use or a new one, larger ones first. */
function fewestNodes(gpusPerNode: number, sizes: readonly number[]): number {
  const falling = [...sizes].sort((a, b) => b - a)
  let best = falling.length
  const free: number[] = []
  const place = (i: number): void => {
    if (free.length >= best) return
    const size = falling[i]
    if (size === undefined) {
      best = free.length
      return
    }
    for (let node = 0; node <= free.length && node < best; node++) {
      if (node === free.length) free.push(gpusPerNode)
      if ((free[node] as number) < size) continue
      free[node] = (free[node] as number) - size
      place(i + 1)
      free[node] = (free[node] as number) + size
      if (free[node] === gpusPerNode && node === free.length - 1) free.pop()
    }
  }
  place(0)
  return falling.length === 0 ? 0 : best
}

/** The least cost by trying every number of replicas of every option on every kind; null where nothing fits. */
function bruteForce({ kinds, demands, quotas }: FleetQuestion): number | null {
  const slots = demands.flatMap((demand) =>
    kinds.flatMap((at) =>
      demand.options
        .filter((each) => each.gpu === at.gpu && each.gpusPerReplica <= at.gpusPerNode)
        .map((each) => ({ demand, at, each, most: Math.ceil(demand.capacity / each.capacity) })),
    ),
  )
  let best: number | null = null
  const counts = slots.map(() => 0)
  const evaluate = () => {
    for (const demand of demands) {
      const carried = slots.reduce(
        (sum, s, i) => sum + (s.demand === demand ? s.each.capacity * (counts[i] ?? 0) : 0),
        0,
      )
      if (carried < demand.capacity) return
    }
    const used = new Map<string, number>()
    let cost = 0
    for (const at of kinds) {
      const sizes = slots.flatMap((s, i) =>
        s.at === at ? new Array<number>(counts[i] ?? 0).fill(s.each.gpusPerReplica) : [],
      )
      const nodes = fewestNodes(at.gpusPerNode, sizes)
      if (at.nodes !== null && nodes > at.nodes) return
      used.set(at.id, nodes * at.gpusPerNode)
      cost += nodes * at.usdPerHour
    }
    if (quotas.some((quota) => quota.kinds.reduce((sum, id) => sum + (used.get(id) ?? 0), 0) > quota.gpus)) return
    if (best === null || cost < best) best = cost
  }
  const choose = (i: number): void => {
    const slot = slots[i]
    if (slot === undefined) {
      evaluate()
      return
    }
    for (let n = 0; n <= slot.most; n++) {
      counts[i] = n
      choose(i + 1)
    }
    counts[i] = 0
  }
  choose(0)
  return best
}

describe('the cheapest placement', () => {
  // 10 requests a second of chat: two replicas of 4 H100 (6 each) fill a node of 8; the code model's 2 GPUs no longer fit on it, and an L40S
  // carries 1 of its 2 requests a second. The second H100 node costs 20, two L40S nodes of one GPU 2.
  it('rents two small GPUs rather than a second large node', async () => {
    const kinds = [kind('dgx', 'h100', 8, 2, 20), { ...kind('l40s', 'l40s', 1, 4, 1), link: null }]
    const chat = { id: 'chat', capacity: 10, options: [option('h100', 4, 6)] }
    const code = { id: 'code', capacity: 2, options: [option('h100', 2, 3), option('l40s', 1, 1)] }
    const { program, placedBy, nodesInUse } = programOf({ kinds, demands: [chat, code], quotas: [] })
    const found = await solve(program, LIMITS)
    if (found.status !== 'optimal') throw new Error(found.status)
    expect(found.objective).toBeCloseTo(22, 9)
    expect(placedBy(found.values).map(({ unit, count }) => [unit.members[0]?.workload, unit.kind.id, count])).toEqual([
      ['chat', 'dgx', 2],
      ['code', 'l40s', 2],
    ])
    expect(kinds.map((each) => nodesInUse(each, found.values))).toEqual([1, 2])
  })

  it('gives a replica larger than a node whole nodes, where the network between them is known', async () => {
    const large = option('h100', 16, 5, 8)
    const demands = [
      { id: 'large', capacity: 5, options: [large] },
      { id: 'small', capacity: 1, options: [option('h100', 1, 1)] },
    ]
    const apart = kind('dgx', 'h100', 8, 3, 20)
    const joined = { ...apart, networkGbitPerSecond: 3200 }
    expect([nodesSpanned(large, apart), nodesSpanned(large, joined)]).toEqual([null, 2])
    const { program } = programOf({ kinds: [joined], demands, quotas: [] })
    expect(await solve(program, LIMITS)).toMatchObject({ status: 'optimal', objective: 60 })
    const refused = programOf({ kinds: [apart], demands, quotas: [] })
    expect(await findConflict(refused.program, LIMITS)).toEqual({ requirements: ['carry large'], minimal: true })
  })

  it('names the workloads and the quota that conflict, and no other', async () => {
    const demands = ['a', 'b', 'c'].map((id) => ({
      id,
      capacity: 1,
      options: [option(id === 'b' ? 'l40s' : 'h100', 8, 1)],
    }))
    const kinds = [kind('dgx', 'h100', 8, 9, 20), kind('pcie', 'l40s', 8, 9, 5)]
    const quotas = [{ id: 'h100', kinds: ['dgx'], gpus: 8 }]
    const { program } = programOf({ kinds, demands, quotas })
    expect(await findConflict(program, LIMITS)).toEqual({
      requirements: ['carry a', 'carry c', 'limit h100'],
      minimal: true,
    })
  })

  it('is that of trying everything, on 150 random fleets', async () => {
    const gpus = ['h100', 'l40s']
    const seen = { placed: 0, none: 0 }
    const kindArbitrary = fc.record({
      gpu: fc.constantFrom(...gpus),
      gpusPerNode: fc.constantFrom(4, 5, 6, 8),
      nodes: fc.integer({ min: 1, max: 2 }),
      usdPerHour: fc.integer({ min: 1, max: 20 }),
    })
    const demandArbitrary = fc.record({
      capacity: fc.integer({ min: 1, max: 6 }),
      options: fc.array(
        fc.record({
          gpu: fc.constantFrom(...gpus),
          gpus: fc.integer({ min: 1, max: 6 }),
          capacity: fc.integer({ min: 2, max: 5 }),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(kindArbitrary, { minLength: 1, maxLength: 2 }),
        fc.array(demandArbitrary, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 4, max: 24 }),
        async (kindsDrawn, demandsDrawn, quotaGpus) => {
          const kinds = kindsDrawn.map((k, i) => kind(`k${i}`, k.gpu, k.gpusPerNode, k.nodes, k.usdPerHour))
          const demands: Demand[] = demandsDrawn.map((d, i) => ({
            id: `w${i}`,
            capacity: d.capacity,
            options: d.options.map((each) => option(each.gpu, each.gpus, each.capacity)),
          }))
          const question = {
            kinds,
            demands,
            quotas: [{ id: 'all', kinds: kinds.map(({ id }) => id), gpus: quotaGpus }],
          }
          const truth = bruteForce(question)
          const found = await solve(programOf(question).program, LIMITS)
          if (truth === null) {
            expect(found.status).toBe('infeasible')
            seen.none += 1
          } else {
            expect(found).toMatchObject({ status: 'optimal' })
            if (found.status === 'optimal') expect(found.objective).toBeCloseTo(truth, 6)
            seen.placed += 1
          }
        },
      ),
      { seed: 11, numRuns: 150 },
    )
    expect(Math.min(seen.placed, seen.none)).toBeGreaterThan(moreThan(20))
  })
})
