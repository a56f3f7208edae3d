import type { Catalog } from '../../src/catalog/catalog.ts'
import { HOURS_PER_MONTH } from '../../src/cost/money.ts'
import { wholeFor } from '../round.ts'
import { servingOptions } from '../supply/serving.ts'
import { type MachineKind, type RunOption, trainingOptions } from '../supply/training.ts'
import { MOST_UNITS, type Need, type NodeKind, type Unit } from './placement.ts'
import type { FleetWorkload } from './requests.ts'
import { servingUnits } from './units.ts'

/** What a workload asks for, and every way of meeting it on the nodes it may stand on. */
export interface Supply {
  readonly need: Need
  readonly units: readonly Unit[]
}

export function supplyOf(workload: FleetWorkload, catalog: Catalog): Supply {
  const need = { workload: workload.name, spares: workload.kind === 'serve' ? workload.request.redundancy : 0 }
  if (workload.kinds.length === 0) return { need, units: [] }
  return { need, units: workload.kind === 'serve' ? replicaUnits(workload, catalog) : runUnits(workload, catalog) }
}

type Serving = Extract<FleetWorkload, { kind: 'serve' }>
type Training = Extract<FleetWorkload, { kind: 'train' }>

function replicaUnits({ name, request, kinds }: Serving, catalog: Catalog): Unit[] {
  return servingUnits(
    {
      id: name,
      capacity: demandOf({ request }),
      spares: request.redundancy,
      options: servingOptions(request, catalog, linksOf(kinds), largestOf(kinds)),
    },
    kinds,
  )
}

/** What all replicas together must carry, in the unit of an option's capacity. */
export function demandOf({ request: { peak } }: Pick<Serving, 'request'>): number {
  return 'inFlight' in peak ? peak.inFlight : peak.requestsPerSecond
}

/** Links that join the GPUs of the nodes, by GPU. */
export function linksOf(kinds: readonly NodeKind[]): Map<string, Set<string>> {
  const links = new Map<string, Set<string>>()
  for (const { gpu, link } of kinds) {
    const known = links.get(gpu) ?? new Set<string>()
    if (link !== null) known.add(link)
    links.set(gpu, known)
  }
  return links
}

/** GPUs of the largest node, by GPU; without an entry where replicas may span nodes. */
function largestOf(kinds: readonly NodeKind[]): Map<string, number> {
  const largest = new Map<string, number>()
  for (const { gpu, gpusPerNode } of kinds) largest.set(gpu, Math.max(gpusPerNode, largest.get(gpu) ?? 0))
  for (const { gpu, networkGbitPerSecond } of kinds) if (networkGbitPerSecond !== null) largest.delete(gpu)
  return largest
}

/**
 * Training runs: on part of one node, which they share with what else stands there and which is paid all the time, or on whole nodes of
 * their own, which are paid while they last. So many runs go on at once as the runs of a month need hours.
 */
function runUnits({ name, request, kinds, runsPerMonth }: Training, catalog: Catalog): Unit[] {
  return kinds.flatMap((kind) => {
    const { gpu, link, networkGbitPerSecond: network } = kind
    const { offer, pricing } = kind.priced
    const machine = (gpus: number, joined: number | null): MachineKind => ({
      gpu,
      gpu_count: gpus,
      link: gpus === 1 ? null : link,
      network_gbit_per_second: joined,
      // Part of a node has its part of the memory, so that what stands beside it has its own.
      ram_gb: offer.ram_gb === null ? null : (offer.ram_gb * gpus) / kind.gpusPerNode,
      ...(pricing === 'spot' ? { spotInstance: offer.instance } : {}),
    })
    const parts = powersBelow(kind.gpusPerNode).map((gpus) => machine(gpus, null))
    const options = trainingOptions(request, catalog, [...parts, machine(kind.gpusPerNode, network)])
    return options.flatMap((option): Unit[] => {
      const isPart = option.machine.gpu_count < kind.gpusPerNode
      if ((isPart && option.machines > 1) || (kind.nodes !== null && option.machines > kind.nodes)) return []
      const atOnce = runsAtOnce(option, runsPerMonth)
      return [
        {
          id: `${name} on ${option.machines} x ${option.machine.gpu_count} of ${kind.id}`,
          kind,
          gpus: isPart ? option.machine.gpu_count : 0,
          wholeNodes: isPart ? 0 : option.machines,
          paidShare: isPart ? null : (option.hours * runsPerMonth) / HOURS_PER_MONTH / atOnce,
          most: Math.min(MOST_UNITS, atOnce),
          members: [{ workload: name, amount: 1 / atOnce, role: 'run', option }],
        },
      ]
    })
  })
}

/** Runs that must go on side by side to finish a month's in the hours of a month. */
export function runsAtOnce({ hours }: Pick<RunOption, 'hours'>, runsPerMonth: number): number {
  return Math.max(1, wholeFor((hours * runsPerMonth) / HOURS_PER_MONTH))
}

function powersBelow(gpus: number): number[] {
  const powers: number[] = []
  for (let size = 1; size < gpus; size *= 2) powers.push(size)
  return powers
}
