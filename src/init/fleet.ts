import { priceChoices } from './hardware.ts'
import { listItem, type WorkloadWish, workloadItem } from './workloads.ts'
import { commentedOut, indented, type Row, row } from './yaml.ts'

/** What a new fleet is to say. */
export interface FleetWish {
  readonly workloads: readonly WorkloadWish[]
}

/** Rows of a fleet below its heading. */
export function fleetRows({ workloads }: FleetWish): Row[] {
  return [
    row('kind: fleet'),
    row('inventory:', 'what is there, and what may be rented'),
    ...indented([...listItem(OWN_NODES), ...listItem(RENTED)]),
    ...commentedOut([row('limits:'), row('  - { provider: lambda, gpus: 16 }', 'a quota: most GPUs rented at once')]),
    row('workloads:', 'serving and training scenarios, in files of their own or written out'),
    ...indented(
      workloads.flatMap((workload) =>
        workloadItem(workload, isTraining(workload) ? [row('runs_per_month: 1', 'how often it runs (default 1)')] : []),
      ),
    ),
    row('co_locate: true', 'small models may share a GPU (default false)'),
    ...commentedOut(priceChoices),
  ]
}

function isTraining(workload: WorkloadWish): boolean {
  return 'file' in workload && workload.kind === 'train'
}

/** The example is a DGX H100: its data sheet says 10.2 kW at most; price, electricity and room are for the user to put in. */
const OWN_NODES: readonly Row[] = [
  row('name: own-h100', 'nodes that you own: put your own figures in place of these'),
  row('gpu: h100-sxm-80gb', 'an id of `plan catalog list gpus`'),
  row('gpus_per_node: 8', 'GPUs of one node (default 1)'),
  row('nodes: 1', 'how many there are'),
  row('owned:'),
  row('  capex: 300000', 'US dollars that one node cost'),
  row('  years: 4', 'over which it is written off'),
  row('  watts: 10200', 'of one node under load'),
  row('  usd_per_kwh: 0.12', 'US dollars of a kilowatt-hour'),
  row('  pue: 1.3', 'what the room draws over what the node draws (default 1.3)'),
]

const RENTED: readonly Row[] = [
  row('offer: runpod/h100-pcie-80gb', 'provider/gpu, or an id of `plan catalog list offers`'),
  row('max_instances: 8', 'most at once (default: any number)'),
]
