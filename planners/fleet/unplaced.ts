import type { FleetResult } from '../../src/result/fleet.ts'
import { round } from '../round.ts'
import { findConflict } from '../solver/conflict.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import type { FleetNode } from './inventory.ts'
import { place } from './place.ts'
import type { FleetQuestion, Need } from './placement.ts'
import { placementProgram } from './placement-program.ts'
import { withNodes } from './worth.ts'

/** Why not everything can be placed, and what can. */
export interface Shortage {
  /** The fleet without what cannot be placed. */
  readonly rest: FleetQuestion
  readonly unplaced: FleetResult['unplaced']
  readonly conflict: FleetResult['conflict']
  readonly remedies: FleetResult['remedies']
}

/** Leaves out as few workloads as possible, and says of each what it fails on. */
export async function shortageOf(
  question: FleetQuestion,
  kinds: readonly FleetNode[],
  options: SolveOptions,
  whyNowhere: (workload: string) => string,
): Promise<Shortage> {
  const elastic = placementProgram(question, { mayLeaveOut: true })
  const outcome = await solve(elastic.program, { ...options, gap: 0 })
  const isLeftOut = ({ workload }: Need): boolean =>
    !('values' in outcome) || (outcome.values[elastic.leftOut.get(workload) as number] ?? 0) > 0
  const left = question.needs.filter(isLeftOut)
  const rest = without(question, left)
  const conflict = await findConflict(placementProgram(question).program, options)
  const unplaced: FleetResult['unplaced'] = []
  for (const need of left) {
    const own = await findConflict(placementProgram(only(question, rest, need)).program, options)
    const runsNowhere = !question.units.some(({ members }) =>
      members.some(({ workload }) => workload === need.workload),
    )
    unplaced.push({
      workload: need.workload,
      reason: runsNowhere ? whyNowhere(need.workload) : reasonOf(need, own?.requirements ?? []),
      conflict: own === null ? null : { requirements: own.requirements.map(inWords), minimal: own.minimal },
    })
  }
  return {
    rest,
    unplaced,
    conflict:
      conflict === null ? null : { requirements: conflict.requirements.map(inWords), minimal: conflict.minimal },
    remedies: await remediesOf(question, kinds, options),
  }
}

function without(question: FleetQuestion, left: readonly Need[]): FleetQuestion {
  return restricted(
    question,
    question.needs.filter((need) => !left.includes(need)),
  )
}

/** What is placed and one more. */
function only(question: FleetQuestion, rest: FleetQuestion, need: Need): FleetQuestion {
  return restricted(question, [...rest.needs, need])
}

function restricted(question: FleetQuestion, needs: readonly Need[]): FleetQuestion {
  const wanted = new Set(needs.map(({ workload }) => workload))
  return {
    ...question,
    needs,
    units: question.units.filter(({ members }) => members.every(({ workload }) => wanted.has(workload))),
  }
}

/** A row's name in the words of a report. */
export function inWords(requirement: string): string {
  const [what, ...rest] = requirement.split(' ')
  const name = rest.join(' ')
  switch (what) {
    case 'carry':
      return `${name} carries its load`
    case 'spare':
      return `${name} keeps its spare replicas on nodes of their own`
    case 'nodes':
      return `there are no more nodes of ${name}`
    default:
      return `the limit ${name} holds`
  }
}

function reasonOf({ workload, spares }: Need, requirements: readonly string[]): string {
  const limits = requirements
    .filter((each) => each.startsWith('nodes ') || each.startsWith('limit '))
    .map((each) => each.slice(6))
  const others = requirements
    .filter((each) => each.startsWith('carry ') && each !== `carry ${workload}`)
    .map((each) => each.slice(6))
  const beside = others.length === 0 ? '' : ` beside ${others.join(', ')}`
  const spared = requirements.includes(`spare ${workload}`) && spares > 0 ? ' with its spare replicas' : ''
  if (limits.length === 0) return `does not fit${spared}${beside}`
  return `does not fit${spared}${beside}: ${limits.length === 1 ? 'the limit' : 'the limits'} ${limits.join(' and ')}`
}

/** More nodes of one kind, or one limit lifted, such that everything is placed; the least of each. */
async function remediesOf(
  question: FleetQuestion,
  kinds: readonly FleetNode[],
  options: SolveOptions,
): Promise<FleetResult['remedies']> {
  const remedies: { text: string; usd_per_hour: number }[] = []
  const attempt = async (
    changed: FleetQuestion,
    text: (nodes: (kind: string) => number) => string,
    extra: (nodes: (kind: string) => number) => number,
  ): Promise<void> => {
    const found = await place(changed, options)
    if (found.status !== 'optimal' && found.status !== 'feasible') return
    const nodes = (kind: string): number => found.placement.seats.get(kind)?.size ?? 0
    const capital = kinds.reduce((sum, kind) => sum + kind.capitalUsdPerHour * (kind.nodes ?? 0), 0)
    remedies.push({ text: text(nodes), usd_per_hour: round(found.placement.usdPerHour + capital + extra(nodes)) })
  }
  for (const kind of kinds) {
    const { nodes: have } = kind
    if (have === null) continue
    const needed = await leastNodes(question, kind, have, options)
    if (needed === null) continue
    await attempt(
      withNodes(question, kind, needed),
      () => `${needed - have} more ${needed - have === 1 ? 'node' : 'nodes'} of ${kind.id} (${needed} in all)`,
      () => kind.capitalUsdPerHour * (needed - have),
    )
  }
  for (const limit of question.limits) {
    await attempt(
      { ...question, limits: question.limits.filter((each) => each !== limit) },
      (nodes) => {
        const used = limit.kinds.reduce((sum, id) => {
          const kind = question.kinds.find((each) => each.id === id)
          return sum + nodes(id) * (limit.counts === 'gpus' ? (kind?.gpusPerNode ?? 1) : 1)
        }, 0)
        return `${limit.id}: raised to ${used}`
      },
      () => 0,
    )
  }
  return remedies.sort((a, b) => a.usd_per_hour - b.usd_per_hour || (a.text < b.text ? -1 : 1))
}

/** The least number of nodes of a kind with which everything is placed; null where no number helps. */
async function leastNodes(
  question: FleetQuestion,
  kind: FleetNode,
  have: number,
  options: SolveOptions,
): Promise<number | null> {
  const unlimited = withNodes(question, kind, null)
  const changed = unlimited.kinds.map((each) => ({ ...each, usdPerHour: each.id === kind.id ? 1 : 0 }))
  const byId = new Map(changed.map((each) => [each.id, each]))
  const counted = {
    ...unlimited,
    kinds: changed,
    units: unlimited.units.map((unit) => ({
      ...unit,
      kind: byId.get(unit.kind.id) as FleetNode,
      ...(unit.paidShare === null ? {} : { paidShare: 1 }),
    })),
  }
  const found = await place(counted, { ...options, gap: 0 })
  if (found.status !== 'optimal') return null
  return Math.max(have + 1, found.placement.seats.get(kind.id)?.size ?? 0)
}
