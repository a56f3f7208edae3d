import type { Catalog } from '../../src/catalog/catalog.ts'
import { whyRefused } from '../supply/nowhere.ts'
import { servingOptions } from '../supply/serving.ts'
import type { FleetWorkload } from './requests.ts'
import { linksOf } from './supply.ts'

/** Why no node of the fleet can run a workload, by what came closest. */
export function whyNowhere(workload: FleetWorkload, catalog: Catalog): string {
  const { kinds } = workload
  if (kinds.length === 0) return 'none of the nodes has a GPU, or is of a provider, that its search admits'
  const larger = tooSmall(workload, catalog)
  if (larger !== null) return larger
  const offers = kinds.map(({ priced }) => priced)
  const why = whyRefused(workload, offers, catalog)
  return why === null ? 'no configuration runs on any of the nodes' : `runs on none of the nodes: ${why}`
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
