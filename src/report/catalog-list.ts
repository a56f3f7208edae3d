import { type Catalog, type Entries, type Subject, subjects } from '../catalog/catalog.ts'
import type { Model } from '../catalog/model.ts'
import { countParameters } from '../model/parameters.ts'
import { describeModel } from '../model/tensors.ts'
import { count, fixed, rate, roundedCount, significant, usd } from '../units.ts'
import { csv } from './csv.ts'
import type { Cell } from './csv-fields.ts'
import { json } from './json.ts'
import { blocks, markdownTable } from './markdown/blocks.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

/** A column of a list: a number keeps its digits in CSV and is rounded for people by `print`. */
interface Field<T> {
  /** Title, with the unit. */
  readonly title: string
  value(entry: T): Cell | undefined
  readonly print?: (value: number) => string
}

/** Parameters computed from the architecture; the stated counts where none is known. */
function parametersOf({ architecture, parameters, active_parameters }: Model): { total?: number; active?: number } {
  if (architecture !== undefined) {
    const { total, active, routedExperts } = countParameters(describeModel(architecture))
    return routedExperts > 0 ? { total, active } : { total }
  }
  return {
    ...(parameters === undefined ? {} : { total: parameters }),
    ...(active_parameters === undefined ? {} : { active: active_parameters }),
  }
}

const named = [{ title: 'id', value: (entry: { id: string }) => entry.id }]
const withName = [...named, { title: 'name', value: (entry: { name: string }) => entry.name }]

/** What one line says of an entry of each subject. */
const FIELDS: { readonly [S in Subject]: readonly Field<Entries[S]>[] } = {
  gpus: [
    ...named,
    { title: 'memory GiB', value: (gpu) => gpu.memory.usable_gib, print: (value) => fixed(value, 1) },
    { title: 'GB/s', value: (gpu) => gpu.memory_bandwidth_gb_per_second, print: rate },
    { title: '16-bit TFLOPS', value: (gpu) => gpu.dense_tflops.bf16 ?? gpu.dense_tflops.fp16, print: rate },
    { title: 'link', value: (gpu) => gpu.interconnect.link },
    { title: 'family', value: (gpu) => gpu.generation },
  ],
  models: [
    ...named,
    { title: 'parameters', value: (model) => parametersOf(model).total, print: roundedCount },
    { title: 'active', value: (model) => parametersOf(model).active, print: roundedCount },
    { title: 'context tokens', value: (model) => model.architecture?.max_positions, print: count },
    { title: 'released in', value: (model) => model.native_quantization?.scheme ?? model.architecture?.dtype },
  ],
  offers: [
    ...named,
    { title: 'gpu', value: (offer) => offer.gpu },
    { title: 'gpus', value: (offer) => offer.gpu_count, print: count },
    { title: 'on-demand $/h', value: (offer) => offer.usd_per_hour['on-demand'], print: usd },
    { title: 'spot $/h', value: (offer) => offer.usd_per_hour.spot, print: usd },
    { title: 'price of', value: (offer) => offer.price_as_of },
    { title: 'confidence', value: (offer) => offer.confidence },
  ],
  quantizations: [
    ...withName,
    {
      title: 'bits',
      value: ({ bits, other_bits }) => bits.linear ?? bits.expert ?? other_bits,
      print: (value) => significant(value, 4),
    },
    { title: 'kernel', value: (format) => format.kernel },
  ],
  kvFormats: [
    ...withName,
    { title: 'bytes an element', value: (format) => format.bytes_per_element, print: (value) => significant(value, 4) },
  ],
  engines: [
    ...withName,
    { title: 'releases', value: (engine) => engine.releases.map((release) => release.label).join(', ') },
  ],
  trainers: [...withName, { title: 'version', value: (trainer) => trainer.version }],
  kernels: withName,
  generations: withName,
  links: withName,
}

export type ListFormat = 'text' | 'json' | 'csv' | 'markdown'

/** One line an entry of a subject; as JSON the entries whole. */
export function listSubject<S extends Subject>(catalog: Catalog, subject: S, format: ListFormat): string {
  const entries = [...(catalog[subject] as ReadonlyMap<string, Entries[S]>).values()]
  const fields: readonly Field<Entries[S]>[] = FIELDS[subject]
  return format === 'json' ? json(entries) : lines(fields, entries, format)
}

/** How many entries each subject has. */
export function listSubjects(catalog: Catalog, format: ListFormat): string {
  if (format === 'json') return json(Object.fromEntries(subjects.map((subject) => [subject, catalog[subject].size])))
  const fields: readonly Field<Subject>[] = [
    { title: 'subject', value: (subject) => subject },
    { title: 'entries', value: (subject) => catalog[subject].size, print: count },
  ]
  return lines(fields, subjects, format)
}

function lines<T>(fields: readonly Field<T>[], entries: readonly T[], format: 'text' | 'csv' | 'markdown'): string {
  const cells = entries.map((entry) => fields.map((field) => field.value(entry) ?? null))
  if (format === 'csv') return csv([fields.map((field) => field.title), ...cells])
  const head = fields.map(({ title, print }) => ({ title, align: print === undefined ? 'left' : 'right' }) as const)
  const shown = printable(cells.map((row) => row.map((cell, index) => shownCell(cell, fields[index]?.print))))
  return format === 'markdown'
    ? blocks([markdownTable(head, shown)])
    : `${table(head, shown, LIST_COLUMNS).join('\n')}\n`
}

function shownCell(cell: Cell, print: ((value: number) => string) | undefined): string {
  if (cell === null) return '-'
  return typeof cell === 'number' ? (print?.(cell) ?? String(cell)) : cell
}

/** Lists are searched and piped, so their ids are never cut: they may be wider than a screen. */
const LIST_COLUMNS = Number.POSITIVE_INFINITY
