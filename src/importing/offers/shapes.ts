import type { Catalog } from '../../catalog/catalog.ts'
import type { Offer } from '../../catalog/offer.ts'
import { knownOffers } from './identify.ts'
import type { ListPricing, Sighting, Skip } from './types.ts'

/** One shape in one region, put together from its rows: zones, spot and on-demand apart, dearer repetitions. */
export interface RegionOffer {
  readonly region: string
  readonly usdPerHour: Readonly<Partial<Record<ListPricing, number>>>
  /** Highest price that a row of the region had, where rows differ. */
  readonly highest: Readonly<Partial<Record<ListPricing, number>>>
  readonly sightings: readonly Sighting[]
}

/** One shape of one provider with every region in which the list has it. */
export interface Shape {
  readonly provider: string
  /** Unique among the shapes of its provider. */
  readonly instance: string
  readonly gpu: string
  readonly gpuCount: number
  readonly regions: readonly RegionOffer[]
  /** The catalog's offers of the same shape. */
  readonly known: readonly Offer[]
}

/** Which regions of a shape become offers: one, all, or those named. */
export type RegionChoice = 'one' | 'all' | readonly string[]

/** The region under which the catalog lists a shape that costs the same wherever it stands. */
const SEVERAL = 'multi'

/** Groups rows by shape and region; of rows that repeat a price the lowest counts. Sorted, so that the order of rows decides nothing. */
export function shapesOf(sightings: readonly Sighting[], catalog: Catalog): Shape[] {
  const groups = groupBy(sightings, ({ provider, instance, gpu, gpuCount }) =>
    JSON.stringify([provider, instance, gpu, gpuCount]),
  )
  const names = groupBy([...groups.values()], ([first]) => `${first?.provider}\n${first?.instance}`)
  return [...groups.values()]
    .flatMap((rows): Shape[] => {
      const [first] = rows
      if (first === undefined) return []
      const { provider, instance, gpu, gpuCount } = first
      const namesakes = names.get(`${provider}\n${instance}`) ?? []
      const known = knownOffers(catalog, provider, instance).filter(
        (offer) => offer.gpu === gpu && offer.gpu_count === gpuCount,
      )
      const name =
        namesakes.length > 1 ? distinctName(first, namesakes, known, catalog) : (known[0]?.instance ?? instance)
      const regions = [...groupBy(rows, ({ region }) => region)].map(([region, inRegion]) =>
        regionOffer(region, inRegion),
      )
      return [{ provider, instance: name, gpu, gpuCount, regions: sortBy(regions, ({ region }) => region), known }]
    })
    .sort(
      (a, b) =>
        compare(a.provider, b.provider) ||
        compare(a.gpu, b.gpu) ||
        a.gpuCount - b.gpuCount ||
        compare(a.instance, b.instance),
    )
}

/** Boards of 40 and 80 GB under one name: the memory goes behind it, as in the shipped catalog; else the GPU, else the count. */
function distinctName(
  first: Sighting,
  namesakes: readonly Sighting[][],
  known: readonly Offer[],
  catalog: Catalog,
): string {
  if (known[0] !== undefined) return known[0].instance
  const gigabytes = (gpu: string): number => catalog.gpus.get(gpu)?.memory.nominal_gb ?? 0
  const firsts = namesakes.flatMap(([each]) => (each === undefined ? [] : [each]))
  const unique = (text: (sighting: Sighting) => string): boolean => new Set(firsts.map(text)).size === firsts.length
  const byMemory = (sighting: Sighting): string => `${gigabytes(sighting.gpu)}GB`
  const byGpu = (sighting: Sighting): string => sighting.gpu
  const suffix = unique(byMemory)
    ? byMemory
    : unique(byGpu)
      ? byGpu
      : (each: Sighting) => `${each.gpuCount}x ${each.gpu}`
  return `${first.instance} (${suffix(first)})`
}

function regionOffer(region: string, sightings: readonly Sighting[]): RegionOffer {
  const usdPerHour: Partial<Record<ListPricing, number>> = {}
  const highest: Partial<Record<ListPricing, number>> = {}
  for (const sighting of sightings) {
    for (const [pricing, usd] of Object.entries(sighting.usdPerHour) as [ListPricing, number][]) {
      usdPerHour[pricing] = Math.min(usd, usdPerHour[pricing] ?? usd)
      highest[pricing] = Math.max(usd, highest[pricing] ?? usd)
    }
  }
  // Rows apart for spot and on-demand are only now seen beside each other.
  const { 'on-demand': onDemand, spot } = usdPerHour
  if (onDemand !== undefined && spot !== undefined && spot >= onDemand) {
    delete usdPerHour.spot
    delete highest.spot
  }
  return { region, usdPerHour: inOrder(usdPerHour), highest, sightings }
}

const ORDER = ['on-demand', 'spot', 'reserved-1y', 'reserved-3y'] as const

/** Rows come in any order; entries list the ways of renting in one. */
function inOrder(prices: RegionOffer['usdPerHour']): RegionOffer['usdPerHour'] {
  const pairs = ORDER.flatMap((pricing) => (prices[pricing] === undefined ? [] : [[pricing, prices[pricing]] as const]))
  return Object.fromEntries(pairs)
}

/**
 * The regions that become offers. `one` follows the shipped catalog: the region in which it lists the shape, so that its price is
 * replaced, and where it lists none the one that is cheapest. Where it lists the shape for several regions at once, the cheapest stands
 * for them under the same name.
 */
export function choose(
  shape: Shape,
  choice: RegionChoice,
): { readonly chosen: readonly RegionOffer[]; readonly skips: readonly Skip[] } {
  const chosen = chosenRegions(shape, choice)
  const taken = new Set(chosen.flatMap(({ sightings }) => sightings))
  const reason = Array.isArray(choice) ? 'region-not-asked' : 'other-region'
  const skips = shape.regions
    .flatMap(({ sightings }) => sightings)
    .filter((sighting) => !taken.has(sighting))
    .map(
      (sighting): Skip => ({
        reason,
        file: sighting.file,
        line: sighting.lines[0] ?? 0,
        subject: `${sighting.instance} ${sighting.region}`,
      }),
    )
  return { chosen, skips }
}

function chosenRegions(shape: Shape, choice: RegionChoice): RegionOffer[] {
  if (choice === 'all') return [...shape.regions]
  if (choice !== 'one') return shape.regions.filter(({ region }) => choice.includes(region))
  const listed = shape.known.map(({ region }) => region)
  const same = shape.regions.filter(({ region }) => listed.includes(region))
  if (same.length > 0) return same
  const cheapest = cheapestOf(shape.regions)
  if (cheapest === undefined) return []
  return [listed.includes(SEVERAL) ? { ...cheapest, region: SEVERAL } : cheapest]
}

/** By the on-demand price, or spot where nothing is sold on demand; the first region by name among equals. */
function cheapestOf(regions: readonly RegionOffer[]): RegionOffer | undefined {
  const onDemand = regions.filter(({ usdPerHour }) => usdPerHour['on-demand'] !== undefined)
  const pool = onDemand.length > 0 ? onDemand : regions
  const price = ({ usdPerHour }: RegionOffer): number =>
    usdPerHour['on-demand'] ?? Math.min(...Object.values(usdPerHour))
  return pool.reduce<RegionOffer | undefined>(
    (best, each) => (best === undefined || price(each) < price(best) ? each : best),
    undefined,
  )
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return groups
}

function sortBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => compare(key(a), key(b)))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
