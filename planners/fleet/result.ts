import type { Catalog } from '../../src/catalog/catalog.ts'
import { HOURS_PER_MONTH } from '../../src/cost/money.ts'
import type { FleetNodeKind, FleetPlacement, FleetResult, FleetNode as NodeResult } from '../../src/result/fleet.ts'
import { round } from '../round.ts'
import type { FleetNode } from './inventory.ts'
import type { Placement } from './place.ts'
import type { Member, Placed, Unit } from './placement.ts'
import type { FleetWorkload } from './requests.ts'
import { demandOf } from './supply.ts'
import { replicasPlan, runPlan } from './unit-plan.ts'

/** Prices of plans are rounded to ten digits: what is left of a difference below this share of the whole is nothing. */
const PLAN_ROUNDING = 1e-9

/** What a placement is in the result: plans by workload, nodes with their seats, money. */
export type Told = Pick<FleetResult, 'placements' | 'nodes' | 'total'> & {
  readonly used: ReadonlyMap<string, Pick<FleetNodeKind, 'nodes_used' | 'gpus_used'>>
}

/** Units of one workload in one configuration on one kind of node. */
interface Group {
  readonly workload: string
  readonly kind: FleetNode
  readonly parts: { readonly unit: Unit; readonly member: Member; readonly count: number }[]
}

/** Puts a placement into the words of the result. */
export function tell(
  { placed, seats }: Placement,
  kinds: readonly FleetNode[],
  workloads: readonly FleetWorkload[],
  catalog: Catalog,
  explain: boolean,
): Told {
  const groups = groupsOf(placed, kinds, workloads)
  const nodes = nodesOf(seats, kinds, groups)
  const placements = groups.map((group, index): FleetPlacement => {
    const workload = workloads.find(({ name }) => name === group.workload) as FleetWorkload
    const names = nodes.filter((node) => node.seats.some((seat) => seat.placement === index)).map(({ name }) => name)
    return entryOf(group, groups, workload, names, catalog, explain)
  })
  return { placements, nodes, used: usedOf(nodes, kinds), total: totalOf(placements, nodes, placed, kinds) }
}

function groupsOf(
  placed: readonly Placed[],
  kinds: readonly FleetNode[],
  workloads: readonly FleetWorkload[],
): Group[] {
  const groups = new Map<string, Group>()
  for (const { name } of workloads) {
    for (const { unit, count } of spareLast(placed)) {
      const member = unit.members.find(({ workload }) => workload === name)
      if (member === undefined) continue
      const key = JSON.stringify([name, unit.kind.id, configurationKey(member)])
      const kind = kinds.find(({ id }) => id === unit.kind.id) as FleetNode
      const group = groups.get(key) ?? { workload: name, kind, parts: [] }
      group.parts.push({ unit, member, count })
      groups.set(key, group)
    }
  }
  return [...groups.values()]
}

function spareLast(placed: readonly Placed[]): Placed[] {
  const isSpare = ({ unit }: Placed): number => Number(unit.members.some(({ role }) => role === 'spare'))
  return [...placed].sort((a, b) => isSpare(a) - isSpare(b))
}

/** What tells one way of running a workload from another on the same kind of node. */
export function configurationKey(member: Member): string {
  const { configuration } = member.option
  return member.role === 'run'
    ? JSON.stringify([configuration, member.option.machines, member.option.machine.gpu_count])
    : JSON.stringify([configuration, member.sharers])
}

function entryOf(
  group: Group,
  groups: readonly Group[],
  workload: FleetWorkload,
  nodes: readonly string[],
  catalog: Catalog,
  explain: boolean,
): FleetPlacement {
  const { kind, parts } = group
  const standing = { nodes: nodes.length, usdPerHour: costOf(group) }
  const [first] = parts
  if (first === undefined) throw new Error('a group without a unit')
  const common = { workload: group.workload, nodes: [...nodes] }
  if (workload.kind === 'train') {
    if (first.member.role !== 'run') throw new Error('a training workload runs')
    const plan = runPlan(workload.request, catalog, first.member.option, kind, standing, explain)
    return { ...common, plan, spares: 0, gpu_share: 1 }
  }
  if (first.member.role === 'run') throw new Error('a serving workload has replicas')
  const { option, sharers } = first.member
  const counted = (role: Member['role']): number =>
    parts.reduce((sum, { member, count }) => sum + (member.role === role ? count : 0), 0)
  const loaded = counted('load')
  const spares = counted('spare')
  // Of replicas that only stand by one is shown under the load that it could have to take, which may be less than it could carry: several
  // together could then do with fewer.
  const shown =
    loaded === 0
      ? { loaded: 1, spares: spares - 1, load: option.capacity }
      : { loaded, spares, load: demandOf(workload) * (carriedBy(group) / carriedInAll(group, groups)) }
  const replicas = { option, kind, ...shown, sharers }
  const plan = replicasPlan(workload.request, catalog, replicas, standing, explain)
  return { ...common, plan, spares, gpu_share: round(1 / sharers) }
}

