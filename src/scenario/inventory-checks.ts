import type { Offer } from '../catalog/offer.ts'
import { didYouMean } from '../catalog/suggest.ts'
import type { Path } from './diagnostic.ts'
import type { Checker } from './ids.ts'
import type { OwnedNodes, RentedNodes, RentLimit } from './inventory.ts'

/** Names in a list of owned nodes must be known, and differ. Returns the entry with ids in the place of aliases. */
export function checkOwnedNodes(entry: OwnedNodes, path: Path, check: Checker): OwnedNodes {
  const gpu = check.entry('gpus', entry.gpu, [...path, 'gpu']) ?? entry.gpu
  const { link } = entry
  if (link !== undefined && !check.catalog.links.has(link))
    check.unknown('link', link, [...path, 'link'], [...check.catalog.links.keys()])
  return { ...entry, gpu }
}

/** The offer must name something that the catalog has. */
export function checkRentedNodes(entry: RentedNodes, path: Path, check: Checker): void {
  const offers = [...check.catalog.offers.values()]
  if (offersNamed(offers, entry.offer).length > 0) return
  const known = [...new Set(offers.flatMap((offer) => [`${offer.provider}/${offer.gpu}`, offer.id]))]
  const hint = didYouMean(entry.offer, known) ?? 'plan catalog list offers shows them'
  check.error([...path, 'offer'], `unknown offer ${JSON.stringify(entry.offer)}`, hint)
}

/**
 * The offers that an id, `provider/gpu` or `provider/instance` names: general ones, and where there is none those of named sets of prices.
 */
export function offersNamed(offers: Iterable<Offer>, text: string): Offer[] {
  const all = [...offers]
  const byId = all.filter((offer) => offer.id === text)
  if (byId.length > 0) return byId
  const named = all.filter(
    (offer) => `${offer.provider}/${offer.gpu}` === text || `${offer.provider}/${offer.instance}` === text,
  )
  const general = named.filter(({ set }) => set === null)
  return general.length > 0 ? general : named
}

/** A limit must name something, and something known. Returns it with ids in the place of aliases. */
export function checkRentLimit(limit: RentLimit, path: Path, check: Checker): RentLimit {
  const { provider, region, gpu, pricing } = limit
  if (provider === undefined && region === undefined && gpu === undefined && pricing === undefined) {
    check.error(path, 'a limit says of what: provider, region, gpu or pricing', undefined, 'key')
  }
  if (provider !== undefined) check.providers([provider], [...path, 'provider'])
  if (region !== undefined) {
    const regions = new Set([...check.catalog.offers.values()].map((offer) => offer.region))
    if (!regions.has(region)) check.unknown('region', region, [...path, 'region'], [...regions])
  }
  if (gpu === undefined) return limit
  return { ...limit, gpu: check.entry('gpus', gpu, [...path, 'gpu']) ?? gpu }
}

/** What owned nodes are called: their name, else their GPU. */
export function nodesName(entry: OwnedNodes): string {
  return entry.name ?? entry.gpu
}

/** Two lots of nodes of one name could not be told apart. */
export function checkNames(entries: readonly { readonly name: string; readonly path: Path }[], check: Checker): void {
  const seen = new Set<string>()
  for (const { name, path } of entries) {
    if (seen.has(name)) check.error(path, `two lots of nodes are called ${JSON.stringify(name)}`, 'give each a name')
    seen.add(name)
  }
}
