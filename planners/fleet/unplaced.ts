import type { FleetResult } from '../../src/result/fleet.ts'
import { count } from '../../src/units.ts'
import { round } from '../round.ts'
import { type Conflict, findConflict } from '../solver/conflict.ts'
import { type SolveOptions, solve } from '../solver/solve.ts'
import type { FleetNode } from './inventory.ts'
import { place } from './place.ts'
import { type FleetQuestion, MOST_NODES, type Need } from './placement.ts'
import { partsOf, placementProgram } from './placement-program.ts'
import { namesText } from './words.ts'
import { withNodes } from './worth.ts'

/** Up to so many workloads each gets the set of requirements that it fails on. */
const EXPLAINED = 3

/**
 * Parts of the time limit, together no more than the whole of it: the choice of what is left out; the conflict of all; those of
 * single workloads; remedies. A conflict may take its part twice, once to prove that there is one and once to make it small.
 */
const PARTS = { leavingOut: 1 / 4, conflict: 1 / 12, reasons: 1 / 12, remedies: 5 / 12 }

const BESIDE = 'does not fit beside what is placed'

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
  const within = (part: number): SolveOptions => ({
    ...options,
    timeLimitSeconds: options.timeLimitSeconds * part,
  })
  const elastic = placementProgram(question, { mayLeaveOut: true })
  // The number left out is whole: once less than one is open, it is the least.
  const outcome = await solve(elastic.program, {
    ...within(PARTS.leavingOut),
    gap: 0.99 / question.needs.length,
  })
  const isLeftOut = ({ workload }: Need): boolean =>
    !('values' in outcome) || (outcome.values[elastic.leftOut.get(workload) as number] ?? 0) > 0
  const left = question.needs.filter(isLeftOut)
  const rest = without(question, left)
  const conflict = await findConflict(placementProgram(question).program, within(PARTS.conflict))
  const forEach = within(PARTS.reasons / left.length)
  const unplaced: FleetResult['unplaced'] = []
  for (const need of left) {
    const runsNowhere = !question.units.some(({ members }) =>
      members.some(({ workload }) => workload === need.workload),
    )
    if (runsNowhere) unplaced.push({ workload: need.workload, reason: whyNowhere(need.workload), conflict: null })
    else if (left.length <= EXPLAINED) unplaced.push(await explained(question, rest, need, forEach))
    else unplaced.push(await inShort(question, need, forEach))
  }
  return {
    rest,
    unplaced,
    conflict: conflictOf(conflict, question),
    remedies: await remediesOf(question, kinds, within(PARTS.remedies)),
  }
}

/** With the set of requirements that it fails on. */
async function explained(
  question: FleetQuestion,
  rest: FleetQuestion,
  need: Need,
  options: SolveOptions,
): Promise<FleetResult['unplaced'][number]> {
  const asked = restricted(question, [...rest.needs, need])
  const found = await findConflict(placementProgram(asked).program, options)
  return {
    workload: need.workload,
    reason: found === null ? BESIDE : reasonOf(need, found.requirements, question),
    conflict: conflictOf(found, question),
  }
}

/** Whether it fails by itself or for want of room beside the others. */
async function inShort(
  question: FleetQuestion,
  need: Need,
  options: SolveOptions,
): Promise<FleetResult['unplaced'][number]> {
  const { status } = await solve(placementProgram(restricted(question, [need])).program, options)
  const reason = status === 'infeasible' ? 'does not fit even alone' : BESIDE
  return { workload: need.workload, reason, conflict: null }
}

function conflictOf(found: Conflict | null, question: FleetQuestion): FleetResult['conflict'] {
  if (found === null) return null
  // Limits first: they are few, and what one can change.
  const ofWorkloads = (requirement: string): number => Number(['carry', 'spare'].includes(partsOf(requirement).what))
  const requirements = [...found.requirements].sort((a, b) => ofWorkloads(a) - ofWorkloads(b))
  return { requirements: requirements.map((each) => inWords(each, question)), minimal: found.minimal }
}

function without(question: FleetQuestion, left: readonly Need[]): FleetQuestion {
  return restricted(
    question,
    question.needs.filter((need) => !left.includes(need)),
  )
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
function inWords(requirement: string, { kinds, needs }: FleetQuestion): string {
  const { what, name } = partsOf(requirement)
  switch (what) {
    case 'carry':
      return `${name} carries its load`
    case 'spare':
      return `${name} keeps ${counted(needs.find(({ workload }) => workload === name)?.spares ?? 0, 'spare replica')} apart`
    case 'nodes': {
      const nodes = kinds.find(({ id }) => id === name)?.nodes ?? null
      return nodes === null
        ? `a fleet has at most ${count(MOST_NODES)} nodes of ${name}`
        : `${name} has ${counted(nodes, 'node')}`
    }
    case 'limit':
      return name
  }
}

function counted(number: number, singular: string): string {
  return `${number} ${singular}${number === 1 ? '' : 's'}`
}

function reasonOf({ workload }: Need, requirements: readonly string[], question: FleetQuestion): string {
  const parts = requirements.map((text) => ({ text, ...partsOf(text) }))
  const limits = parts
    .filter(({ what }) => what === 'nodes' || what === 'limit')
    .map(({ text }) => inWords(text, question))
  const others = parts.filter(({ what, name }) => what === 'carry' && name !== workload).map(({ name }) => name)
  const spared = parts.some(({ what, name }) => what === 'spare' && name === workload) ? ' with its spare replicas' : ''
  const beside = others.length === 0 ? '' : ` beside ${namesText(others)}`
  return `does not fit${spared}${beside}${limits.length === 0 ? '' : `: ${limits.join(', ')}`}`
}

/** More nodes of one kind, or one limit lifted, such that everything is placed; the least of each that the time suffices to find. */
async function remediesOf(
  question: FleetQuestion,
  kinds: readonly FleetNode[],
  whole: SolveOptions,
): Promise<FleetResult['remedies']> {
  const countable = kinds.filter(({ nodes }) => nodes !== null).length
  const solves = 2 * countable + question.limits.length
  const options = { ...whole, timeLimitSeconds: whole.timeLimitSeconds / Math.max(1, solves) }
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

/** Nodes of a kind with which everything is placed, the least to within the gap; null where no number helps. */
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
  const found = await place(counted, options)
  if (found.status !== 'optimal' && found.status !== 'feasible') return null
  return Math.max(have + 1, found.placement.seats.get(kind.id)?.size ?? 0)
}
