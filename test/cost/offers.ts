import type { Offer } from '../../src/catalog/offer.ts'

/** An offer for tests: one H100 PCIe at 1.99 an hour, changed as a test needs. */
export function makeOffer(changes: Partial<Offer> = {}): Offer {
  const offer: Offer = {
    id: '',
    provider: 'runpod',
    set: null,
    price_as_of: '2026-03',
    instance: '1x H100 PCIe',
    gpu: 'h100-pcie-80gb',
    gpu_count: 1,
    vcpus: null,
    ram_gb: null,
    region: 'unstated',
    usd_per_hour: { 'on-demand': 1.99 },
    link: null,
    network_gbit_per_second: null,
    confidence: 'medium',
    kind: 'cloud',
    source: 'a test',
    ...changes,
  }
  return { ...offer, id: changes.id ?? `${offer.provider}/${offer.instance}/${offer.region}` }
}
