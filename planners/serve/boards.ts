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
}

/** Boards of the request, cheapest instance first, then by id, so that good plans are found early. */
export function boardsOf(request: ServeRequest, catalog: Catalog): Board[] {
  const boards: Board[] = []
  for (const gpu of request.gpus) {
    const byLink = new Map<string, PricedOffer[]>()
    for (const priced of request.offers) {
      if (priced.offer.gpu !== gpu.id) continue
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
      })
    }
  }
  return boards.sort(
    (a, b) =>
      a.cheapestUsdPerHour - b.cheapestUsdPerHour ||
      (a.gpu.id < b.gpu.id ? -1 : a.gpu.id > b.gpu.id ? 1 : a.link.id < b.link.id ? -1 : 1),
  )
}
