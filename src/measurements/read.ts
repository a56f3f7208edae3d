import type { Catalog } from '../catalog/catalog.ts'
import { type Diagnostic, InputError, type Position, positionText } from '../scenario/diagnostic.ts'
import { Checker } from '../scenario/ids.ts'
import { validate, valueAt } from '../scenario/located.ts'
import { catalogLimits, parseYaml } from '../scenario/yaml.ts'
import { type MeasuredRecord, measurementsSchema } from './record.ts'

/** A file of measurements as text, under the name that messages call it. */
export interface MeasurementsFile {
  readonly file: string
  readonly text: string
}

/**
 * The records of one file. Ids and aliases of GPUs and models become the catalog's own ids. Engines and trainers that the catalog does
 * not know are no errors: the model may still not be able to express a record, which is a finding and not a mistake.
 *
 * @throws InputError with file:line:column for all that is wrong: the YAML, unknown keys, values, GPUs and models, ids given twice.
 */
export function readRecords(text: string, file: string, catalog: Catalog): MeasuredRecord[] {
  return readRecordFiles([{ text, file }], catalog)
}

/** The records of several files in their order; an id may occur once in all of them. Throws as {@link readRecords}. */
export function readRecordFiles(files: readonly MeasurementsFile[], catalog: Catalog): MeasuredRecord[] {
  const wrong: Diagnostic[] = []
  const places = new Map<string, Position>()
  const records = files.flatMap((file) => readFile(file, catalog, places, wrong))
  if (wrong.length > 0) throw new InputError(wrong)
  return records
}

/** Notes the place of every id in `places`, and what is wrong in `wrong`, in the order of the file. */
function readFile(
  { text, file }: MeasurementsFile,
  catalog: Catalog,
  places: Map<string, Position>,
  wrong: Diagnostic[],
): MeasuredRecord[] {
  const parsed = parseYaml(text, file, catalogLimits)
  if (!parsed.ok) {
    for (const each of parsed.diagnostics) wrong.push(each)
    return []
  }
  const { value, locate } = parsed
  const checker = new Checker(catalog, locate)
  // The ids are looked up in the text as written, so that one run reports what the schema refuses together with them.
  const ids = writtenRecords(value).map((record, index) => {
    const gpu = named(record, 'gpu')
    const model = named(record, 'model')
    return {
      gpu: gpu === undefined ? undefined : checker.entry('gpus', gpu, ['records', index, 'gpu']),
      model: model === undefined ? undefined : checker.entry('models', model, ['records', index, 'model']),
    }
  })
  const checked = validate(measurementsSchema, value, locate)
  const found = [
    ...(checked.ok ? [] : checked.diagnostics),
    ...checker.diagnostics,
    ...(checked.ok ? repeated(checked.data.records, places, (index) => locate(['records', index, 'id'])) : []),
  ]
  for (const each of found.sort(byPlace)) wrong.push(each)
  if (!checked.ok || found.length > 0) return []
  return checked.data.records.map((record, index) => ({
    ...record,
    gpu: ids[index]?.gpu ?? record.gpu,
    model: ids[index]?.model ?? record.model,
  }))
}

function writtenRecords(value: unknown): readonly unknown[] {
  const records = valueAt(value, ['records'])
  return Array.isArray(records) ? records : []
}

/** The name that a record gives; undefined where it gives none, or describes the model itself. */
function named(record: unknown, key: 'gpu' | 'model'): string | undefined {
  const name = valueAt(record, [key])
  return typeof name === 'string' && name.trim() !== '' ? name.trim() : undefined
}

/** Ids that a file before this one holds. Twice in one file is the schema's finding. */
function repeated(
  records: readonly MeasuredRecord[],
  places: Map<string, Position>,
  placeOf: (index: number) => Position,
): Diagnostic[] {
  return records.flatMap(({ id }, index): Diagnostic[] => {
    const position = placeOf(index)
    const earlier = places.get(id)
    places.set(id, earlier ?? position)
    if (earlier === undefined) return []
    const message = `the id ${JSON.stringify(id)} occurs twice, first at ${positionText(earlier)}`
    return [{ severity: 'error', path: ['records', index, 'id'], message, position }]
  })
}

function byPlace({ position: a }: Diagnostic, { position: b }: Diagnostic): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}