function carriedBy({ parts }: Group): number {
  return parts.reduce((sum, { member, count }) => sum + member.amount * count, 0)
}

function carriedInAll({ workload }: Group, groups: readonly Group[]): number {
  return groups.filter((group) => group.workload === workload).reduce((sum, group) => sum + carriedBy(group), 0)
}

/** A group's part of its nodes: by GPUs, and by time where its nodes are paid only while it runs. */
function costOf({ kind, parts }: Group): number {
  const perNode = kind.usdPerHour + kind.capitalUsdPerHour
  return parts.reduce((sum, { unit, member, count }) => {
    const { gpus, wholeNodes, paidShare } = unit
    const sharers = member.role === 'run' ? 1 : member.sharers
    return sum + count * perNode * (gpus / kind.gpusPerNode / sharers + wholeNodes * (paidShare ?? 1))
  }, 0)
}

function nodesOf(seats: Placement['seats'], kinds: readonly FleetNode[], groups: readonly Group[]): NodeResult[] {
  const placementOf = (unit: Unit, workload: string): number =>
    groups.findIndex((group) => group.workload === workload && group.parts.some((part) => part.unit === unit))
  return kinds.flatMap((kind) => {
    const seating = seats.get(kind.id) ?? new Map<number, readonly Unit[]>()
    const isOwned = kind.priced.pricing === 'owned'
    const numbers = isOwned ? Array.from({ length: kind.nodes ?? 0 }, (_, i) => i) : [...seating.keys()]
    return numbers.map((number): NodeResult => {
      const units = seating.get(number) ?? []
      let shares = 0
      const list = units.flatMap((unit) => {
        const sharedGpu = unit.members.length > 1 ? shares++ : null
        return unit.members.map(({ workload, role }) => ({
          workload,
          placement: placementOf(unit, workload),
          role,
          gpus: unit.wholeNodes > 0 ? kind.gpusPerNode : unit.gpus,
          shared_gpu: sharedGpu,
        }))
      })
      const used = units.reduce((sum, unit) => sum + (unit.wholeNodes > 0 ? kind.gpusPerNode : unit.gpus), 0)
      return { name: nodeName(kind.id, number), kind: kind.id, gpus: kind.gpusPerNode, gpus_used: used, seats: list }
    })
  })
}

/** `dgx-1` is the first node of the kind `dgx`. */
export function nodeName(kind: string, number: number): string {
  return `${kind}-${number + 1}`
}

function usedOf(nodes: readonly NodeResult[], kinds: readonly FleetNode[]): Told['used'] {
  return new Map(
    kinds.map(({ id }) => {
      const used = nodes.filter((node) => node.kind === id && node.seats.length > 0)
      return [id, { nodes_used: used.length, gpus_used: used.reduce((sum, node) => sum + node.gpus_used, 0) }]
    }),
  )
}

function totalOf(
  placements: readonly FleetPlacement[],
  nodes: readonly NodeResult[],
  placed: readonly Placed[],
  kinds: readonly FleetNode[],
): FleetResult['total'] {
  let rent = 0
  let electricity = 0
  let capital = 0
  for (const kind of kinds) {
    const isOwned = kind.priced.pricing === 'owned'
    const here = placed.filter(({ unit }) => unit.kind.id === kind.id)
    const ofRuns = here.filter(({ unit }) => unit.paidShare !== null)
    const runNodes = ofRuns.reduce((sum, { unit, count }) => sum + count * unit.wholeNodes, 0)
    const inUse = nodes.filter((node) => node.kind === kind.id && node.seats.length > 0).length
    const paid =
      inUse -
      runNodes +
      ofRuns.reduce((sum, { unit, count }) => sum + count * unit.wholeNodes * (unit.paidShare ?? 1), 0)
    if (isOwned) electricity += paid * kind.usdPerHour
    else rent += paid * kind.usdPerHour
    capital += (kind.nodes ?? 0) * kind.capitalUsdPerHour
  }
  const all = rent + electricity + capital
  const byWorkloads = placements.reduce((sum, { plan }) => sum + (plan.cost.usd_per_hour ?? 0), 0)
  const idle = all - byWorkloads
  return {
    usd_per_hour: round(all),
    usd_per_month: round(all * HOURS_PER_MONTH),
    rent_usd_per_hour: round(rent),
    electricity_usd_per_hour: round(electricity),
    capital_usd_per_hour: round(capital),
    idle_usd_per_hour: idle > all * PLAN_ROUNDING ? round(idle) : 0,
  }
}
