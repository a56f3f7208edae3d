import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { place } from '../../planners/fleet/place.ts'
import type { FleetQuestion, Member, NodeKind, Placed, Unit } from '../../planners/fleet/placement.ts'
import type { ReplicaOption } from '../../planners/supply/replica-option.ts'
import type { RunOption } from '../../planners/supply/training.ts'
import { moreThan } from '../fuzz/draws.ts'
import { loadOf as load, NODE } from './unit.ts'

const SOLVING = { timeLimitSeconds: 20, gap: 0 }

const kindOf = (id: string, gpusPerNode: number, nodes: number | null, usdPerHour: number): NodeKind => ({
  ...NODE,
  id,
  gpusPerNode,
  nodes,
  usdPerHour,
})

const spare = (workload: string, capacity: number): Member => ({
  workload,
  amount: 0,
  role: 'spare',
  option: { capacity } as ReplicaOption,
  sharers: 1,
})
const unit = (id: string, kind: NodeKind, gpus: number, members: readonly Member[], most = 3): Unit => ({
  id,
  kind,
  gpus,
  wholeNodes: 0,
  paidShare: null,
  most,
  members,
})

/** The least cost of an hour by trying every number of every unit and every way of seating them; null where nothing holds. */
function bruteForce({ kinds, needs, units, limits }: FleetQuestion): number | null {
  let best: number | null = null
  const counts = units.map(() => 0)
  const holdsAll = (): boolean =>
    needs.every(({ workload, spares }) => {
      const own = units.flatMap((each, i) => {
        const member = each.members.find((m) => m.workload === workload)
        return member === undefined || (counts[i] ?? 0) === 0 ? [] : [{ member, count: counts[i] ?? 0 }]
      })
      if (own.reduce((sum, { member, count }) => sum + member.amount * count, 0) < 1 - 1e-9) return false
      const sizes = own.map(({ member }) => (member.role === 'load' ? member.option.capacity : 0))
      const able = own.filter(
        ({ member }) => member.role === 'spare' && member.option.capacity >= Math.max(0, ...sizes),
      )
      return able.reduce((sum, { count }) => sum + count, 0) >= spares
    })
  const evaluate = (): void => {
    if (!holdsAll()) return
    let cost = 0
    const used = new Map<string, number>()
    for (const kind of kinds) {
      const own = units.flatMap((each, i) => (each.kind === kind ? new Array<Unit>(counts[i] ?? 0).fill(each) : []))
      const sharing = own.filter(({ wholeNodes }) => wholeNodes === 0)
      const whole = own.filter(({ wholeNodes }) => wholeNodes > 0)
      const nodes = fewestNodes(kind.gpusPerNode, sharing)
      const all = nodes + whole.reduce((sum, each) => sum + each.wholeNodes, 0)
      if (all > (kind.nodes ?? Number.POSITIVE_INFINITY)) return
      used.set(kind.id, all)
      cost += nodes * kind.usdPerHour
      for (const each of whole) cost += each.wholeNodes * kind.usdPerHour * (each.paidShare ?? 1)
    }
    const isWithin = limits.every(
      (limit) => limit.kinds.reduce((sum, id) => sum + (used.get(id) ?? 0), 0) <= limit.most,
    )
    if (isWithin && (best === null || cost < best)) best = cost
  }
  const choose = (i: number): void => {
    const each = units[i]
    if (each === undefined) {
      evaluate()
      return
    }
    for (let n = 0; n <= each.most; n++) {
      counts[i] = n
      choose(i + 1)
    }
    counts[i] = 0
  }
  choose(0)
  return best
}

