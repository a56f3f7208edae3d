import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Violation } from '../../src/result/plan.ts'
import { gib, rate } from '../../src/units.ts'
import { planServe } from '../serve.ts'
import { planTrain } from '../train.ts'
import type { FleetWorkload } from './requests.ts'

/** Why no node of the fleet can run a workload, by what came closest. */
export function whyNowhere(workload: FleetWorkload, catalog: Catalog): string {
  const { kinds } = workload
  if (kinds.length === 0) return 'none of the nodes has a GPU, or is of a provider, that its search admits'
  const offers = kinds.map(({ priced }) => priced)
  const anywhere = { offers, maxGpus: Number.POSITIVE_INFINITY, alternatives: 0 }
  const closest =
    workload.kind === 'serve'
      ? planServe({ ...workload.request, ...anywhere, redundancy: 0 }, catalog).near_misses[0]
      : planTrain({ ...workload.request, ...anywhere, budgetUsd: null }, catalog).near_misses[0]
  if (closest === undefined) return 'no configuration runs on any of the nodes'
  const { gpu } = closest.plan.placement
  return `runs on none of the nodes: the closest, on ${gpu}, misses ${closest.violations.map(missOf).join(' and ')}`
}

function missOf({ constraint, by, unit }: Violation): string {
  const name = constraint.replaceAll('_', ' ')
  return unit === 'bytes' ? `${name} by ${gib(by)}` : `${name} by ${rate(by)} ${unit}`.trimEnd()
}
