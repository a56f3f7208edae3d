import { type Catalog, get } from '../../src/catalog/catalog.ts'
import type { Offer } from '../../src/catalog/offer.ts'
import { DEFAULT_SET, type ExclusionReason, eligibleOffers, type PricedOffer } from '../../src/cost/eligibility.ts'
import { ownedCapitalUsdPerHour, ownedRunningUsdPerHour, ownedUsdPerHour } from '../../src/cost/money.ts'
import type { CompletePrices } from '../../src/scenario/assume.ts'
import { inputError } from '../../src/scenario/diagnostic.ts'
import type { FleetScenario } from '../../src/scenario/fleet.ts'
import type { OwnedNodes, RentedNodes, RentLimit } from '../../src/scenario/inventory.ts'
import { nodesName, offersNamed } from '../../src/scenario/inventory-checks.ts'
import type { Locate } from '../../src/scenario/yaml.ts'
import { countsIn, ownedCostOf } from '../supply/inventory.ts'
import type { Limit, NodeKind } from './placement.ts'

/** A kind of node with what it is: an offer that may be rented, or owned hardware in the form of one. */
export interface FleetNode extends NodeKind {
  readonly priced: PricedOffer
  /** What a node costs whether it is in use or not, US dollars an hour; 0 where it is rented. */
  readonly capitalUsdPerHour: number
}

export interface Inventory {
  readonly kinds: readonly FleetNode[]
  readonly limits: readonly Limit[]
}

/**
 * The nodes of a fleet: owned ones, and the shapes of each offer that may be rented.
 * @throws InputError at the entry whose offers cannot be used, with the reason.
 */
export function inventoryOf(
  scenario: FleetScenario,
  prices: CompletePrices,
  catalog: Catalog,
  asOf: string,
  locate: Locate,
): Inventory {
  const byRegion = scenario.limits?.some(({ region }) => region !== undefined) === true
  const kinds: FleetNode[] = []
  const limits: Limit[] = []
  for (const [index, entry] of scenario.inventory.entries()) {
    if ('gpu' in entry) {
      kinds.push(ownedKind(entry, catalog, asOf))
      continue
    }
    const offers = rentable(entry, prices, catalog, asOf, () => locate(['inventory', index, 'offer']))
    const shapes = cheapestShapes(offers, byRegion).filter(({ offer, pricing }) =>
      kinds.every((kind) => kind.id !== idOf(offer, pricing, byRegion)),
    )
    const own = shapes.map((priced) => rentedKind(priced, byRegion, entry.max_instances ?? null))
    kinds.push(...own)
    const [first] = own
    if (entry.max_instances !== undefined && own.length > 1 && first !== undefined) {
      limits.push({
        id: `${entry.offer}: ${entry.max_instances} instances`,
        kinds: own.map(({ id }) => id),
        counts: 'nodes',
        most: entry.max_instances,
      })
    }
  }
  for (const limit of scenario.limits ?? []) {
    const named = kinds.filter(({ priced }) => countsIn(limit, priced.offer, priced.pricing))
    limits.push({ id: limitText(limit), kinds: named.map(({ id }) => id), counts: 'gpus', most: limit.gpus })
  }
  return { kinds, limits }
}

function ownedKind(entry: OwnedNodes, catalog: Catalog, asOf: string): FleetNode {
  const gpu = get(catalog, 'gpus', entry.gpu)
  const gpusPerNode = entry.gpus_per_node ?? 1
  const owned = ownedCostOf(entry.owned)
  const link = gpusPerNode === 1 ? null : (entry.link ?? gpu.interconnect.link)
  const id = nodesName(entry)
  const offer: Offer = {
    id,
    provider: 'owned',
    instance: id,
    gpu: gpu.id,
    gpu_count: gpusPerNode,
    vcpus: null,
    ram_gb: null,
    region: '',
    usd_per_hour: {},
    owned,
    link,
    network_gbit_per_second: entry.network_gbit_per_second ?? null,
    confidence: 'high',
    kind: 'owned',
    source: 'the scenario',
    price_as_of: asOf,
    set: null,
  }
  return {
    id,
    gpu: gpu.id,
    link,
    gpusPerNode,
    networkGbitPerSecond: offer.network_gbit_per_second,
    nodes: entry.nodes,
    usdPerHour: ownedRunningUsdPerHour(owned),
    capitalUsdPerHour: ownedCapitalUsdPerHour(owned),
    priced: { offer, pricing: 'owned', usdPerHour: ownedUsdPerHour(owned), priceFrom: 'user' },
  }
}

