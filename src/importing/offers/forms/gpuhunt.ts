import { identify } from '../identify.ts'
import { placed, readPrices } from '../price-cells.ts'
import { providerId, providerOfPath } from '../providers.ts'
import { type RowReading, skipping } from '../row.ts'
import type { Row } from '../table.ts'
import type { Drop, ImportContext, OfferForm, Sighting, Skip } from '../types.ts'

/** Flag of prices of Google's Dynamic Workload Scheduler in calendar mode: reserved for a date, dearer or cheaper than on demand. */
const CALENDAR_FLAG = 'gcp-dws-calendar-mode'

/**
 * A catalog of gpuhunt (dstackai/gpuhunt src/gpuhunt/_internal/models.py, `RawCatalogItem`): `instance_name, location, price, cpu,
 * memory, gpu_count, gpu_name, gpu_memory, spot` and, in newer ones, `disk_size, gpu_vendor, flags, cpu_arch, provider_data`. A price is
 * US dollars an hour for the whole instance; spot and on-demand are rows of their own; the provider is the name of the file.
 */
export const gpuhunt: OfferForm = {
  id: 'gpuhunt',
  name: 'gpuhunt catalog CSV',
  recognises: (columns) =>
    ['instance_name', 'location', 'price', 'gpu_name', 'spot'].every((name) => columns.includes(name)),
  read(table, context) {
    const hasProvider = table.columns.includes('provider')
    const provider = context.provider ?? (hasProvider ? null : providerOfPath(table.file, context.catalog))
    const sightings: Sighting[] = []
    const skips: Skip[] = []
    const drops: Drop[] = []
    for (const row of table.rows) {
      const result = readRow(row, provider ?? providerId(row.text('provider')), context)
      if ('reason' in result) skips.push(result)
      else {
        sightings.push(result.sighting)
        drops.push(...result.drops)
      }
    }
    return { sightings, skips, drops }
  },
}

function readRow(row: Row, provider: string, context: ImportContext): RowReading {
  const instance = row.text('instance_name')
  const location = row.text('location')
  const subject = `${instance} ${location}`.trim()
  const skip = skipping(row, subject)
  const count = row.number('gpu_count')
  const name = row.text('gpu_name')
  if (name === '' || count === 0) return skip('no-accelerator')
  if (instance === '' || provider === '') return skip('no-name')
  if (location === '') return skip('no-region')
  if (count === undefined || count === null || count < 0 || !Number.isInteger(count))
    return skip('gpu-count', `gpu_count ${JSON.stringify(row.text('gpu_count'))}`)
  if (row.text('flags').split(/\s+/).includes(CALENDAR_FLAG)) return skip('not-on-demand', CALENDAR_FLAG)
  const spot = row.text('spot').toLowerCase()
  if (spot !== 'true' && spot !== 'false') return skip('unreadable-value', `spot ${JSON.stringify(row.text('spot'))}`)
  const prices = readPrices({ row, columns: { [spot === 'true' ? 'spot' : 'on-demand']: 'price' } })
  if (!prices.ok) return skip(prices.reason, prices.detail)
  const memory = row.number('gpu_memory')
  const gigabytes = typeof memory === 'number' && memory > 0 ? [memory] : []
  const found = identify({ provider, instance, name, count, gigabytes }, context)
  if (!found.ok) return skip(found.reason, found.detail)
  const sighting: Sighting = {
    file: row.file,
    lines: [row.line],
    provider,
    instance,
    gpu: found.gpu,
    gpuCount: count,
    vcpus: row.number('cpu') || null,
    ramGb: row.number('memory') || null,
    region: regionOf(location, provider),
    usdPerHour: prices.usdPerHour,
    source: 'gpuhunt catalog',
    notes: [],
    stated: {},
  }
  return { sighting, drops: placed(prices.drops, row, subject) }
}

/** Google's locations are zones, `us-central1-a`; the others are regions. */
function regionOf(location: string, provider: string): string {
  return provider === 'gcp' ? location.replace(/-[a-z]$/, '') : location
}
