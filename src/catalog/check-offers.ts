import { usd } from '../units.ts'
import type { Catalog } from './catalog.ts'
import type { Finding } from './check.ts'
import type { Offer, Pricing } from './offer.ts'

/** Two names for what looks like one machine: same provider, region, GPU, count, processors, memory and prices. */
export function duplicates(offers: readonly Offer[]): Finding[] {
  return repeated(offers, ({ provider, region, gpu, gpu_count, vcpus, ram_gb, set, usd_per_hour }) =>
    JSON.stringify([provider, region, gpu, gpu_count, vcpus, ram_gb, set, Object.entries(usd_per_hour).sort()]),
  ).map(({ offer, earlier }) => ({
    kind: 'duplicate-offer',
    id: offer.id,
    message: `looks like ${earlier.id}: same GPUs, region and prices`,
  }))
}

/** The same shape and region in another spelling, at another price: `P5.48xlarge` beside `p5.48xlarge`. */
export function conflicts(offers: readonly Offer[]): Finding[] {
  const plain = (text: string): string => text.toLowerCase().replace(/[\s_.-]+/g, '')
  return repeated(offers, ({ provider, instance, region, gpu, gpu_count, set }) =>
    JSON.stringify([provider, plain(instance), plain(region), gpu, gpu_count, set]),
  ).flatMap(({ offer, earlier }): Finding[] => {
    const ways = Object.keys(offer.usd_per_hour) as Exclude<Pricing, 'owned'>[]
    const differing = ways.find((pricing) => {
      const other = earlier.usd_per_hour[pricing]
      return other !== undefined && other !== offer.usd_per_hour[pricing]
    })
    if (differing === undefined) return []
    const [own, other] = [offer.usd_per_hour[differing] ?? 0, earlier.usd_per_hour[differing] ?? 0]
    const message = `${differing} costs ${usd(own)}/h, and ${usd(other)}/h as ${earlier.id}`
    return [{ kind: 'conflicting-offer', id: offer.id, message }]
  })
}

/** Machines of several GPUs that do not say how these are joined: planned as the GPU usually is. */
export function unjoined(offers: readonly Offer[], catalog: Catalog): Finding[] {
  return offers.flatMap((offer): Finding[] => {
    if (offer.gpu_count === 1 || offer.link !== null) return []
    const usual = catalog.gpus.get(offer.gpu)?.interconnect.link
    const message = `${offer.gpu_count} GPUs and no link: planned as ${usual ?? 'unknown'}, as ${offer.gpu} usually is joined`
    return [{ kind: 'unknown-link', id: offer.id, message }]
  })
}

/** Offers whose key an earlier one has. */
function repeated(offers: readonly Offer[], key: (offer: Offer) => string): { offer: Offer; earlier: Offer }[] {
  const seen = new Map<string, Offer>()
  return offers.flatMap((offer) => {
    const name = key(offer)
    const earlier = seen.get(name)
    if (earlier !== undefined) return [{ offer, earlier }]
    seen.set(name, offer)
    return []
  })
}
