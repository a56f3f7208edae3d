import type { FleetQuestion, Member, Placed, Unit } from './placement.ts'

/**
 * Leaves out what the needs are met without, and puts smaller units in the place of larger ones where that is enough: nodes that are in use
 * anyway cost the program nothing to fill, so it may fill them. What remains takes no more of any node.
 */
export function trimmed(placed: readonly Placed[], question: FleetQuestion): Placed[] {
  const tally = new Tally(placed, question)
  for (const unit of [...tally.counts.keys()].sort(leastUsefulFirst)) {
    while ((tally.counts.get(unit) ?? 0) > 0 && tally.isMetWithout(unit, null)) tally.replace(unit, null)
  }
  for (const unit of [...tally.counts.keys()].sort(leastUsefulFirst)) {
    const smaller = question.units
      .filter((other) => isAlike(unit, other) && sizeOf(other) < sizeOf(unit))
      .sort((a, b) => sizeOf(a) - sizeOf(b) || (a.id < b.id ? -1 : 1))
    for (const other of smaller) {
      while ((tally.counts.get(unit) ?? 0) > 0 && tally.isMetWithout(unit, other)) tally.replace(unit, other)
    }
  }
  return [...tally.counts].flatMap(([unit, count]) => (count > 0 ? [{ unit, count }] : []))
}

/** How many of each unit there are, and whether the needs are met. */
class Tally {
  readonly counts: Map<Unit, number>
  readonly #spares: ReadonlyMap<string, number>

  constructor(placed: readonly Placed[], { needs }: FleetQuestion) {
    this.counts = new Map(placed.map(({ unit, count }) => [unit, count]))
    this.#spares = new Map(needs.map(({ workload, spares }) => [workload, spares]))
  }

  replace(unit: Unit, other: Unit | null): void {
    this.#add(unit, -1)
    if (other !== null) this.#add(other, 1)
  }

  /** Whether every workload of the unit has all it needs with one less of it, and one more of the other. */
  isMetWithout(unit: Unit, other: Unit | null): boolean {
    this.replace(unit, other)
    const isMet = unit.members.every(({ workload }) => this.#isMet(workload))
    this.#add(unit, 1)
    if (other !== null) this.#add(other, -1)
    return isMet
  }

  #add(unit: Unit, count: number): void {
    this.counts.set(unit, (this.counts.get(unit) ?? 0) + count)
  }

  #isMet(workload: string): boolean {
    const members: { member: Member; count: number }[] = []
    for (const [unit, count] of this.counts) {
      const member = unit.members.find((each) => each.workload === workload)
      if (member !== undefined && count > 0) members.push({ member, count })
    }
    const carried = members.reduce((sum, { member, count }) => sum + member.amount * count, 0)
    if (carried < 1 - 1e-9) return false
    const largest = Math.max(0, ...members.map(({ member }) => (member.role === 'load' ? member.option.capacity : 0)))
    const able = members.filter(({ member }) => member.role === 'spare' && member.option.capacity >= largest)
    return able.reduce((sum, { count }) => sum + count, 0) >= (this.#spares.get(workload) ?? 0)
  }
}

/** Replicas that take most GPUs first; of spares the smallest, since a larger one can replace more. */
function leastUsefulFirst(a: Unit, b: Unit): number {
  const bySize = sizeOf(b) - sizeOf(a)
  if (isSpare(a) !== isSpare(b)) return isSpare(a) ? 1 : -1
  return (isSpare(a) ? -bySize : bySize) || (a.id < b.id ? -1 : 1)
}

function isSpare({ members }: Unit): boolean {
  return members.some(({ role }) => role === 'spare')
}

/** Whether one can stand where the other did: for the same workloads in the same part, on the same kind of node. */
function isAlike(a: Unit, b: Unit): boolean {
  return (
    a.kind === b.kind &&
    a.paidShare === null &&
    b.paidShare === null &&
    a.members.length === b.members.length &&
    a.members.every(({ workload, role }, i) => b.members[i]?.workload === workload && b.members[i]?.role === role)
  )
}

function sizeOf({ gpus, wholeNodes, kind }: Unit): number {
  return gpus + wholeNodes * kind.gpusPerNode
}
