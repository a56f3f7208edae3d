import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import type { TrainConfiguration } from '../../src/result/train.ts'
import { search } from '../search/branch-and-bound.ts'
import { TrainAssignment } from '../train/assignment.ts'
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
  readonly configuration: TrainConfiguration
}

/**
 * The fastest run on each number of machines of each kind that fits and meets the deadline, searched exactly; a larger number only where
 * it is faster. Prices and the budget play no part.
 */
export function trainingOptions(request: TrainRequest, catalog: Catalog, kinds: readonly MachineKind[]): RunOption[] {
  return kinds.flatMap((machine) => {
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
          configuration: trainConfigurationOf(anywhere, a),
        })
      },
    })
    return onlyFaster([...fastest.values()].sort((a, b) => a.machines - b.machines))
  })
}

function onlyFaster(byMachines: readonly RunOption[]): RunOption[] {
  let best = Number.POSITIVE_INFINITY
  return byMachines.filter(({ hours }) => {
    const isFaster = hours < best
    best = Math.min(best, hours)
    return isFaster
  })
}