function fewestNodes(gpusPerNode: number, units: readonly Unit[]): number {
  const nodes: Unit[][] = []
  let best = units.length
  const admits = (node: readonly Unit[], each: Unit): boolean =>
    node.reduce((sum, { gpus }) => sum + gpus, each.gpus) <= gpusPerNode &&
    each.members.every((member) =>
      node.every((other) =>
        other.members.every((m) => m.workload !== member.workload || (m.role !== 'spare' && member.role !== 'spare')),
      ),
    )
  const seat = (i: number): void => {
    if (nodes.length >= best) return
    const each = units[i]
    if (each === undefined) {
      best = nodes.length
      return
    }
    for (const node of [...nodes]) {
      if (!admits(node, each)) continue
      node.push(each)
      seat(i + 1)
      node.pop()
    }
    nodes.push([each])
    seat(i + 1)
    nodes.pop()
  }
  seat(0)
  return units.length === 0 ? 0 : best
}

/** The placement holds by the rules themselves, whatever the program said. */
function expectHolds({ needs }: FleetQuestion, placed: readonly Placed[]): void {
  for (const { workload } of needs) {
    const carried = placed.reduce((sum, { unit: each, count }) => {
      const member = each.members.find((m) => m.workload === workload)
      return sum + (member?.amount ?? 0) * count
    }, 0)
    expect(carried).toBeGreaterThanOrEqual(1 - 1e-9)
  }
}

