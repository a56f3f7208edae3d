import type { FleetPlacement, FleetResult } from '../../result/fleet.ts'
import { count, percent, usd, usdPerHour } from '../../units.ts'
import { kindOf } from '../kinds/index.ts'
import { counted, tightestMargin } from '../words.ts'

/** The answer in one sentence. */
export function fleetSentence(result: FleetResult): string {
  const { total, unplaced } = result
  const workloads = new Set(result.placements.map(({ workload }) => workload)).size
  const used = result.nodes.filter(({ seats }) => seats.length > 0).length
  if (result.status === 'infeasible') {
    const all = workloads + unplaced.length
    return `${unplaced.length} of ${counted(all, 'workload')} cannot be placed: ${unplaced.map(({ workload }) => workload).join(', ')}`
  }
  return `${counted(workloads, 'workload')} on ${counted(used, 'node')}: ${usdPerHour(total.usd_per_hour)}, ${usd(total.usd_per_month)} a month`
}

/** What the money is. */
export function moneyParts({ total }: FleetResult): string[] {
  const parts: [string, number][] = [
    ['rent', total.rent_usd_per_hour],
    ['electricity', total.electricity_usd_per_hour],
    ['capital of owned nodes', total.capital_usd_per_hour],
  ]
  const shown = parts.filter(([, value]) => value > 0).map(([name, value]) => `${name} ${usdPerHour(value)}`)
  const idle = total.idle_usd_per_hour > 0 ? [`of it idle ${usdPerHour(total.idle_usd_per_hour)}`] : []
  return [...shown, ...idle]
}

/** `3 + 1 spare`; of a training run the GPUs it takes. */
export function replicasText({ plan, spares }: FleetPlacement): string {
  if ('method' in plan.configuration) return counted(plan.placement.gpus, 'GPU')
  const loaded = plan.configuration.replicas - spares
  if (spares === 0) return count(loaded)
  return loaded <= 0 ? `${spares} spare` : `${loaded} + ${spares} spare`
}

/** A plan's configuration without the number of its replicas: `fp8 TP2`. */
export function configurationText({ plan, gpu_share: share }: FleetPlacement): string {
  const short = kindOf(plan)
    .short(plan)
    .replace(/ x\d[\d,]*$/, '')
  return share < 1 ? `${short}, ${percent(share, 0)} of a GPU` : short
}

/** Titles of the table of placements; the same in every format. */
export const PLACEMENTS = [
  { title: '' },
  { title: 'workload', least: 12 },
  { title: 'replicas' },
  { title: 'configuration', least: 14 },
  { title: 'GPU', least: 10 },
  { title: '$/h', align: 'right' },
  { title: 'margin' },
] as const

export function placementRow(entry: FleetPlacement, letter: string): string[] {
  const { workload, plan } = entry
  return [
    letter,
    workload,
    replicasText(entry),
    configurationText(entry),
    plan.placement.gpu,
    plan.cost.usd_per_hour === null ? '-' : usd(plan.cost.usd_per_hour),
    tightestMargin(plan),
  ]
}

/** Titles of the table of kinds of node. */
export const KINDS = [
  { title: 'nodes', least: 12 },
  { title: 'GPU', least: 10 },
  { title: 'in use', align: 'right' },
  { title: 'GPUs used', align: 'right' },
  { title: '$/h each', align: 'right' },
  { title: 'one more saves', align: 'right' },
] as const

export function kindRow(kind: FleetResult['kinds'][number]): string[] {
  const all = kind.nodes === null ? '' : ` of ${count(kind.nodes)}`
  const gpus = (kind.owned ? (kind.nodes ?? 0) : kind.nodes_used) * kind.gpus_per_node
  const share = gpus === 0 ? '-' : `${count(kind.gpus_used)} of ${count(gpus)}, ${percent(kind.gpus_used / gpus, 0)}`
  const saved = kind.saved_by_one_more_usd_per_hour
  const each = kind.owned
    ? `${usd(kind.usd_per_node_hour)} + ${usd(kind.capital_usd_per_node_hour)}`
    : usd(kind.usd_per_node_hour)
  return [
    kind.id,
    `${kind.gpus_per_node} x ${kind.gpu}`,
    `${count(kind.nodes_used)}${all}`,
    share,
    each,
    savedText(saved),
  ]
}

/** `3 more l40s nodes: $12.10/h in all`. */
export function remedyText({ text, usd_per_hour: cost }: FleetResult['remedies'][number]): string {
  return `${text}: ${usdPerHour(cost)} in all`
}

/** A person reads so many requirements; the JSON form has all. */
const MOST_REQUIREMENTS = 12

/** Requirements that cannot all hold; null where everything is placed. */
export function conflictSentence({ conflict }: FleetResult): string | null {
  if (conflict === null) return null
  const { requirements, minimal } = conflict
  const shown = requirements.slice(0, MOST_REQUIREMENTS).join('; ')
  const left = requirements.length - MOST_REQUIREMENTS
  const rest = left > 0 ? `; and ${count(left)} more, which --format json lists` : ''
  const proved = minimal ? 'Without any one of them the others can.' : 'Fewer of them may conflict already.'
  return `These cannot all hold: ${shown}${rest}. ${proved}`
}

/** The limit whose easing saves most; null where none would. */
export function limitSentence({ tightest_limit: limit }: FleetResult): string | null {
  return limit === null
    ? null
    : `Tightest limit: ${limit.limit}; ${limit.change} would save ${usdPerHour(limit.saved_usd_per_hour)}.`
}

/** The newest price that took part, and which catalog it was. */
export function pricesText({ catalog: { prices_as_of: dated, hash } }: Pick<FleetResult, 'catalog'>): string {
  return dated === null ? `catalog ${hash}` : `the newest of ${dated}, catalog ${hash}`
}

/** What one more node would save; more than it saves it may cost. */
function savedText(saved: number | null): string {
  if (saved === null) return 'not needed'
  return saved < 0 ? `costs ${usdPerHour(-saved)}` : usdPerHour(saved)
}

export function solverSentence({ solver, status }: Pick<FleetResult, 'solver' | 'status'>): string {
  const size = `${count(solver.variables)} variables x ${count(solver.constraints)} constraints`
  if (status === 'infeasible') return `${solver.name}, ${size}: proved that no placement holds all`
  return `${solver.name}, ${size}: ${gapText(solver.gap)}, every constraint checked`
}

export function moveSentence({
  action,
  workload,
  configuration,
  from,
  to,
}: NonNullable<FleetResult['moves']>[number]): string {
  const what = `${workload} (${configuration})`
  if (action === 'move') return `move ${what} from ${from} to ${to}`
  return action === 'start' ? `start ${what} on ${to}` : `stop ${what} on ${from}`
}

/** Below this share digits say nothing. */
const LEAST_GAP = 0.0001

/** How close to the cheapest an answer is proved to be. */
export function gapText(gap: number | null): string {
  if (gap === null) return 'nothing is proved'
  if (gap === 0) return 'proved cheapest'
  return `nothing is cheaper by more than ${percent(Math.max(gap, LEAST_GAP), 2)}`
}
