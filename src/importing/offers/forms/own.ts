import { confidence as confidences, offerSchema } from '../../../catalog/offer.ts'
import { didYouMean } from '../../../catalog/suggest.ts'
import { inputError } from '../../../scenario/diagnostic.ts'
import { identify } from '../identify.ts'
import { placed, readPrices } from '../price-cells.ts'
import { providerId } from '../providers.ts'
import { type RowReading, skipping } from '../row.ts'
import type { Row, Table } from '../table.ts'
import type { Drop, ImportContext, ListPricing, OfferForm, Sighting, Skip } from '../types.ts'

/** Columns of one's own price list, with what stands in them. The documentation prints this table. */
export const OWN_COLUMNS = {
  provider: 'who sells it; also --provider for the whole file',
  instance: "the provider's name of the shape",
  gpu: 'an id of the catalog, or a name that stands for one GPU only',
  gpu_count: 'GPUs of one instance',
  vcpus: 'virtual processors of one instance',
  ram_gb: 'memory of one instance, GB',
  region: 'where it stands; empty: unstated',
  usd_per_hour: 'on-demand, US dollars an hour for the whole instance',
  usd_per_gpu_hour: 'on-demand, US dollars an hour for one GPU, in place of usd_per_hour',
  spot_usd_per_hour: 'spot, US dollars an hour for the whole instance',
  reserved_1y_usd_per_hour: 'committed for one year, the same',
  reserved_3y_usd_per_hour: 'committed for three years, the same',
  currency: 'USD or empty; rows in another currency are left out',
  as_of: 'day of the price, YYYY-MM-DD or YYYY-MM; empty: --as-of',
  confidence: 'low, medium or high; empty: medium',
  kind: 'cloud, broker, marketplace; empty: cloud',
  link: 'how the GPUs are joined, an id of `plan catalog list links`; empty: as the GPU usually is',
  network_gbit_per_second: 'fabric between instances, Gbit/s; empty: not used for more than one',
  max_instances: 'most that may be taken at once',
  note: 'shown with the offer',
} as const
type OwnColumn = keyof typeof OWN_COLUMNS

/** Other names that such lists carry. */
const SYNONYMS: Readonly<Record<string, OwnColumn>> = {
  instance_type: 'instance',
  price_usd_per_hour: 'usd_per_hour',
  on_demand_usd_per_hour: 'usd_per_hour',
}

const REQUIRED: readonly OwnColumn[] = ['instance', 'gpu', 'gpu_count']
const PRICES: Readonly<Record<ListPricing, OwnColumn>> = {
  'on-demand': 'usd_per_hour',
  spot: 'spot_usd_per_hour',
  'reserved-1y': 'reserved_1y_usd_per_hour',
  'reserved-3y': 'reserved_3y_usd_per_hour',
}

/** Where no region is stated; shipped offers without one carry the same. */
const NO_REGION = 'unstated'

/** One's own price list: a documented CSV with units in the names of its columns. */
export const own: OfferForm = {
  id: 'own',
  name: 'own price list',
  recognises: (columns) => {
    const named = columns.map(columnOf)
    return REQUIRED.every((column) => named.includes(column))
  },
  read(table, context) {
    const column = columnsOf(table, context)
    const sightings: Sighting[] = []
    const skips: Skip[] = []
    const drops: Drop[] = []
    for (const row of table.rows) {
      refuseDecimalCommas(row, column)
      const result = readRow(row, column, context)
      if ('reason' in result) skips.push(result)
      else {
        sightings.push(result.sighting)
        drops.push(...result.drops)
      }
    }
    return { sightings, skips, drops }
  },
}

function columnOf(name: string): string {
  return Object.hasOwn(SYNONYMS, name) ? (SYNONYMS[name] ?? name) : name
}

/** The file's own name of each column; undefined where it has none. */
type Columns = (column: OwnColumn) => string

function columnsOf(table: Table, context: ImportContext): Columns {
  const known = Object.keys(OWN_COLUMNS)
  const names = new Map<string, string>()
  for (const name of table.columns) {
    const column = columnOf(name)
    if (!known.includes(column)) {
      const hint = didYouMean(name, known) ?? `columns: ${known.join(', ')}`
      throw inputError(`unknown column ${JSON.stringify(name)}`, { position: { file: table.file, line: 1 }, hint })
    }
    if (names.has(column))
      throw inputError(`${name} and ${names.get(column)} are the same column`, {
        position: { file: table.file, line: 1 },
      })
    names.set(column, name)
  }
  const missing = REQUIRED.filter((column) => !names.has(column))
  if (missing.length > 0)
    throw inputError(`the column ${missing.join(', ')} is missing`, { position: { file: table.file, line: 1 } })
  if (names.has('usd_per_hour') && names.has('usd_per_gpu_hour')) {
    throw inputError('usd_per_hour and usd_per_gpu_hour exclude each other', {
      position: { file: table.file, line: 1 },
      hint: 'which of them a row means would be a guess; keep one column',
    })
  }
  if (context.provider === null && !names.has('provider'))
    throw inputError('the column provider is missing', {
      position: { file: table.file, line: 1 },
      hint: '--provider NAME names it for the whole file',
    })
  return (column) => names.get(column) ?? column
}

