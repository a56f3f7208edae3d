import type { Placed, Unit } from './placement.ts'

/** Nodes by their number (from 0) with the units that stand on them; none without. */
export type Seating = ReadonlyMap<number, readonly Unit[]>

/** The numbers of the nodes on which a unit stood before, once for each time. */
export type Earlier = (unit: Unit) => readonly number[]

/** Up to so many units every way is tried where the straight one fails. */
const TRIED_THROUGH = 40
/** Ways of going on that are tried before that is given up. */
const MOST_STEPS = 20_000

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
 * whole nodes stay free; a spare only on a node without another replica of its workload. Where that leaves a unit without a place, two
 * units change theirs; of few units, every way is tried then. A unit stays where it was if it can.
 * @returns null where no way was found
 */
export function seatUnits(
  gpusPerNode: number,
  nodes: readonly number[],
  most: number,
  placed: readonly Placed[],
  earlier: Earlier = () => [],
): Seating | null {
  const order = wishesOf(placed, earlier)
  const room = new Room(gpusPerNode, nodes, most)
  if (order.every(({ unit, before }) => room.seat(unit, before) || room.seatByExchange(unit))) return room.seating()
  if (order.length > TRIED_THROUGH) return null
  const fresh = new Room(gpusPerNode, nodes, most)
  return fresh.seatAll(order) ? fresh.seating() : null
}

/** The nodes of a kind while units are put on them. */
class Room {
  readonly #seats: Seat[]
  readonly #byNode: ReadonlyMap<number, Seat>
  readonly #most: number
  #used = 0
  /** Every node before it is full. */
  #firstRoomy = 0
  #steps = 0

  constructor(gpusPerNode: number, nodes: readonly number[], most: number) {
    this.#most = most
    this.#seats = nodes.map((node) => ({
      node,
      units: [],
      gpusFree: gpusPerNode,
      holds: new Map(),
      spares: new Set(),
    }))
    this.#byNode = new Map(this.#seats.map((seat) => [seat.node, seat]))
  }

  seating(): Seating {
    return new Map(this.#seats.flatMap(({ node, units }) => (units.length === 0 ? [] : [[node, units]])))
  }

  /** On the node it was on, else the fullest that admits it. */
  seat(unit: Unit, before: number | null): boolean {
    const own = before === null ? undefined : this.#byNode.get(before)
    const seat = own !== undefined && this.#takes(own, unit) ? own : this.#fullest(unit)
    if (seat === null) return false
    this.#put(seat, unit)
    return true
  }

  /** The first of the fullest nodes that admit a unit. Neither the full nodes at the beginning nor the empty ones at the end are gone through. */
  #fullest(unit: Unit): Seat | null {
    while (this.#seats[this.#firstRoomy]?.gpusFree === 0) this.#firstRoomy += 1
    let best: Seat | null = null
    let inUse = this.#firstRoomy
    for (let place = this.#firstRoomy; place < this.#seats.length; place += 1) {
      const seat = this.#seats[place] as Seat
      if (seat.units.length > 0) inUse += 1
      if (this.#takes(seat, unit) && (best === null || seat.gpusFree < best.gpusFree)) best = seat
      if (best !== null && (best.gpusFree === unit.gpus || inUse === this.#used)) break
    }
    return best
  }

  /** Where only the company keeps a unit from a node with room: another of its size comes there, and the unit in its place. */
  seatByExchange(unit: Unit): boolean {
    for (const roomy of this.#seats) {
      if (roomy.gpusFree < unit.gpus || (roomy.units.length === 0 && this.#used >= this.#most)) continue
      for (const other of this.#seats) {
        if (other === roomy) continue
        for (const candidate of other.units) {
          if (candidate.gpus !== unit.gpus || !admits(roomy, candidate)) continue
          this.#take(other, candidate)
          if (this.#takes(other, unit)) {
            this.#put(other, unit)
            this.#put(roomy, candidate)
            return true
          }
          this.#put(other, candidate)
        }
      }
    }
    return false
  }

  /** Every unit in the order of the wishes, by trying every way. */
  seatAll(order: readonly Wish[], from = 0): boolean {
    const wish = order[from]
    if (wish === undefined) return true
    const { unit, before } = wish
    const tried = new Set<string>()
    for (const seat of this.#fullestFirst(before)) {
      if (!this.#takes(seat, unit)) continue
      // Nodes alike in room and workloads lead to the same end.
      const sort = `${seat.gpusFree} ${[...seat.holds.keys()].sort().join(',')} ${[...seat.spares].sort().join(',')}`
      if (seat.node !== before && tried.has(sort)) continue
      tried.add(sort)
      this.#steps += 1
      if (this.#steps > MOST_STEPS) return false
      this.#put(seat, unit)
      if (this.seatAll(order, from + 1)) return true
      this.#take(seat, unit)
    }
    return false
  }

  #fullestFirst(before: number | null): Seat[] {
    const own = this.#seats.filter(({ node }) => node === before)
    const others = this.#seats.filter(({ node }) => node !== before).sort((a, b) => a.gpusFree - b.gpusFree)
    return [...own, ...others]
  }

  #takes(seat: Seat, unit: Unit): boolean {
    return seat.gpusFree >= unit.gpus && (seat.units.length > 0 || this.#used < this.#most) && admits(seat, unit)
  }

  #put(seat: Seat, unit: Unit): void {
    if (seat.units.length === 0) this.#used += 1
    seat.gpusFree -= unit.gpus
    seat.units.push(unit)
    for (const { workload, role } of unit.members) {
      seat.holds.set(workload, (seat.holds.get(workload) ?? 0) + 1)
      if (role === 'spare') seat.spares.add(workload)
    }
  }

  #take(seat: Seat, unit: Unit): void {
    seat.units.splice(seat.units.lastIndexOf(unit), 1)
    if (seat.units.length === 0) this.#used -= 1
    seat.gpusFree += unit.gpus
    this.#firstRoomy = 0
    for (const { workload, role } of unit.members) {
      const count = (seat.holds.get(workload) ?? 0) - 1
      if (count === 0) seat.holds.delete(workload)
      else seat.holds.set(workload, count)
      // A spare is alone of its workload on a node.
      if (role === 'spare') seat.spares.delete(workload)
    }
  }
}

function admits({ holds, spares }: Seat, { members }: Unit): boolean {
  return members.every(({ workload, role }) => !spares.has(workload) && (role !== 'spare' || !holds.has(workload)))
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
