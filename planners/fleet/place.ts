import type { SolverName } from '../solver/outcome.ts'
import { relaxation } from '../solver/program.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import { leastNodesOf, placedOneByOne } from './one-by-one.ts'
import type { FleetQuestion, NodeKind, Placed, Unit } from './placement.ts'
import { ownUsdPerHour, type ProgramVariant, placementProgram } from './placement-program.ts'
import { type Earlier, type Seating, seatUnits } from './seat.ts'
import { trimmed } from './trim.ts'

/** Units on nodes: everything is placed and every limit holds. */
export interface Placement {
  readonly placed: readonly Placed[]
  /** By id of the kind: which of its nodes hold what. Whole nodes hold one unit, which may span several. */
  readonly seats: ReadonlyMap<string, Seating>
  /** Rent and electricity of the nodes in use, runs by their share of the time. */
  readonly usdPerHour: number
}

/** Which solver answered, how large the program was and what is proved. */
export interface Proof {
  readonly solver: SolverName
  readonly variables: number
  readonly constraints: number
  /** Share by which something cheaper may exist; null where a limit came before any bound. */
  readonly gap: number | null
  /** Nothing costs less than this an hour. */
  readonly bound: number | null
}

/** The relaxation takes milliseconds; so much it has even where the time is over, so that something is proved. */
const LEAST_SECONDS = 3

export type PlaceOutcome =
  | { readonly status: 'optimal' | 'feasible'; readonly placement: Placement; readonly proof: Proof }
  | { readonly status: 'infeasible'; readonly proof: Proof }
  | { readonly status: 'unknown'; readonly why: string; readonly proof: Proof }

/**
 * The cheapest placement, seated. The program settles how many of each unit stand on each kind of node and on how many nodes; seating then
 * gives each its node. Only spares that must stand apart can make that fail: then more nodes are used, or nodes are given to spares whole,
 * whichever is cheaper, and where a fleet is small enough a program that gives every unit its node finds what is cheaper still, or proves
 * that nothing is. Else the gap is that to the first program's bound.
 */
export async function place(
  question: FleetQuestion,
  options: SolveOptions,
  earlier: (kind: NodeKind) => Earlier = () => () => [],
  variant: ProgramVariant = {},
): Promise<PlaceOutcome> {
  const built = placementProgram(question, variant)
  const outcome = await solve(built.program, options)
  const record = { solver: outcome.solver, variables: outcome.variables, constraints: outcome.constraints }
  const nothing: Proof = { ...record, gap: null, bound: null }
  if (outcome.status === 'infeasible') return { status: 'infeasible', proof: nothing }
  if (outcome.status === 'unknown') {
    const found = variant.keep === undefined ? await oneByOne(question, options, earlier) : null
    if (found === null) return { status: 'unknown', why: outcome.why, proof: nothing }
    const seconds = Math.max(LEAST_SECONDS, options.timeLimitSeconds)
    const least = await solve(relaxation(built.program), { ...options, timeLimitSeconds: seconds })
    return {
      status: 'feasible',
      placement: found,
      proof: { ...record, ...proofOf(found, least.status === 'optimal' ? least.objective : null) },
    }
  }
  if (outcome.status === 'unbounded') throw new Error('nodes have no negative price')
  const placed = trimmed(built.placedBy(outcome.values), question)
  const nodesOf = (kind: NodeKind): number => built.nodesInUse(kind, outcome.values)
  const seated = seatAll(question, placed, nodesOf, earlier)
  const bound = variant.keep === undefined ? outcome.bound : null
  if (seated !== null) {
    const { gap } = proofOf(seated, bound)
    const isProved = outcome.status === 'optimal'
    return {
      status: isProved ? 'optimal' : 'feasible',
      placement: seated,
      proof: { ...record, bound, gap: isProved ? Math.min(gap ?? outcome.relativeGap, outcome.relativeGap) : gap },
    }
  }
  const candidates = [
    seatAll(question, placed, nodesOf, earlier, true),
    await withSparesOnWholeNodes(question, options, earlier),
  ]
  const best = cheapestOf(candidates)
  const exact = variant.keep === undefined ? await nodeByNode(question, options, best, earlier) : null
  const placement = exact?.placement ?? best
  if (placement === null)
    return { status: 'unknown', why: 'no nodes were found on which the spares stand apart', proof: nothing }
  const proof = { ...record, ...proofOf(placement, exact?.bound ?? bound) }
  return { status: proof.gap !== null && proof.gap <= options.gap ? 'optimal' : 'feasible', placement, proof }
}

