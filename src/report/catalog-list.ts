import { type Catalog, type Entries, type Subject, subjects } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import { BYTES_PER_GIB, count, gib, rate, roundedCount, significant, usdPerHour } from '../units.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { blocks, markdownTable } from './markdown/blocks.ts'
import { printable } from './printable.ts'
import { type Column, table } from './table.ts'

interface Listing<T> {
  readonly columns: readonly Column[]
  row(entry: T): string[]
}

const right = (title: string): Column => ({ title, align: 'right' })
const nameColumn: Column = { title: 'name', least: 10 }

/** What one line says of an entry of each subject. */
const LISTINGS: { readonly [S in Subject]: Listing<Entries[S]> } = {
  gpus: {
    columns: [
      { title: 'id' },
      right('memory'),
      right('GB/s'),
      right('16-bit TFLOPS'),
      { title: 'link' },
      { title: 'family' },
    ],
    row: ({ id, memory, memory_bandwidth_gb_per_second, dense_tflops, interconnect, generation }) => [
      id,
      gib(memory.usable_gib * BYTES_PER_GIB),
      rate(memory_bandwidth_gb_per_second),
      optional(dense_tflops.bf16 ?? dense_tflops.fp16, rate),
      interconnect.link,
      generation,
    ],
  },
  models: {
    columns: [{ title: 'id' }, right('parameters'), right('active'), right('context'), { title: 'released in' }],
    row: (model) => [
      model.id,
      optional(model.published?.parameters ?? model.parameters, roundedCount),
      optional(model.published?.active_parameters ?? model.active_parameters, roundedCount),
      optional(model.architecture?.max_positions, count),
      releasedIn(model),
    ],
  },
  offers: {
    columns: [
      { title: 'id', least: 30 },
      { title: 'GPUs', least: 16 },
      right('on-demand'),
      right('spot'),
      { title: 'price of' },
      { title: 'trust' },
    ],
    row: ({ id, gpu, gpu_count, usd_per_hour, price_as_of, confidence }) => [
      id,
      `${gpu_count}x ${gpu}`,
      optional(usd_per_hour['on-demand'], usdPerHour),
      optional(usd_per_hour.spot, usdPerHour),
      price_as_of,
      confidence,
    ],
  },
  quantizations: {
    columns: [{ title: 'id' }, nameColumn, right('bits'), { title: 'kernel' }],
    row: ({ id, name, bits, other_bits, kernel }) => [
      id,
      name,
      significant(bits.linear ?? bits.expert ?? other_bits, 4),
      kernel,
    ],
  },
  kvFormats: {
    columns: [{ title: 'id' }, nameColumn, right('bytes an element')],
    row: ({ id, name, bytes_per_element }) => [id, name, significant(bytes_per_element, 4)],
  },
  engines: {
    columns: [{ title: 'id' }, nameColumn, { title: 'releases', least: 20 }],
    row: ({ id, name, releases }) => [id, name, releases.map((release) => release.label).join(', ')],
  },
  kernels: { columns: [{ title: 'id' }, nameColumn], row: ({ id, name }) => [id, name] },
  generations: { columns: [{ title: 'id' }, nameColumn], row: ({ id, name }) => [id, name] },
  links: { columns: [{ title: 'id' }, nameColumn], row: ({ id, name }) => [id, name] },
}

function optional(value: number | undefined, print: (value: number) => string): string {
  return value === undefined ? '-' : print(value)
}

function releasedIn({ native_quantization, architecture }: Model): string {
  return native_quantization?.scheme ?? architecture?.dtype ?? '-'
}

export type ListFormat = 'text' | 'json' | 'csv' | 'markdown'

/** One line an entry of a subject; as JSON the entries whole. */
export function listSubject<S extends Subject>(catalog: Catalog, subject: S, format: ListFormat): string {
  const entries = [...(catalog[subject] as ReadonlyMap<string, Entries[S]>).values()]
  if (format === 'json') return json(entries)
  const listing: Listing<Entries[S]> = LISTINGS[subject]
  return rows(listing.columns, printable(entries.map((entry) => listing.row(entry))), format)
}

/** How many entries each subject has. */
export function listSubjects(catalog: Catalog, format: ListFormat): string {
  const counts = subjects.map((subject) => [subject, catalog[subject].size] as const)
  if (format === 'json') return json(Object.fromEntries(counts))
  return rows(
    [{ title: 'subject' }, right('entries')],
    counts.map(([subject, entries]) => [subject, count(entries)]),
    format,
  )
}

function rows(
  columns: readonly Column[],
  cells: readonly (readonly string[])[],
  format: 'text' | 'csv' | 'markdown',
): string {
  if (format === 'csv') return csv([columns.map((column) => column.title), ...cells])
  if (format === 'markdown') return blocks([markdownTable(columns, cells)])
  return `${table(columns, cells, LIST_COLUMNS).join('\n')}\n`
}

/** Lists are searched and piped, so their ids are never cut: they may be wider than a screen. */
const LIST_COLUMNS = Number.POSITIVE_INFINITY