const WHY: Readonly<Record<ExclusionReason, string>> = {
  set: 'of a set of prices that prices.offers does not name',
  provider: 'of another provider',
  gpu: 'with another GPU',
  pricing: 'not sold that way',
  confidence: 'of low confidence (prices.min_confidence admits them)',
  price_age: 'too old (prices.max_age_days admits them)',
}

function rentable(
  entry: RentedNodes,
  prices: CompletePrices,
  catalog: Catalog,
  asOf: string,
  position: () => ReturnType<Locate>,
): readonly PricedOffer[] {
  const named = offersNamed(catalog.offers.values(), entry.offer)
  const { eligible, excluded } = eligibleOffers(named, {
    asOf,
    maxAgeDays: prices.max_age_days,
    minConfidence: prices.min_confidence,
    pricing: entry.pricing ?? ['on-demand'],
    // An offer that is named with its set is wanted with it.
    sets: [...new Set(named.map(({ set }) => set ?? DEFAULT_SET))],
    discountPercent: prices.discount_percent,
    overrides: prices.overrides,
  })
  const [first] = excluded
  if (eligible.length > 0 || first === undefined) return eligible
  throw inputError(`no offer named ${JSON.stringify(entry.offer)} can be used: ${WHY[first.reason]}`, {
    path: ['inventory'],
    position: position(),
  })
}

/** Of shapes that differ in the region alone the cheapest, unless limits tell regions apart. */
function cheapestShapes(offers: readonly PricedOffer[], byRegion: boolean): PricedOffer[] {
  const best = new Map<string, PricedOffer>()
  for (const priced of offers) {
    const id = idOf(priced.offer, priced.pricing, byRegion)
    const known = best.get(id)
    if (
      known === undefined ||
      priced.usdPerHour < known.usdPerHour ||
      (priced.usdPerHour === known.usdPerHour && priced.offer.id < known.offer.id)
    )
      best.set(id, priced)
  }
  return [...best.values()]
}

function idOf(offer: Offer, pricing: PricedOffer['pricing'], byRegion: boolean): string {
  const where = byRegion ? `/${offer.region}` : ''
  return `${offer.provider}/${offer.instance}${where}${pricing === 'on-demand' ? '' : ` ${pricing}`}`
}

function rentedKind(priced: PricedOffer, byRegion: boolean, maxInstances: number | null): FleetNode {
  const { offer } = priced
  const most = Math.min(maxInstances ?? Number.POSITIVE_INFINITY, offer.max_instances ?? Number.POSITIVE_INFINITY)
  return {
    id: idOf(offer, priced.pricing, byRegion),
    gpu: offer.gpu,
    link: offer.gpu_count === 1 ? null : offer.link,
    gpusPerNode: offer.gpu_count,
    networkGbitPerSecond: offer.network_gbit_per_second,
    nodes: Number.isFinite(most) ? most : null,
    usdPerHour: priced.usdPerHour,
    capitalUsdPerHour: 0,
    priced,
  }
}

/** `lambda us-west-1 h100-sxm-80gb: 16 GPUs`. */
function limitText({ provider, region, gpu, pricing, gpus }: RentLimit): string {
  const of = [provider, region, gpu, pricing].filter((each) => each !== undefined).join(' ')
  return `${of}: ${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'}`
}
