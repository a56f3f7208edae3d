import type { SinglePlan } from '../diff/any-result.ts'
import { rounded } from '../diff/fact.ts'
import type { Repriced } from './document.ts'
import { documentChanges } from './document-changes.ts'
import type { Lock, LockEntry } from './lock.ts'
import { changedHashes } from './verify.ts'

export type { Repriced } from './document.ts'

/** What the world says today of a plan that was locked. */
export interface Today {
  /** US dollars an hour of one instance of the locked offer; null where it is not sold any more. */
  readonly usdPerHour: number | null
  readonly priceAsOf: string | null
  /** The best plan of the locked scenario; null where none is feasible. */
  readonly best: SinglePlan | null
  readonly modelKeys: Readonly<Record<string, string>>
  readonly catalogParts: Readonly<Record<string, string>>
  readonly tool: string
  /** Keys of the scenario's file that differ from what was locked; null where there is no such file. */
  readonly scenarioKeys: readonly string[] | null
}

/** Prices a locked plan with what is known today. */
export function repriced(lock: Lock, entry: LockEntry, today: Today): Repriced {
  const { placement, cost } = entry.plan
  const locked = entry.kind === 'train' ? cost.usd_per_run : cost.usd_per_hour
  const hour = cost.usd_per_hour
  if (locked === null || hour === null || placement.offer === null || placement.pricing === null)
    throw new Error(`${entry.name} was locked without a price`)
  // A run takes the hours it took: its price over that of an hour.
  const hours = locked / hour
  const now = today.usdPerHour === null ? null : steady(today.usdPerHour * placement.instances * hours, locked)
  const bestUsd = today.best === null ? null : usdOf(today.best, entry.kind)
  return {
    file: entry.file,
    scenario: entry.name,
    figure: entry.kind === 'train' ? 'usd_per_run' : 'usd_per_hour',
    locked_usd: locked,
    now_usd: now,
    delta: now === null ? null : rounded(now - locked),
    share: now === null ? null : rounded(now / locked - 1),
    price: {
      offer: placement.offer,
      pricing: placement.pricing,
      old_usd_per_hour: hour / placement.instances,
      new_usd_per_hour: today.usdPerHour,
      old_as_of: cost.price_as_of,
      new_as_of: today.priceAsOf,
    },
    best: today.best === null ? null : { plan: today.best, usd: bestUsd, same: isLocked(today.best, entry) },
    saving_usd: now === null || bestUsd === null ? null : Math.max(0, rounded(now - steady(bestUsd, now))),
    moved: {
      catalog: changedHashes(lock.catalog.parts, today.catalogParts),
      model: changedHashes(entry.model.keys, today.modelKeys),
      scenario: today.scenarioKeys,
      tool: lock.tool === today.tool ? null : { old: lock.tool, new: today.tool },
    },
  }
}

/** Prices are rounded to ten digits: what differs beyond them is the same. */
function steady(value: number, other: number): number {
  return Math.abs(value - other) <= Math.abs(other) * 1e-8 ? other : value
}

function usdOf({ cost }: SinglePlan, kind: LockEntry['kind']): number | null {
  return kind === 'train' ? cost.usd_per_run : cost.usd_per_hour
}

function isLocked({ placement, configuration }: SinglePlan, { plan }: LockEntry): boolean {
  const locked = { placement: plan.placement, configuration: plan.configuration }
  return documentChanges(locked, { placement, configuration }).length === 0
}
