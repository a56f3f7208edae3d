import type { FleetPlacement, FleetResult } from '../../result/fleet.ts'
import type { Cell } from '../csv-fields.ts'

/** A row for each workload and kind of node it stands on, and one for each that has no place. Units stand in the names. */
const FIELDS: Readonly<Record<string, (entry: FleetPlacement) => Cell>> = {
  workload: ({ workload }) => workload,
  placed: () => 'yes',
  node_kind: ({ plan }) => plan.placement.instance,
  provider: ({ plan }) => plan.placement.provider,
  pricing: ({ plan }) => plan.placement.pricing,
  gpu: ({ plan }) => plan.placement.gpu,
  gpus: ({ plan }) => plan.placement.gpus,
  gpu_share: ({ gpu_share: share }) => share,
  nodes: ({ nodes }) => nodes.join(' '),
  replicas: ({ plan }) => ('replicas' in plan.configuration ? plan.configuration.replicas : null),
  spare_replicas: ({ spares }) => spares,
  quantization: ({ plan }) => plan.configuration.quantization,
  tensor_parallel: ({ plan }) => plan.configuration.tensor_parallel,
  pipeline_parallel: ({ plan }) => plan.configuration.pipeline_parallel,
  usd_per_hour: ({ plan }) => plan.cost.usd_per_hour,
  usd_per_month: ({ plan }) => plan.cost.usd_per_month,
  usd_per_million_tokens: ({ plan }) => plan.cost.usd_per_million_tokens,
  usd_per_run: ({ plan }) => plan.cost.usd_per_run,
  memory_total_bytes: ({ plan }) => plan.memory.total_bytes,
  memory_free_bytes: ({ plan }) => plan.memory.free_bytes,
}

export const fleetColumns: readonly string[] = [...Object.keys(FIELDS), 'reason']

export function fleetRows({ placements, unplaced }: FleetResult): Cell[][] {
  const fields = Object.values(FIELDS)
  return [
    ...placements.map((entry) => [...fields.map((field) => field(entry)), null]),
    ...unplaced.map(({ workload, reason }) => [workload, 'no', ...fields.slice(2).map(() => null), reason]),
  ]
}
