import { wholeFor } from '../round.ts'
import type { ReplicaOption } from '../supply/replica-option.ts'
import { type Member, MOST_UNITS, type NodeKind, nodesSpanned, type Unit } from './placement.ts'

/** A serving workload: what its replicas must carry together, and how one can run. */
export interface Demand {
  readonly id: string
  /** In the unit of the options' capacity. */
  readonly capacity: number
  readonly spares: number
  readonly options: readonly ReplicaOption[]
}

/** Replicas of a workload on every kind of node that can hold them, for load and, where asked, as spares. */
export function servingUnits(demand: Demand, kinds: readonly NodeKind[]): Unit[] {
  return kinds.flatMap((kind) => {
    const options = worthPlacing(demand, kind)
    return options.flatMap(({ option, spanned }, index) => {
      const unit = (role: 'load' | 'spare', most: number): Unit => ({
        id: `${demand.id} ${role} ${index} on ${kind.id}`,
        kind,
        gpus: spanned === 0 ? option.gpusPerReplica : 0,
        wholeNodes: spanned,
        paidShare: null,
        most,
        members: [
          {
            workload: demand.id,
            amount: role === 'load' ? option.capacity / demand.capacity : 0,
            role,
            option,
            sharers: 1,
          } satisfies Member,
        ],
      })
      // A load that fills its replicas exactly must not need one more through the last bit.
      const most = Math.min(MOST_UNITS, Math.max(1, wholeFor(demand.capacity / option.capacity)))
      return demand.spares === 0 ? [unit('load', most)] : [unit('load', most), unit('spare', demand.spares)]
    })
  })
}

/**
 * The options that a placement on the kind can be better by: none that another option, taken once or several times, replaces on no more
 * GPUs with as much capacity. Replacing is always possible, since what fits as one piece fits as smaller ones; capacity beyond the demand
 * counts for nothing, unless the replica must be able to stand in for larger ones.
 */
function worthPlacing(
  { capacity, spares, options }: Demand,
  kind: NodeKind,
): { readonly option: ReplicaOption; readonly spanned: number }[] {
  const standing = options.flatMap((option) => {
    const spanned = nodesSpanned(option, kind)
    if (spanned === null) return []
    const gpus = spanned === 0 ? option.gpusPerReplica : spanned * kind.gpusPerNode
    return [{ option: { ...option, capacity: Math.min(option.capacity, capacity) }, spanned, gpus }]
  })
  const rising = [...standing].sort((a, b) => a.gpus - b.gpus || b.option.capacity - a.option.capacity)
  const kept: typeof standing = []
  for (const each of rising) {
    const isReplaced = kept.some((other) => {
      const times = spares > 0 ? 1 : Math.floor(each.gpus / other.gpus)
      return times >= 1 && times * other.option.capacity >= each.option.capacity
    })
    if (!isReplaced) kept.push(each)
  }
  return kept
}
