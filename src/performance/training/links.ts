import type { Gpu } from '../../catalog/gpu.ts'
import type { Link } from '../../catalog/performance.ts'
import type { TrainingPhysics } from '../../catalog/training-physics.ts'

/** One-way rates of a GPU, bytes a second, by how far a group of ranks reaches. */
export interface Links {
  /** GPUs joined by the fast link, and GPUs of one machine. */
  readonly domain: number
  readonly node: number
  /** Inside the domain; between domains of one machine, across host memory. */
  readonly inside: number
  readonly acrossHost: number
  /** Between machines; null where it is not known. */
  readonly network: number | null
  /** To and from host memory. */
  readonly host: number
  /** GPUs meet in host memory: sharding traffic hides less. */
  readonly isPcie: boolean
}

export interface LinksInput {
  readonly gpu: Gpu
  readonly link: Link
  readonly gpusPerNode: number
  readonly networkGbPerSecondPerGpu: number | null
  readonly hostToDeviceGbPerSecond: number | null
  readonly physics: TrainingPhysics
}

/** Rates of the links that a machine really has. */
export function trainingLinks(input: LinksInput): Links {
  const { gpu, link, gpusPerNode, networkGbPerSecondPerGpu: network, physics } = input
  const pcie = pcieBytesPerSecond(gpu, physics)
  const acrossHost = pcie * physics.pcie_rate.value
  const isPcie = link.kind === 'pcie'
  return {
    domain: link.kind === 'none' ? 1 : Math.min(gpu.interconnect.domain_size, gpusPerNode),
    node: gpusPerNode,
    inside: isPcie ? acrossHost : fabricBytesPerSecond(gpu, link, physics),
    acrossHost,
    network: network === null ? null : network * 1e9 * physics.network_rate.value,
    host: input.hostToDeviceGbPerSecond === null ? pcie * physics.host_rate.value : input.hostToDeviceGbPerSecond * 1e9,
    isPcie,
  }
}

/** Sheets give both directions together. An offer's own link has no sheet: its all-reduce moves every byte twice. */
function fabricBytesPerSecond(gpu: Gpu, link: Link, physics: TrainingPhysics): number {
  const sheet = gpu.interconnect.gb_per_second_bidirectional
  return link.id === gpu.interconnect.link && sheet !== null
    ? (sheet / 2) * 1e9 * physics.fabric_rate.value
    : 2 * link.all_reduce_bytes_per_second.value
}

function pcieBytesPerSecond(gpu: Gpu, physics: TrainingPhysics): number {
  const table = physics.pcie_one_way_gb_per_second
  const generation = gpu.pcie_generation === null ? undefined : table[String(gpu.pcie_generation)]
  // Boards without PCIe (TPU, unified memory) are not slower towards their host than the oldest bus listed.
  return (generation ?? Math.min(...Object.values(table))) * 1e9
}

/**
 * Rate of a ring of ranks, bytes a second and rank. A ring that leaves the machine uses the network ports of all its ranks there.
 * @param span GPUs from the first to the last of the ring
 * @param ranksPerNode ranks of the ring on one machine
 * @returns NaN where the ring leaves the machine and the network is not known: callers refuse such runs before.
 */
export function ringBytesPerSecond(links: Links, span: number, ranksPerNode: number): number {
  if (span <= links.domain) return links.inside
  const inNode = links.domain >= links.node ? links.inside : links.acrossHost
  if (span <= links.node) return inNode
  const ports = Math.max(1, ranksPerNode)
  const network = (links.network ?? Number.NaN) * ports
  return ports > 1 ? Math.min(inNode, network) : network
}
