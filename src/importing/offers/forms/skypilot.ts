import { identify } from '../identify.ts'
import { placed, readPrices } from '../price-cells.ts'
import { providerOfPath } from '../providers.ts'
import { type RowReading, skipping } from '../row.ts'
import type { Row } from '../table.ts'
import type { Drop, ImportContext, OfferForm, Reading, Sighting, Skip } from '../types.ts'
import { readSplitRows, SKYPILOT_SOURCE } from './gcp.ts'

/**
 * Names that SkyPilot gives to one size of a board because the other has a name of its own: `A100` beside `A100-80GB`, `V100` beside
 * `V100-32GB` (skypilot-org/skypilot-catalog catalogs/v8/common/accelerators.csv).
 */
const PLAIN_NAMES: Readonly<Record<string, number>> = { A100: 40, V100: 16 }

/** Providers whose price is the floor bid of an auction (skypilot-org/skypilot sky/catalog/mithril_catalog.py): no list price. */
const AUCTIONS: readonly string[] = ['mithril']

/**
 * SkyPilot's vms.csv (skypilot-org/skypilot-catalog catalogs/v5 to v9): `InstanceType, vCPUs, MemoryGiB, AcceleratorName,
 * AcceleratorCount, GpuInfo, Region, AvailabilityZone, Price, SpotPrice` in any order, more columns at some providers. Prices are US
 * dollars an hour for the whole instance, a row a zone.
 */
export const skypilot: OfferForm = {
  id: 'skypilot',
  name: 'SkyPilot vms.csv',
  recognises: (columns) => ['InstanceType', 'AcceleratorName', 'Price'].every((name) => columns.includes(name)),
  read(table, context) {
    const provider = context.provider ?? providerOfPath(table.file, context.catalog)
    const sightings: Sighting[] = []
    const skips: Skip[] = []
    const drops: Drop[] = []
    const split: Row[] = []
    for (const row of table.rows) {
      if (isHalf(row, provider)) {
        split.push(row)
        continue
      }
      const result = readRow(row, provider, context)
      if ('reason' in result) skips.push(result)
      else {
        sightings.push(result.sighting)
        drops.push(...result.drops)
      }
    }
    const joined = readSplitRows(split, provider, context)
    return {
      sightings: [...sightings, ...joined.sightings],
      skips: [...skips, ...joined.skips],
      drops: [...drops, ...joined.drops],
    } satisfies Reading
  },
}

/** Google's rows stand apart: machines without accelerator, accelerators without machine. */
function isHalf(row: Row, provider: string): boolean {
  if (row.text('InstanceType') === '') return row.text('AcceleratorName') !== ''
  return provider === 'gcp' && row.text('AcceleratorName') === ''
}

function readRow(row: Row, provider: string, context: ImportContext): RowReading {
  const instance = row.text('InstanceType')
  const region = row.text('Region')
  const subject = `${instance} ${region}`.trim()
  const skip = skipping(row, subject)
  const name = row.text('AcceleratorName')
  if (name === '') return skip('no-accelerator')
  if (instance === '') return skip('no-name')
  if (region === '') return skip('no-region')
  const count = row.number('AcceleratorCount')
  if (count === undefined || count === null || count <= 0 || !Number.isInteger(count))
    return skip('gpu-count', `AcceleratorCount ${JSON.stringify(row.text('AcceleratorCount'))}`)
  const isAuction = AUCTIONS.includes(provider)
  const prices = readPrices({
    row,
    columns: isAuction ? { spot: 'Price' } : { 'on-demand': 'Price', spot: 'SpotPrice' },
  })
  if (!prices.ok) return skip(prices.reason, prices.detail)
  const info = gpuInfo(row.text('GpuInfo'), count)
  const found = identify({ provider, instance, name, count, ...info, plainNames: PLAIN_NAMES }, context)
  if (!found.ok) return skip(found.reason, found.detail)
  const sighting: Sighting = {
    file: row.file,
    lines: [row.line],
    provider,
    instance,
    gpu: found.gpu,
    gpuCount: count,
    vcpus: row.number('vCPUs') || null,
    ramGb: row.number('MemoryGiB') || null,
    region,
    usdPerHour: prices.usdPerHour,
    source: SKYPILOT_SOURCE,
    notes: isAuction ? ['the floor bid of an auction'] : [],
    stated: isAuction ? { confidence: 'low', kind: 'marketplace' } : {},
  }
  return { sighting, drops: placed(prices.drops, row, subject) }
}

const MIB_PER_GIB = 1024
/** Below this, what a list calls MiB is GB: RunPod's 80, Shadeform's 48. */
const LEAST_MIB = 1024

/**
 * GpuInfo is a Python or JSON map, or a plain name. Of it only the name and the memory are read, and the memory in every way in which
 * some provider means it: of one GPU or of all, in MiB or in GB.
 */
function gpuInfo(text: string, count: number): { otherName?: string; gigabytes?: number[] } {
  const name = /['"]Name['"]\s*:\s*['"]([^'"]+)['"]/i.exec(text)?.[1]
  const size = Number(/['"]SizeInMiB['"]\s*:\s*([\d.]+)/i.exec(text)?.[1] ?? 0)
  const gigabytes = size < LEAST_MIB ? size : size / MIB_PER_GIB
  return {
    ...(name === undefined ? {} : { otherName: name }),
    ...(gigabytes > 0 ? { gigabytes: count === 1 ? [gigabytes] : [gigabytes, gigabytes / count] } : {}),
  }
}
