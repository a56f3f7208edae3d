import type { Catalog } from '../../catalog/catalog.ts'
import type { Confidence, Offer, OfferEntry, OfferFile } from '../../catalog/offer.ts'
import { usd } from '../../units.ts'
import type { RegionOffer, Shape } from './shapes.ts'
import type { ListPricing, Sighting } from './types.ts'

/** What an import says of offers beyond their rows. */
export interface EntryOptions {
  /** Day that dates the files. */
  readonly asOf: string
  /** Of clouds whose rows state none; null: medium. */
  readonly confidence: Confidence | null
}

/** Files of offers, one a provider, as the catalog takes them. Shapes must be sorted by provider. */
export function offerFiles(
  chosen: readonly { readonly shape: Shape; readonly regions: readonly RegionOffer[] }[],
  catalog: Catalog,
  options: EntryOptions,
): OfferFile[] {
  const providers = [...new Set(chosen.map(({ shape }) => shape.provider))].sort()
  return providers.flatMap((provider): OfferFile[] => {
    const mine = chosen.filter(({ shape }) => shape.provider === provider)
    const usual = [...catalog.offers.values()].find((offer) => offer.provider === provider && offer.set === null)
    const offers = mine.flatMap(({ shape, regions }) =>
      regions.map((region) => entry(shape, region, catalog, usual, options)),
    )
    if (offers.length === 0) return []
    const files = [...new Set(mine.flatMap(({ regions }) => regions.flatMap(filesOf)))].sort()
    return [
      {
        provider,
        as_of: options.asOf,
        currency: 'USD',
        notes: [
          `Imported from ${files.map(shortFile).join(', ')}; prices without a day of their own are dated ${options.asOf}.`,
        ],
        offers,
      },
    ]
  })
}

/** The name of a list with its folder, which names the provider in SkyPilot's catalog. */
function shortFile(file: string): string {
  return file.split(/[\\/]/).slice(-2).join('/')
}

function filesOf(region: RegionOffer): string[] {
  return region.sightings.map(({ file }) => file)
}

function entry(
  shape: Shape,
  region: RegionOffer,
  catalog: Catalog,
  usual: Offer | undefined,
  options: EntryOptions,
): OfferEntry {
  const { sightings } = region
  const known = shape.known.find((offer) => offer.region === region.region) ?? shape.known[0]
  const stated = sightings.reduce((all, each) => Object.assign(all, each.stated), {} as Sighting['stated'])
  const kind = stated.kind ?? known?.kind ?? usual?.kind ?? 'cloud'
  // Rows of several days: the oldest, so that the age of the price is never understated.
  const [asOf] = sightings.flatMap((each) => each.stated.as_of ?? []).sort()
  const maxInstances = stated.max_instances ?? known?.max_instances
  const notes = [...new Set(sightings.flatMap((each) => each.notes)), ...rangeNotes(region)]
  return {
    instance: shape.instance,
    gpu: shape.gpu,
    gpu_count: shape.gpuCount,
    vcpus: least(sightings.map((each) => each.vcpus)) ?? known?.vcpus ?? null,
    ram_gb: least(sightings.map((each) => each.ramGb)) ?? known?.ram_gb ?? null,
    region: region.region,
    usd_per_hour: region.usdPerHour,
    link: stated.link ?? known?.link ?? usualLink(shape, catalog),
    network_gbit_per_second: stated.network_gbit_per_second ?? known?.network_gbit_per_second ?? null,
    ...(asOf === undefined ? {} : { as_of: asOf }),
    confidence: stated.confidence ?? (kind === 'marketplace' ? 'low' : (options.confidence ?? 'medium')),
    kind,
    ...(maxInstances === undefined ? {} : { max_instances: maxInstances }),
    source: [...new Set(sightings.map(({ source, file }) => `${source} ${shortFile(file)}`))].sort().join('; '),
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  }
}

/** How such GPUs are usually joined; beyond what a bridge joins, by PCIe. A single GPU has no link. */
function usualLink({ gpu, gpuCount }: Shape, catalog: Catalog): string | null {
  const interconnect = catalog.gpus.get(gpu)?.interconnect
  if (interconnect === undefined || gpuCount === 1) return null
  return gpuCount <= interconnect.domain_size || !interconnect.link.endsWith('-bridge') ? interconnect.link : 'pcie'
}

/** Of rows that disagree on the processors or the memory of a shape, the smallest machine is the one that is sure to be there. */
function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((least, each) => Math.min(least, each))
}

function rangeNotes({ usdPerHour, highest }: RegionOffer): string[] {
  return (Object.entries(usdPerHour) as [ListPricing, number][]).flatMap(([pricing, low]) => {
    const high = highest[pricing] ?? low
    return high > low ? [`${pricing}: ${usd(low)} to ${usd(high)} in the rows of the region, the lowest is taken`] : []
  })
}