const DECIMAL_COMMA = /^[$]?\d+,\d+$/

/** A decimal comma would silently become another number, or an empty one; the whole file is suspect then. */
function refuseDecimalCommas(row: Row, column: Columns): void {
  for (const name of [...Object.values(PRICES), 'usd_per_gpu_hour'] as const) {
    const text = row.text(column(name))
    if (!DECIMAL_COMMA.test(text)) continue
    throw inputError(`${column(name)} ${JSON.stringify(text)} has a comma`, {
      position: { file: row.file, line: row.line },
      hint: `write ${text.replace(',', '.')}: prices take a decimal point and no separators of thousands`,
    })
  }
}

function readRow(row: Row, column: Columns, context: ImportContext): RowReading {
  const text = (name: OwnColumn): string => row.text(column(name))
  const instance = text('instance')
  const region = text('region') || NO_REGION
  const provider = context.provider ?? providerId(text('provider'))
  const subject = `${instance} ${region}`.trim()
  const skip = skipping(row, subject)
  if (instance === '' || provider === '') return skip('no-name')
  const currency = text('currency').toUpperCase()
  if (currency !== '' && currency !== 'USD') return skip('currency', currency)
  const count = row.number(column('gpu_count'))
  if (typeof count !== 'number' || count <= 0 || !Number.isInteger(count))
    return skip('gpu-count', `gpu_count ${JSON.stringify(text('gpu_count'))}`)
  const columns = Object.fromEntries(Object.entries(PRICES).map(([pricing, name]) => [pricing, column(name)]))
  const perGpu = text('usd_per_gpu_hour') !== ''
  const prices = readPrices({
    row,
    columns: perGpu ? { ...columns, 'on-demand': column('usd_per_gpu_hour') } : columns,
    ...(perGpu ? { onDemandTimes: count } : {}),
  })
  if (!prices.ok) return skip(prices.reason, prices.detail)
  const found = identify({ provider, instance, name: text('gpu'), count }, context)
  if (!found.ok) return skip(found.reason, found.detail)
  const stated = statedFields(row, column, context)
  if (typeof stated === 'string') return skip('unreadable-value', stated)
  const numbers: Partial<Record<'vcpus' | 'ram_gb', number>> = {}
  for (const name of ['vcpus', 'ram_gb'] as const) {
    const value = row.number(column(name))
    if (value === undefined || (value !== null && value <= 0)) return skip('unreadable-value', `${name} ${text(name)}`)
    if (value !== null) numbers[name] = value
  }
  const sighting: Sighting = {
    file: row.file,
    lines: [row.line],
    provider,
    instance,
    gpu: found.gpu,
    gpuCount: count,
    vcpus: numbers.vcpus ?? null,
    ramGb: numbers.ram_gb ?? null,
    region,
    usdPerHour: prices.usdPerHour,
    source: 'own price list',
    notes: text('note') === '' ? [] : [text('note')],
    stated,
  }
  return { sighting, drops: placed(prices.drops, row, subject) }
}

/** The fields that only such a list states, each checked as the catalog checks it; a sentence where one cannot be read. */
function statedFields(row: Row, column: Columns, { catalog }: ImportContext): Sighting['stated'] | string {
  const stated: { -readonly [K in keyof Sighting['stated']]: Sighting['stated'][K] } = {}
  const text = (name: OwnColumn): string => row.text(column(name))
  const level = text('confidence')
  if (level !== '') {
    const read = confidences.safeParse(level)
    if (!read.success) return `confidence ${JSON.stringify(level)}`
    stated.confidence = read.data
  }
  const kind = text('kind')
  if (kind !== '') {
    const read = offerSchema.shape.kind.safeParse(kind)
    if (!read.success || kind === 'owned') return `kind ${JSON.stringify(kind)}`
    stated.kind = read.data
  }
  const day = text('as_of')
  if (day !== '') {
    const read = offerSchema.shape.as_of.safeParse(day)
    if (!read.success || read.data === undefined || !exists(day)) return `as_of ${JSON.stringify(day)}`
    stated.as_of = read.data
  }
  const link = text('link')
  if (link !== '') {
    if (!catalog.links.has(link)) return `link ${JSON.stringify(link)}`
    stated.link = link
  }
  for (const name of ['network_gbit_per_second', 'max_instances'] as const) {
    const value = row.number(column(name))
    if (value === null) continue
    if (value === undefined || value <= 0 || (name === 'max_instances' && !Number.isInteger(value)))
      return `${name} ${JSON.stringify(text(name))}`
    stated[name] = value
  }
  return stated
}

/** Whether the calendar has the day: a 31st of February is written like a date and is none. */
function exists(day: string): boolean {
  const date = new Date(day)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
