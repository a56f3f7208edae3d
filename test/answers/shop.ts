import type { Catalog } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { makeOffer } from '../cost/offers.ts'

/**
 * A market of round prices: what is asked of it does not change with the prices of the day. Small and large GPUs, single ones and
 * machines of eight joined by a network, GPUs of another maker, reservations, spot, one price of low confidence and one that is old.
 */
const OFFERS: readonly Partial<Offer>[] = [
  { provider: 'corner', instance: 'l4', gpu: 'l4', usd_per_hour: { 'on-demand': 0.5, spot: 0.2 } },
  { provider: 'corner', instance: '4x-l4', gpu: 'l4', gpu_count: 4, link: 'pcie', usd_per_hour: { 'on-demand': 2 } },
  { provider: 'corner', instance: 'rtx-4090', gpu: 'rtx-4090', usd_per_hour: { 'on-demand': 0.4 }, ram_gb: 64 },
  { provider: 'corner', instance: 'l40s', gpu: 'l40s', usd_per_hour: { 'on-demand': 1, 'reserved-1y': 0.7 } },
  {
    provider: 'hall',
    instance: '8x-a100',
    gpu: 'a100-sxm-80gb',
    gpu_count: 8,
    link: 'nvlink3',
    ram_gb: 1000,
    usd_per_hour: { 'on-demand': 12, spot: 6, 'reserved-1y': 9 },
    max_instances: 4,
    network_gbit_per_second: 800,
  },
  {
    provider: 'hall',
    instance: '8x-h100',
    gpu: 'h100-sxm-80gb',
    gpu_count: 8,
    link: 'nvlink4',
    ram_gb: 2000,
    usd_per_hour: { 'on-demand': 20, 'reserved-1y': 15, 'reserved-3y': 12 },
    network_gbit_per_second: 3200,
  },
  { provider: 'hall', instance: 'h100', gpu: 'h100-sxm-80gb', usd_per_hour: { 'on-demand': 3 }, ram_gb: 200 },
  {
    provider: 'island',
    instance: '2x-mi300x',
    gpu: 'mi300x',
    gpu_count: 2,
    link: 'xgmi',
    usd_per_hour: { 'on-demand': 5 },
  },
  // The same GPU in several shops: equal and unequal prices, two in a machine, four with a network.
  { provider: 'corner', instance: 'a10', gpu: 'a10', usd_per_hour: { 'on-demand': 0.6, 'reserved-1y': 0.45 } },
  {
    provider: 'annex',
    instance: 'a10',
    gpu: 'a10',
    usd_per_hour: { 'on-demand': 0.6, 'reserved-1y': 0.4 },
    max_instances: 2,
  },
  { provider: 'annex', instance: '2x-a10', gpu: 'a10', gpu_count: 2, link: 'pcie', usd_per_hour: { 'on-demand': 1.1 } },
  {
    provider: 'island',
    instance: '4x-a10',
    gpu: 'a10',
    gpu_count: 4,
    link: 'pcie',
    network_gbit_per_second: 100,
    usd_per_hour: { 'on-demand': 2.3, 'reserved-1y': 1.5 },
  },
  { provider: 'rumour', instance: 'h100', gpu: 'h100-pcie-80gb', usd_per_hour: { 'on-demand': 1 }, confidence: 'low' },
  {
    provider: 'relic',
    instance: 'a100',
    gpu: 'a100-pcie-80gb',
    usd_per_hour: { 'on-demand': 1 },
    price_as_of: '2024-01-01',
  },
]

/** The shipped facts with the offers of this market. */
export function shop(shipped: Catalog): Catalog {
  const offers = OFFERS.map((each) =>
    makeOffer({ price_as_of: '2026-11-01', region: 'here', confidence: 'high', ...each }),
  )
  return { ...shipped, offers: new Map(offers.map((offer) => [offer.id, offer])) }
}
