import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Violation } from '../../src/result/plan.ts'
import { gib, rate } from '../../src/units.ts'
import { planServe } from '../serve.ts'
import { servingOptions } from '../supply/serving.ts'
import { planTrain } from '../train.ts'
import type { FleetWorkload } from './requests.ts'
import { linksOf } from './supply.ts'

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
  if (closest === undefined) return tooSmall(workload, catalog) ?? 'no configuration runs on any of the nodes'
  const { gpu } = closest.plan.placement
  return `runs on none of the nodes: the closest, on ${gpu}, misses ${closest.violations.map(missOf).join(' and ')}`
}

/** Where larger nodes would do: how many GPUs must stand together, and how many do. */
function tooSmall(workload: FleetWorkload, catalog: Catalog): string | null {
  if (workload.kind === 'train') return null
  const options = servingOptions(workload.request, catalog, linksOf(workload.kinds))
  const [least] = [...options].sort((a, b) => a.gpusTogether - b.gpusTogether)
  if (least === undefined) return null
  const most = Math.max(...workload.kinds.filter(({ gpu }) => gpu === least.gpu).map(({ gpusPerNode }) => gpusPerNode))
  const needed = Math.max(least.gpusTogether, least.gpusPerReplica)
  return `runs on none of the nodes: it needs ${needed} ${least.gpu} together, the largest node with that GPU has ${most}`
}

function missOf({ constraint, by, unit }: Violation): string {
  const name = constraint.replaceAll('_', ' ')
  return unit === 'bytes' ? `${name} by ${gib(by)}` : `${name} by ${rate(by)} ${unit}`.trimEnd()
}