/** Of equal ones the first; null where there is none. */
function cheapestOf(placements: readonly (Placement | null)[]): Placement | null {
  const [first] = placements.filter((each) => each !== null).sort((a, b) => a.usdPerHour - b.usdPerHour)
  return first ?? null
}

/** Variables up to which every unit is given its node: such programs take a second or two, and are given so many. */
const MOST_SEATS = 1500
const SEATING_SECONDS = 10

/**
 * The cheapest placement by a program that gives units their nodes on every kind where spares share them, and what it proves.
 * @param known a placement that is no cheaper than the best: it says how many nodes can be of use
 * @returns null where the program is too large or finds nothing within its time
 */
async function nodeByNode(
  question: FleetQuestion,
  options: SolveOptions,
  known: Placement | null,
  earlier: (kind: NodeKind) => Earlier,
): Promise<{ readonly placement: Placement | null; readonly bound: number | null } | null> {
  const slots = new Map<string, number>()
  let seats = 0
  for (const kind of question.kinds) {
    const sharing = question.units.filter(({ kind: own, wholeNodes }) => own === kind && wholeNodes === 0)
    if (!sharing.some(({ members }) => members.some(({ role }) => role === 'spare'))) continue
    const affordable =
      known === null || kind.usdPerHour === 0
        ? Number.POSITIVE_INFINITY
        : Math.floor(known.usdPerHour / kind.usdPerHour + 1e-6)
    const useful = sharing.reduce((sum, { most }) => sum + most, 0)
    const most = Math.min(kind.nodes ?? Number.POSITIVE_INFINITY, affordable, useful)
    slots.set(kind.id, most)
    seats += most * (sharing.length + 2)
  }
  if (seats > MOST_SEATS) return null
  const built = placementProgram(question, { nodeByNode: slots })
  const timeLimitSeconds = Math.min(options.timeLimitSeconds, SEATING_SECONDS)
  const outcome = await solve(built.program, { ...options, timeLimitSeconds })
  if (outcome.status !== 'optimal' && outcome.status !== 'feasible') return null
  const nodesOf = (kind: NodeKind): number => built.nodesInUse(kind, outcome.values)
  const placed = built.placedBy(outcome.values)
  const found =
    seatAll(question, trimmed(placed, question), nodesOf, earlier) ?? seatAll(question, placed, nodesOf, earlier)
  return { placement: cheapestOf([known, found]), bound: outcome.bound }
}

function proofOf({ usdPerHour }: Placement, bound: number | null): Pick<Proof, 'gap' | 'bound'> {
  if (bound === null) return { gap: null, bound }
  return { bound, gap: usdPerHour <= bound ? 0 : (usdPerHour - bound) / usdPerHour }
}

/** Workload by workload, on as few nodes as hold them all. */
async function oneByOne(
  question: FleetQuestion,
  options: SolveOptions,
  earlier: (kind: NodeKind) => Earlier,
): Promise<Placement | null> {
  const placed = await placedOneByOne(question, options)
  return placed === null ? null : seatAll(question, placed, (kind) => leastNodesOf(kind, placed), earlier, true)
}

