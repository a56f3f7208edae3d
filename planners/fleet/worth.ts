import type { FleetResult } from '../../src/result/fleet.ts'
import { round } from '../round.ts'
import { relaxation } from '../solver/program.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import type { FleetNode } from './inventory.ts'
import type { FleetQuestion, Limit, NodeKind } from './placement.ts'
import { placementProgram } from './placement-program.ts'

/** Up to so many variables every change is solved anew; larger programs are judged by their relaxation, which takes no time. */
const SOLVED_ANEW = 150

/** What easing a limit saves, US dollars an hour of rent and electricity. */
export interface Worth {
  /** By id of the kind: what one more node would save after its own capital; only where all nodes are in use. */
  readonly oneMore: ReadonlyMap<string, number>
  readonly tightest: FleetResult['tightest_limit']
  /** False where the savings are those of the relaxation. */
  readonly exact: boolean
}

/**
 * What one more node of each kind would save, and which limit it would be worth most to ease.
 * @param used nodes in use, by kind
 */
export async function worthOf(
  question: FleetQuestion,
  kinds: readonly FleetNode[],
  used: ReadonlyMap<string, number>,
  options: SolveOptions,
): Promise<Worth> {
  const exact = placementProgram(question).program.variables.length <= SOLVED_ANEW
  const costOf = async (changed: FleetQuestion): Promise<number | null> => {
    const { program } = placementProgram(changed)
    const outcome = await solve(exact ? program : relaxation(program), options)
    return outcome.status === 'optimal' || outcome.status === 'feasible' ? outcome.objective : null
  }
  const cost = await costOf(question)
  if (cost === null) return { oneMore: new Map(), tightest: null, exact }
  const savedBy = async (changed: FleetQuestion): Promise<number> => {
    const less = await costOf(changed)
    // A solution is only as good as its gap: no change can make things dearer.
    return less === null ? 0 : Math.max(0, cost - less)
  }
  const oneMore = new Map<string, number>()
  let tightest: FleetResult['tightest_limit'] = null
  const consider = (limit: string, change: string, saved: number): void => {
    if (saved > 1e-6 && saved > (tightest?.saved_usd_per_hour ?? 0))
      tightest = { limit, change, saved_usd_per_hour: round(saved) }
  }
  for (const kind of kinds) {
    if (kind.nodes === null || (used.get(kind.id) ?? 0) < kind.nodes) continue
    const saved = await savedBy(withNodes(question, kind, kind.nodes + 1))
    oneMore.set(kind.id, round(saved - kind.capitalUsdPerHour))
    consider(`${kind.nodes} nodes of ${kind.id}`, `one more node of ${kind.id}`, saved - kind.capitalUsdPerHour)
  }
  for (const limit of question.limits) {
    const step = stepOf(limit, question.kinds)
    const limits = question.limits.map((each) => (each === limit ? { ...each, most: each.most + step } : each))
    const saved = await savedBy({ ...question, limits })
    consider(limit.id, `${step} more ${limit.counts === 'gpus' ? 'GPUs' : 'instances'}`, saved)
  }
  return { oneMore, tightest, exact }
}

/** The fleet with another number of nodes of a kind. */
export function withNodes(question: FleetQuestion, kind: NodeKind, nodes: number | null): FleetQuestion {
  const changed = { ...(question.kinds.find(({ id }) => id === kind.id) as NodeKind), nodes }
  return {
    ...question,
    kinds: question.kinds.map((each) => (each.id === kind.id ? changed : each)),
    units: question.units.map((unit) => (unit.kind.id === kind.id ? { ...unit, kind: changed } : unit)),
  }
}

/** The least by which easing a limit lets another node in. */
function stepOf({ kinds, counts }: Limit, all: readonly NodeKind[]): number {
  if (counts === 'nodes') return 1
  return Math.max(1, ...all.filter(({ id }) => kinds.includes(id)).map(({ gpusPerNode }) => gpusPerNode))
}
