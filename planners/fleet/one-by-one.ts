import { type SolveOptions, solve } from '../solver/solve.ts'
import type { FleetQuestion, NodeKind, Placed, Unit } from './placement.ts'
import { placementProgram } from './placement-program.ts'
import { trimmed } from './trim.ts'

/** One workload takes milliseconds to place about as cheaply as can be; so much a busy machine has for it even where the time is over. */
const LEAST_SECONDS = 3
const GAP = 0.05

/**
 * A placement found workload by workload, the largest first, each the cheapest way on what those before it left. For fleets of which the
 * whole program had no point within its time; nothing is proved of it.
 * @returns null where a workload found no room
 */
export async function placedOneByOne(question: FleetQuestion, options: SolveOptions): Promise<Placed[] | null> {
  const { needs } = question
  const seconds = Math.max(LEAST_SECONDS, options.timeLimitSeconds / Math.max(1, needs.length))
  const each = { ...options, gap: Math.max(GAP, options.gap), timeLimitSeconds: seconds }
  const leastGpus = new Map(needs.map(({ workload }) => [workload, leastGpusOf(workload, question)]))
  const sizeOf = (workload: string): number => leastGpus.get(workload) ?? 0
  const order = [...needs].sort((a, b) => sizeOf(b.workload) - sizeOf(a.workload) || (a.workload < b.workload ? -1 : 1))
  const original = new Map(question.units.map((unit) => [unit.id, unit]))
  const placed: Placed[] = []
  for (const need of order) {
    const rest = left(question, placed)
    const own = rest.units.filter(({ members: [member] }) => member?.workload === need.workload)
    const asked = { ...rest, needs: [need], units: own }
    const built = placementProgram(asked)
    const outcome = await solve(built.program, each)
    if (outcome.status !== 'optimal' && outcome.status !== 'feasible') return null
    for (const { unit, count } of trimmed(built.placedBy(outcome.values), asked)) {
      placed.push({ unit: original.get(unit.id) as Unit, count })
    }
  }
  return placed
}

/** Nodes that units take at least: those that share nodes fill them, the others take theirs whole. Runs that end are not counted. */
export function leastNodesOf({ id, gpusPerNode }: NodeKind, placed: readonly Placed[]): number {
  const own = placed.filter(({ unit }) => unit.kind.id === id && unit.paidShare === null)
  const gpus = own.reduce((sum, { unit, count }) => sum + unit.gpus * count, 0)
  return Math.ceil(gpus / gpusPerNode) + own.reduce((sum, { unit, count }) => sum + unit.wholeNodes * count, 0)
}

function nodesOfRuns({ id }: NodeKind, placed: readonly Placed[]): number {
  const runs = placed.filter(({ unit }) => unit.kind.id === id && unit.paidShare !== null)
  return runs.reduce((sum, { unit, count }) => sum + unit.wholeNodes * count, 0)
}

/** GPUs that carry a workload where they carry it best. */
function leastGpusOf(workload: string, { units }: FleetQuestion): number {
  return Math.min(
    ...units.flatMap((unit) =>
      unit.members
        .filter((member) => member.workload === workload && member.amount > 0)
        .map(({ amount }) => (unit.gpus + unit.wholeNodes * unit.kind.gpusPerNode) / amount),
    ),
  )
}

/** What is left of nodes and limits, with what is placed packed as closely as it might be: seating finds out whether it can. */
function left(question: FleetQuestion, placed: readonly Placed[]): FleetQuestion {
  const taken = new Map(question.kinds.map((kind) => [kind.id, leastNodesOf(kind, placed) + nodesOfRuns(kind, placed)]))
  const kinds = question.kinds.map((kind) =>
    kind.nodes === null ? kind : { ...kind, nodes: Math.max(0, kind.nodes - (taken.get(kind.id) ?? 0)) },
  )
  const byId = new Map(kinds.map((kind) => [kind.id, kind]))
  const limits = question.limits.map((limit) => {
    const used = limit.kinds.reduce((sum, id) => {
      const gpus = limit.counts === 'gpus' ? (byId.get(id)?.gpusPerNode ?? 1) : 1
      return sum + (taken.get(id) ?? 0) * gpus
    }, 0)
    return { ...limit, most: Math.max(0, limit.most - used) }
  })
  const units = question.units
    // Those of several workloads are left to the whole program.
    .filter(({ members }) => members.length === 1)
    .map((unit) => ({ ...unit, kind: byId.get(unit.kind.id) as NodeKind }))
  return { ...question, kinds, limits, units }
}
