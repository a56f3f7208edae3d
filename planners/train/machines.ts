import { type Catalog, get } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import type { Generation, Link } from '../../src/catalog/performance.ts'
import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { TrainRequest } from './request.ts'

/**
 * A kind of machine as training sees it: so many GPUs over such a link, and such a network between machines. Offers that agree
 * in these differ in price alone, so time and memory are computed once for all of them.
 */
export interface Machine {
  readonly gpu: Gpu
  readonly generation: Generation
  readonly link: Link
  readonly gpuCount: number
  /** One-way rate between machines, GB/s a GPU; null = unknown: one machine at most. */
  readonly networkGbPerSecondPerGpu: number | null
  /** Cheapest first. */
  readonly offers: readonly PricedOffer[]
}

/** Gigabits in a gigabyte. */
const BITS = 8

/** The machines on offer, those with the cheapest arithmetic first, so that good plans are found early. */
export function machinesOf(request: TrainRequest, catalog: Catalog): Machine[] {
  const groups = new Map<string, PricedOffer[]>()
  for (const priced of request.offers) {
    const { gpu, gpu_count: count, network_gbit_per_second: network } = priced.offer
    const key = JSON.stringify([gpu, count, statedLink(priced.offer), network])
    const group = groups.get(key)
    if (group) group.push(priced)
    else groups.set(key, [priced])
  }
  const machines: Machine[] = []
  for (const offers of groups.values()) {
    offers.sort((a, b) => a.usdPerHour - b.usdPerHour || (a.offer.id < b.offer.id ? -1 : 1))
    const { offer } = offers[0]!
    const gpu = request.gpus.find((candidate) => candidate.id === offer.gpu)
    if (gpu === undefined) continue
    const network = offer.network_gbit_per_second
    machines.push({
      gpu,
      generation: get(catalog, 'generations', gpu.generation),
      link: get(catalog, 'links', statedLink(offer) ?? gpu.interconnect.link),
      gpuCount: offer.gpu_count,
      networkGbPerSecondPerGpu: network === null ? null : network / BITS / offer.gpu_count,
      offers,
    })
  }
  const price = (machine: Machine): number => {
    const tflops = machine.gpu.dense_tflops.bf16 ?? machine.gpu.dense_tflops.fp16 ?? 1
    return machine.offers[0]!.usdPerHour / machine.gpuCount / tflops
  }
  return machines.sort((a, b) => price(a) - price(b) || (a.offers[0]!.offer.id < b.offers[0]!.offer.id ? -1 : 1))
}

/** The link that an offer states between its GPUs; nothing that is said of a single GPU joins it to another. */
function statedLink({ gpu_count: count, link }: Offer): string | null {
  return count === 1 ? null : link
}
