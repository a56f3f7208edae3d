import type { Catalog } from '../../src/catalog/catalog.ts'
import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { Violation } from '../../src/result/plan.ts'
import { gib, rate } from '../../src/units.ts'
import type { ServeRequest } from '../serve/request.ts'
import { planServe } from '../serve.ts'
import type { TrainRequest } from '../train/request.ts'
import { planTrain } from '../train.ts'

/** A workload of a fleet or a forecast, whatever it costs. */
export type Asked =
  | { readonly kind: 'serve'; readonly request: ServeRequest }
  | { readonly kind: 'train'; readonly request: TrainRequest }

/**
 * Why none of these machines can run a workload: by how much the closest misses what, else what refuses most.
 * @returns null where one of them can
 */
export function whyRefused(asked: Asked, offers: readonly PricedOffer[], catalog: Catalog): string | null {
  const anywhere = { offers, maxGpus: Number.POSITIVE_INFINITY, alternatives: 0 }
  const { best, near_misses, search, constraints } =
    asked.kind === 'serve'
      ? planServe({ ...asked.request, ...anywhere, redundancy: 0 }, catalog)
      : planTrain({ ...asked.request, ...anywhere, budgetUsd: null }, catalog)
  if (best !== null) return null
  const [closest] = near_misses
  if (closest !== undefined) {
    return `the closest, on ${closest.plan.placement.gpu}, misses ${closest.violations.map(missOf).join(' and ')}`
  }
  const [most] = Object.entries(search.rejected).sort(([, a], [, b]) => b - a)
  return most === undefined ? 'no configuration is left to try' : (constraints[most[0]] ?? most[0])
}

function missOf({ constraint, by, unit }: Violation): string {
  const name = constraint.replaceAll('_', ' ')
  return unit === 'bytes' ? `${name} by ${gib(by)}` : `${name} by ${rate(by)} ${unit}`.trimEnd()
}