async function withSparesOnWholeNodes(
  question: FleetQuestion,
  options: SolveOptions,
  earlier: (kind: NodeKind) => Earlier,
): Promise<Placement | null> {
  const units = question.units.map((unit): Unit => {
    const isShared = unit.wholeNodes === 0 && unit.members.some(({ role }) => role === 'spare')
    return isShared ? { ...unit, gpus: 0, wholeNodes: 1 } : unit
  })
  const apart = { ...question, units }
  const built = placementProgram(apart)
  const outcome = await solve(built.program, options)
  if (outcome.status !== 'optimal' && outcome.status !== 'feasible') return null
  const placed = trimmed(built.placedBy(outcome.values), apart)
  return seatAll(apart, placed, (kind) => built.nodesInUse(kind, outcome.values), earlier, true)
}

/** Gives every unit its node. With `more`, nodes beyond those that the program uses are taken where limits leave any. */
function seatAll(
  question: FleetQuestion,
  placed: readonly Placed[],
  nodesOf: (kind: NodeKind) => number,
  earlierOn: (kind: NodeKind) => Earlier,
  more = false,
): Placement | null {
  const seats = new Map<string, Seating>()
  for (const kind of question.kinds) {
    const own = placed.filter(({ unit }) => unit.kind === kind)
    const seating = seatKind(kind, own, nodesOf(kind), earlierOn(kind), more)
    if (seating === null) return null
    seats.set(kind.id, seating)
  }
  const isWithin = question.limits.every(
    ({ kinds, counts, most }) =>
      question.kinds
        .filter(({ id }) => kinds.includes(id))
        .reduce((sum, kind) => sum + (seats.get(kind.id)?.size ?? 0) * (counts === 'gpus' ? kind.gpusPerNode : 1), 0) <=
      most,
  )
  return isWithin ? { placed, seats, usdPerHour: costOf(question, placed, seats) } : null
}

function seatKind(
  kind: NodeKind,
  placed: readonly Placed[],
  inUse: number,
  earlier: Earlier,
  more: boolean,
): Seating | null {
  const whole = placed.filter(({ unit }) => unit.wholeNodes > 0)
  const sharing = placed.filter(({ unit }) => unit.wholeNodes === 0)
  const alwaysWhole = whole.reduce(
    (sum, { unit, count }) => sum + (unit.paidShare === null ? unit.wholeNodes * count : 0),
    0,
  )
  const forRuns = whole.reduce(
    (sum, { unit, count }) => sum + (unit.paidShare === null ? 0 : unit.wholeNodes * count),
    0,
  )
  const replicas = sharing.reduce((sum, { count }) => sum + count, 0)
  const known = placed.flatMap(({ unit }) => earlier(unit))
  const most = more ? Math.min(kind.nodes ?? Number.POSITIVE_INFINITY, inUse + forRuns + replicas) : inUse + forRuns
  const numbers = Array.from(
    { length: Math.max(kind.nodes ?? most, ...known.map((node) => node + 1), most) },
    (_, i) => i,
  )
  const seating = new Map<number, readonly Unit[]>()
  const free = new Set(numbers)
  for (const { unit, count } of whole) {
    const before = earlier(unit).filter((node) => free.has(node))
    const taken = [...before, ...[...free].filter((node) => !before.includes(node))].slice(0, count * unit.wholeNodes)
    if (taken.length < count * unit.wholeNodes) return null
    for (const node of taken) {
      free.delete(node)
      seating.set(node, [unit])
    }
  }
  for (let nodes = inUse - alwaysWhole; nodes <= most - alwaysWhole - forRuns; nodes++) {
    const seated = seatUnits(kind.gpusPerNode, [...free], nodes, sharing, earlier)
    if (seated !== null) return new Map([...seating, ...seated].sort(([a], [b]) => a - b))
  }
  return null
}

function costOf({ kinds }: FleetQuestion, placed: readonly Placed[], seats: Placement['seats']): number {
  const nodes = kinds.reduce((sum, kind) => {
    const units = [...(seats.get(kind.id)?.values() ?? [])]
    return sum + units.filter(([first]) => first?.paidShare === null).length * kind.usdPerHour
  }, 0)
  return nodes + placed.reduce((sum, { unit, count }) => sum + count * ownUsdPerHour(unit), 0)
}
