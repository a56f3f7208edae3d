import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import type { TrainConfiguration } from '../../src/result/train.ts'
import { BYTES_PER_GB } from '../../src/units.ts'
import { search } from '../search/branch-and-bound.ts'
import { TrainAssignment } from '../train/assignment.ts'
import { hostBytes } from '../train/constraints.ts'
import { trainConfigurationOf } from '../train/plan.ts'
import type { TrainRequest } from '../train/request.ts'
import { trainSpace } from '../train/space.ts'
import { unpriced } from '../unpriced.ts'

/** A kind of machine that may be had, whoever owns it. */
export type MachineKind = Pick<Offer, 'gpu' | 'gpu_count' | 'link' | 'network_gbit_per_second'> & {
  /** Memory of one machine, GB, into which states are offloaded; null or absent = unknown, so nothing is refused for it. */
  readonly ram_gb?: number | null
  /** The provider's name of machines that may be taken back at any time; absent: nobody takes them back. */
  readonly spotInstance?: string
}

/** The fastest way to run a training workload on so many machines of a kind. */
export interface RunOption {
  readonly machine: MachineKind
  readonly machines: number
  /** Wall clock of one run, checkpoints and failures included. */
  readonly hours: number
  /** What the fullest GPU holds, bytes. */
  readonly memoryBytes: number
  /** What offloading puts into the memory of one machine, bytes. */
  readonly hostBytes: number
  readonly configuration: TrainConfiguration
}

/**
 * The fastest run on each number of machines of each kind that fits and meets the deadline, searched exactly; a larger number only where
 * it is faster. Prices and the budget play no part.
 */
export function trainingOptions(request: TrainRequest, catalog: Catalog, kinds: readonly MachineKind[]): RunOption[] {
  // Machines that differ in their own memory alone are searched once: mostly the fastest run needs none of it.
  const unlimited = new Map<string, readonly RunOption[]>()
  return kinds.flatMap((machine) => {
    const { ram_gb = null, ...rest } = machine
    const key = JSON.stringify(rest)
    const free = unlimited.get(key) ?? fastestOn({ ...rest, ram_gb: null }, request, catalog)
    unlimited.set(key, free)
    const fits = ram_gb === null || free.every(({ hostBytes: bytes }) => bytes <= ram_gb * BYTES_PER_GB)
    const options = fits ? free : fastestOn(machine, request, catalog)
    return options.map((option) => ({ ...option, machine }))
  })
}

/** The fastest run on each number of machines of one kind. */
function fastestOn(machine: MachineKind, request: TrainRequest, catalog: Catalog): RunOption[] {
  const { ram_gb = null, spotInstance, network_gbit_per_second } = machine
  const { offer, ...priced } = unpriced(machine)
  const anywhere: TrainRequest = {
    ...request,
    gpus: request.gpus.filter(({ id }) => id === machine.gpu),
    offers: [
      {
        ...priced,
        pricing: spotInstance === undefined ? priced.pricing : 'spot',
        offer: { ...offer, instance: spotInstance ?? offer.instance, ram_gb, network_gbit_per_second },
      },
    ],
    budgetUsd: null,
  }
  const fastest = new Map<number, RunOption>()
  search(trainSpace(anywhere, catalog), new TrainAssignment(), {
    exhaustive: true,
    bound: () => null,
    accept: (a) => {
      const known = fastest.get(a.instances)
      // The order of the space decides between equal runs, and it is always the same.
      if (known !== undefined && known.hours <= a.hours) return
      fastest.set(a.instances, {
        machine,
        machines: a.instances,
        hours: a.hours,
        memoryBytes: Math.ceil(a.memoryResult.totalBytes),
        hostBytes: Math.ceil(hostBytes(a)),
        configuration: trainConfigurationOf(anywhere, a),
      })
    },
  })
  return onlyFaster([...fastest.values()].sort((a, b) => a.machines - b.machines))
}

function onlyFaster(byMachines: readonly RunOption[]): RunOption[] {
  let best = Number.POSITIVE_INFINITY
  return byMachines.filter(({ hours }) => {
    const isFaster = hours < best
    best = Math.min(best, hours)
    return isFaster
  })
}
