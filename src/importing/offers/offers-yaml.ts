import type { OfferEntry, OfferFile } from '../../catalog/offer.ts'
import { yamlText } from '../../yaml-text.ts'

/** A file of offers as `catalogs/offers` writes them: an entry a line or two, fields that have their default left out. */
export function offersYaml(file: OfferFile): string {
  const head = yamlText({
    provider: file.provider,
    ...(file.name === undefined ? {} : { name: file.name }),
    as_of: file.as_of,
    ...(file.notes === undefined ? {} : { notes: file.notes }),
  })
  return `${head}offers:\n${file.offers.map((offer) => `  - ${flow(fields(offer))}\n`).join('')}`
}

function fields(offer: OfferEntry): Record<string, unknown> {
  const { vcpus, ram_gb, link, network_gbit_per_second, kind, ...rest } = offer
  const { instance, gpu, gpu_count, region, usd_per_hour, ...more } = rest
  return {
    instance,
    gpu,
    gpu_count,
    ...(vcpus === null ? {} : { vcpus }),
    ...(ram_gb === null ? {} : { ram_gb }),
    region,
    usd_per_hour,
    ...(link === null ? {} : { link }),
    ...(network_gbit_per_second === null ? {} : { network_gbit_per_second }),
    ...more,
    ...(kind === 'cloud' ? {} : { kind }),
  }
}

/** A map on one line. The printer quotes what needs it, so a name with a colon, a quote or a line break stays that name. */
function flow(value: Record<string, unknown>): string {
  return yamlText(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}