describe('a placement with its nodes', () => {
  // One node of 8 at $2. Chat needs 4 GPUs and a spare of 4 elsewhere: the second node is for the spare alone.
  it('pays a second node for a spare', async () => {
    const dgx = kindOf('dgx', 8, 3, 2)
    const question = {
      kinds: [dgx],
      needs: [{ workload: 'chat', spares: 1 }],
      units: [unit('load', dgx, 4, [load('chat', 1)]), unit('spare', dgx, 4, [spare('chat', 1)], 1)],
      limits: [],
    }
    const found = await place(question, SOLVING)
    expect(found).toMatchObject({ status: 'optimal', placement: { usdPerHour: 4 }, proof: { gap: 0 } })
    expect(await place({ ...question, kinds: [kindOf('dgx', 8, 1, 2)] }, SOLVING)).toMatchObject({
      status: 'infeasible',
    })
  })

  // A run takes both nodes whole for a quarter of the time: 2 x $8 x 0.25 = $4, on top of nothing else in use.
  it('pays whole nodes of a run for the time that it lasts', async () => {
    const rented = kindOf('rented', 8, 4, 8)
    const run: Unit = {
      ...unit('run', rented, 0, [{ workload: 'tune', amount: 1, role: 'run', option: {} as RunOption }], 1),
      wholeNodes: 2,
      paidShare: 0.25,
    }
    const question = { kinds: [rented], needs: [{ workload: 'tune', spares: 0 }], units: [run], limits: [] }
    const found = await place(question, SOLVING)
    expect(found).toMatchObject({ status: 'optimal', placement: { usdPerHour: 4 } })
    if ('placement' in found) expect(found.placement.seats.get('rented')?.size).toBe(2)
  })

  // Two boxes of four at $1: three and one on each, a load of one workload beside the spare or the load of the other.
  it('fills nodes with the loads and spares of several workloads', async () => {
    const box = kindOf('box', 4, 2, 1)
    const cloud = kindOf('cloud', 4, null, 9)
    const units = [
      unit('a', box, 3, [load('a', 1)], 1),
      unit('spare of a', box, 3, [spare('a', 1)], 1),
      unit('c', box, 1, [load('c', 1)], 1),
      unit('spare of c', box, 1, [spare('c', 1)], 1),
      unit('c on cloud', cloud, 1, [load('c', 1)], 1),
    ]
    const needs = [
      { workload: 'a', spares: 1 },
      { workload: 'c', spares: 1 },
    ]
    const found = await place({ kinds: [box, cloud], needs, units, limits: [] }, SOLVING)
    expect(found).toMatchObject({ status: 'optimal', placement: { usdPerHour: 2 }, proof: { gap: 0 } })
    if (!('placement' in found)) return expect.fail(found.status)
    const onNodes = [...(found.placement.seats.get('box')?.values() ?? [])].map((own) => own.map(({ id }) => id).sort())
    for (const own of onNodes) {
      expect(own.filter((id) => id.endsWith('a'))).toHaveLength(1)
      expect(own.filter((id) => id.startsWith('c') || id === 'spare of c')).toHaveLength(1)
    }
  })

  it('takes two small models on one GPU where that saves a node', async () => {
    const single = kindOf('single', 1, 2, 3)
    const units = [
      unit('a', single, 1, [load('a', 1)], 1),
      unit('b', single, 1, [load('b', 1)], 1),
      unit('a + b', single, 1, [load('a', 1), load('b', 1)], 1),
    ]
    const needs = [
      { workload: 'a', spares: 0 },
      { workload: 'b', spares: 0 },
    ]
    const apart = await place({ kinds: [single], needs, units: units.slice(0, 2), limits: [] }, SOLVING)
    const together = await place({ kinds: [single], needs, units, limits: [] }, SOLVING)
    expect([apart, together]).toMatchObject([{ placement: { usdPerHour: 6 } }, { placement: { usdPerHour: 3 } }])
  })

  it('is the cheapest of all, or says by how much it may miss, on 200 random fleets with spares, sharers and runs', async () => {
    const seen = { optimal: 0, feasible: 0, infeasible: 0 }
    const unitArbitrary = fc.record({
      kind: fc.integer({ min: 0, max: 1 }),
      gpus: fc.constantFrom(1, 2, 4),
      workload: fc.constantFrom('a', 'b'),
      amount: fc.constantFrom(0.5, 1),
      sort: fc.constantFrom('load', 'load', 'shared', 'run'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            gpus: fc.constantFrom(2, 4),
            nodes: fc.integer({ min: 1, max: 3 }),
            usd: fc.integer({ min: 1, max: 9 }),
          }),
          {
            minLength: 2,
            maxLength: 2,
          },
        ),
        fc.array(unitArbitrary, { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 0, max: 1 }),
        fc.integer({ min: 1, max: 5 }),
        async (kindsDrawn, drawn, spares, most) => {
          const kinds = kindsDrawn.map((k, i) => kindOf(`k${i}`, k.gpus, k.nodes, k.usd))
          const units = drawn.flatMap((each, i): Unit[] => {
            const kind = kinds[each.kind] as NodeKind
            if (each.gpus > kind.gpusPerNode) return []
            if (each.sort === 'run') {
              const run: Member = { workload: 'b', amount: 1, role: 'run', option: {} as RunOption }
              return [{ ...unit(`u${i}`, kind, 0, [run], 1), wholeNodes: 1, paidShare: 0.5 }]
            }
            if (each.sort === 'shared') return [unit(`u${i}`, kind, 1, [load('a', 1), load('b', 1)], 1)]
            const own = unit(`u${i}`, kind, each.gpus, [load(each.workload, each.amount)], 2)
            return each.workload === 'a' && spares > 0
              ? [own, unit(`s${i}`, kind, each.gpus, [spare('a', each.amount)], 1)]
              : [own]
          })
          const needs = [
            { workload: 'a', spares },
            { workload: 'b', spares: 0 },
          ]
          const limits = [{ id: 'all', kinds: ['k0', 'k1'], counts: 'nodes' as const, most }]
          const question = { kinds, needs, units, limits }
          const truth = bruteForce(question)
          const found = await place(question, SOLVING)
          if (truth === null) {
            expect(['infeasible', 'unknown']).toContain(found.status)
            seen.infeasible += 1
            return
          }
          if (!('placement' in found)) throw new Error(`${found.status}, but ${truth} is possible`)
          expectHolds(question, found.placement.placed)
          seen[found.status] += 1
          if (found.status === 'optimal') expect(found.placement.usdPerHour).toBeCloseTo(truth, 6)
          expect(found.placement.usdPerHour).toBeGreaterThanOrEqual(truth - 1e-6)
          expect(found.proof.bound).toBeLessThanOrEqual(truth + 1e-6)
        },
      ),
      { seed: 17, numRuns: 200 },
    )
    expect(seen.optimal).toBeGreaterThan(moreThan(60))
    expect(seen.infeasible).toBeGreaterThan(moreThan(20))
    // Every one is small enough for a program that gives each unit its node.
    expect(seen.feasible).toBe(0)
  })
})
