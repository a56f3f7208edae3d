import { readResults } from '../../src/diff/read-result.ts'
import type { FleetResult, Move } from '../../src/result/fleet.ts'
import { inputError } from '../../src/scenario/diagnostic.ts'
import type { NodeKind, Unit } from './placement.ts'
import type { Earlier } from './seat.ts'

type Seats = Pick<FleetResult, 'nodes' | 'placements'>

/**
 * The earlier result of a fleet.
 * @throws InputError where the file holds something else, or is of another version.
 */
export function earlierResult({ file, value }: { readonly file: string; readonly value: unknown }): FleetResult {
  const [only, ...more] = readResults(value, file)
  if (only?.kind === 'fleet' && more.length === 0) return only
  const what = only === undefined || more.length > 0 ? 'several results' : `a result of kind ${only.kind}`
  throw inputError(`the file holds ${what}, not that of a fleet`, {
    position: { file },
    hint: 'save one with plan FLEET.yaml --format json --output FILE',
  })
}

/** A replica as earlier and later results can both name it. */
function seatKey(result: Seats, seat: FleetResult['nodes'][number]['seats'][number]): string {
  const plan = result.placements[seat.placement]?.plan
  return JSON.stringify([seat.workload, plan === undefined ? null : runningKey(plan.configuration), seat.gpus])
}

/** A configuration without the number of its replicas, in the order of its keys. */
function runningKey(configuration: object): string {
  const { replicas: _, ...rest } = configuration as Record<string, unknown>
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Number (from 0) of a node called as `nodeName` does. */
function numberOf(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 1) - 1
}

/** On which nodes of a kind each unit stood in the earlier result: by workload and configuration, spares alike. */
export function earlierSeats(earlier: FleetResult): (kind: NodeKind) => Earlier {
  const known = new Map<string, number[]>()
  for (const node of earlier.nodes) {
    for (const seat of node.seats) {
      const plan = earlier.placements[seat.placement]?.plan
      if (plan === undefined) continue
      const key = JSON.stringify([node.kind, seat.workload, runningKey(plan.configuration), seat.gpus])
      known.set(key, [...(known.get(key) ?? []), numberOf(node.name)])
    }
  }
  return (kind) => (unit) => known.get(unitKey(kind, unit)) ?? []
}

function unitKey(kind: NodeKind, unit: Unit): string {
  const [member] = unit.members
  const gpus = unit.wholeNodes > 0 ? kind.gpusPerNode : unit.gpus
  return JSON.stringify([kind.id, member?.workload, runningKey(member?.option.configuration ?? {}), gpus])
}

/** How many of each unit the earlier result had, by the unit's id. */
export function earlierCounts(units: readonly Unit[], seats: (kind: NodeKind) => Earlier): Map<string, number> {
  const counts = new Map<string, number>()
  for (const unit of units) {
    const standing = seats(unit.kind)(unit).length
    if (standing > 0) counts.set(unit.id, unit.wholeNodes > 0 ? Math.floor(standing / unit.wholeNodes) : standing)
  }
  return counts
}

/** What to stop, start and move to get from one placement to another. */
export function movesBetween(before: FleetResult, after: Seats): Move[] {
  const was = countsOf(before)
  const is = countsOf(after)
  const stops: Move[] = []
  const starts: Move[] = []
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const { workload, configuration, node } = (is.get(key) ?? was.get(key)) as Standing
    const difference = (is.get(key)?.count ?? 0) - (was.get(key)?.count ?? 0)
    for (let i = 0; i < -difference; i++) stops.push({ action: 'stop', workload, configuration, from: node, to: null })
    for (let i = 0; i < difference; i++) starts.push({ action: 'start', workload, configuration, from: null, to: node })
  }
  const moves: Move[] = []
  for (const stop of [...stops]) {
    // On the same node it is the same format with other settings: that is stopped and started.
    const start = starts.find(
      ({ workload, configuration, to }) =>
        workload === stop.workload && configuration === stop.configuration && to !== stop.from,
    )
    if (start === undefined) continue
    stops.splice(stops.indexOf(stop), 1)
    starts.splice(starts.indexOf(start), 1)
    moves.push({ ...stop, action: 'move', to: start.to })
  }
  return [...stops, ...moves, ...starts]
}

interface Standing {
  readonly workload: string
  readonly configuration: string
  readonly node: string
  count: number
}

function countsOf(result: Seats): Map<string, Standing> {
  const counts = new Map<string, Standing>()
  for (const node of result.nodes) {
    for (const seat of node.seats) {
      const key = `${node.name} ${seatKey(result, seat)}`
      const plan = result.placements[seat.placement]?.plan
      const known = counts.get(key)
      if (known !== undefined) known.count += 1
      else counts.set(key, { workload: seat.workload, configuration: shortOf(plan), node: node.name, count: 1 })
    }
  }
  return counts
}

/** `fp8 TP2`, `qlora on 2 GPUs`. */
function shortOf(plan: FleetResult['placements'][number]['plan'] | undefined): string {
  if (plan === undefined) return ''
  const { configuration: c } = plan
  if ('method' in c) return c.method
  const degrees = [
    c.tensor_parallel > 1 ? ` TP${c.tensor_parallel}` : '',
    c.pipeline_parallel > 1 ? ` PP${c.pipeline_parallel}` : '',
  ]
  return `${c.quantization}${degrees.join('')}`
}
