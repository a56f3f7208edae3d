import { type Catalog, get } from '../catalog/catalog.ts'
import type { TrainingTimeInput } from '../performance/training/input.ts'
import type { TrainingRecord } from './record.ts'

/** Hardware of a run as the law of time takes it. */
export interface RecordedMachine {
  readonly hardware: Pick<
    TrainingTimeInput,
    'gpu' | 'generation' | 'link' | 'gpusPerNode' | 'networkGbPerSecondPerGpu' | 'hostToDeviceGbPerSecond'
  >
  readonly assumed: readonly string[]
}

/**
 * The machines of a run. Records name GPUs, not machines: GPUs are taken to stand in machines of the usual size, or in one domain of
 * their link where that is larger (NVL72 racks), joined by the usual network of their generation.
 * @throws Error naming the GPU where the catalog has none of that id: ids are checked when a file is read.
 */
export function recordMachine({ gpu: id, gpus }: TrainingRecord, catalog: Catalog): RecordedMachine {
  const gpu = get(catalog, 'gpus', id)
  const usual = catalog.physics.training.usual_cluster
  const gpusPerNode =
    usual.smaller_machines[id]?.value ?? Math.max(usual.gpus_per_machine.value, gpu.interconnect.domain_size)
  const network = usual.network_gb_per_second_per_gpu[gpu.generation]?.value ?? null
  const assumed =
    gpus > gpusPerNode && network !== null
      ? [`machines: ${gpusPerNode} GPUs each, a network of ${network} GB/s a GPU between them`]
      : []
  return {
    hardware: {
      gpu,
      generation: get(catalog, 'generations', gpu.generation),
      link: get(catalog, 'links', gpu.interconnect.link),
      gpusPerNode,
      networkGbPerSecondPerGpu: network,
      hostToDeviceGbPerSecond: gpu.host_to_device_gb_per_second ?? null,
    },
    assumed,
  }
}
