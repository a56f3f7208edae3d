import type { Placed, Unit } from './placement.ts'

/** Nodes by their number (from 0) with the units that stand on them; none without. */
export type Seating = ReadonlyMap<number, readonly Unit[]>

/** The numbers of the nodes on which a unit stood before, once for each time. */
export type Earlier = (unit: Unit) => readonly number[]

/** Ways of going on that are tried before seating is given up. */
const MOST_STEPS = 200_000

interface Seat {
  readonly node: number
  readonly units: Unit[]
  gpusFree: number
  /** Workloads with a replica on the node, and how many; those with a spare admit no second one. */
  readonly holds: Map<string, number>
  readonly spares: Set<string>
}

/**
 * Puts units that share nodes on at most `most` of the given nodes, the largest first, each on the fullest node that has room, so that
 * whole nodes stay free; a spare only on a node without another replica of its workload. Where that does not work out other nodes are
 * tried. A unit stays where it was if it can.
 * @returns null where no way was found
 */
export function seatUnits(
  gpusPerNode: number,
  nodes: readonly number[],
  most: number,
  placed: readonly Placed[],
  earlier: Earlier = () => [],
): Seating | null {
  const seats: Seat[] = nodes.map((node) => ({
    node,
    units: [],
    gpusFree: gpusPerNode,
    holds: new Map(),
    spares: new Set(),
  }))
  const order = wishesOf(placed, earlier)
  let used = 0
  let steps = 0
  const place = (i: number): boolean => {
    const wish = order[i]
    if (wish === undefined) return true
    const { unit, before } = wish
    const tried = new Set<string>()
    for (const seat of candidates(seats, before)) {
      const isNew = seat.units.length === 0
      if (seat.gpusFree < unit.gpus || !admits(seat, unit) || (isNew && used >= most)) continue
      // Nodes alike in room and workloads lead to the same end.
      const sort = `${seat.gpusFree} ${[...seat.holds.keys()].sort().join(',')} ${[...seat.spares].sort().join(',')}`
      if (seat.node !== before && tried.has(sort)) continue
      tried.add(sort)
      steps += 1
      if (steps > MOST_STEPS) return false
      put(seat, unit, 1)
      if (isNew) used += 1
      if (place(i + 1)) return true
      put(seat, unit, -1)
      if (isNew) used -= 1
    }
    return false
  }
  if (!place(0)) return null
  return new Map(seats.flatMap(({ node, units }) => (units.length === 0 ? [] : [[node, units]])))
}

interface Wish {
  readonly unit: Unit
  readonly before: number | null
}

/** Each unit once for each time it is placed, largest first; spares first among equals, since they have the fewest places. */
function wishesOf(placed: readonly Placed[], earlier: Earlier): Wish[] {
  const wishes = placed.flatMap(({ unit, count }) => {
    const before = earlier(unit)
    return Array.from({ length: count }, (_, i) => ({ unit, before: before[i] ?? null }))
  })
  // A sort keeps the order of equals, so the same units always stand on the same nodes.
  return wishes.sort(
    (a, b) =>
      b.unit.gpus - a.unit.gpus ||
      Number(isSpare(b.unit)) - Number(isSpare(a.unit)) ||
      Number(a.before === null) - Number(b.before === null),
  )
}

function isSpare({ members }: Unit): boolean {
  return members.some(({ role }) => role === 'spare')
}

/** The node it was on, then the fullest first. */
function candidates(seats: readonly Seat[], before: number | null): Seat[] {
  const own = seats.filter(({ node }) => node === before)
  const others = seats.filter(({ node }) => node !== before).sort((a, b) => a.gpusFree - b.gpusFree)
  return [...own, ...others]
}

function admits({ holds, spares }: Seat, { members }: Unit): boolean {
  return members.every(({ workload, role }) => !spares.has(workload) && (role !== 'spare' || !holds.has(workload)))
}

function put(seat: Seat, unit: Unit, sign: 1 | -1): void {
  seat.gpusFree -= sign * unit.gpus
  if (sign === 1) seat.units.push(unit)
  else seat.units.pop()
  for (const { workload, role } of unit.members) {
    const count = (seat.holds.get(workload) ?? 0) + sign
    if (count === 0) seat.holds.delete(workload)
    else seat.holds.set(workload, count)
    if (role === 'spare') {
      if (sign === 1) seat.spares.add(workload)
      else seat.spares.delete(workload)
    }
  }
}
