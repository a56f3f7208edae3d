import type { Catalog } from '../../src/catalog/catalog.ts'
import { get } from '../../src/catalog/catalog.ts'
import type { Gpu } from '../../src/catalog/gpu.ts'
import type { Generation, Link } from '../../src/catalog/performance.ts'
import type { PricedOffer } from '../../src/cost/eligibility.ts'
import type { ServeRequest } from './request.ts'

/**
 * A GPU as it can be had: with the link that joins it to its neighbours in the machines on offer. The same GPU sold with and
 * without NVLink is two boards, since tensor parallelism runs at two speeds.
 */
export interface Board {
  readonly gpu: Gpu
  readonly generation: Generation
  readonly link: Link
  readonly offers: readonly PricedOffer[]
  /** Cheapest instance, US dollars an hour. */
  readonly cheapestUsdPerHour: number
  /** GPUs of the largest instance on offer. */
  readonly largestInstance: number
}

/** Boards of the request, cheapest instance first, then by id, so that good plans are found early. */
export function boardsOf(request: ServeRequest, catalog: Catalog): Board[] {
  const boards: Board[] = []
  const offersOf = byGpu(request.offers)
  for (const gpu of request.gpus) {
    const byLink = new Map<string, PricedOffer[]>()
    for (const priced of offersOf.get(gpu.id) ?? []) {
      const link = priced.offer.link ?? gpu.interconnect.link
      const group = byLink.get(link)
      if (group) group.push(priced)
      else byLink.set(link, [priced])
    }
    for (const [link, offers] of byLink) {
      offers.sort((a, b) => a.usdPerHour - b.usdPerHour || (a.offer.id < b.offer.id ? -1 : 1))
      boards.push({
        gpu,
        generation: get(catalog, 'generations', gpu.generation),
        link: get(catalog, 'links', link),
        offers,
        cheapestUsdPerHour: offers[0]!.usdPerHour,
        largestInstance: offers.reduce((largest, { offer }) => Math.max(largest, offer.gpu_count), 1),
      })
    }
  }
  return boards.sort(
    (a, b) =>
      a.cheapestUsdPerHour - b.cheapestUsdPerHour ||
      (a.gpu.id < b.gpu.id ? -1 : a.gpu.id > b.gpu.id ? 1 : a.link.id < b.link.id ? -1 : 1),
  )
}

/** Offers by the id of their GPU, each in the order given: catalogs may hold tens of thousands, so they are gone through once. */
function byGpu(offers: readonly PricedOffer[]): Map<string, PricedOffer[]> {
  const groups = new Map<string, PricedOffer[]>()
  for (const priced of offers) {
    const group = groups.get(priced.offer.gpu)
    if (group) group.push(priced)
    else groups.set(priced.offer.gpu, [priced])
  }
  return groups
}
