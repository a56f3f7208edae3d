import { type Catalog, get } from '../catalog/catalog.ts'
import { predictRecord } from './predict.ts'
import type { MeasuredRecord } from './record.ts'
import { summarize } from './summary.ts'
import { type Figures, type Prediction, quantities, type ValidatedRecord, type Validation } from './validation.ts'

/** Holds every record against the model, in the order given. */
export function validateRecords(records: readonly MeasuredRecord[], catalog: Catalog): Validation {
  const validated = records.map((record) => validateRecord(record, catalog))
  return { records: validated, summary: summarize(validated) }
}

function validateRecord(record: MeasuredRecord, catalog: Catalog): ValidatedRecord {
  const prediction = predictRecord(record, catalog)
  const skipped = 'skipped' in prediction ? prediction.skipped : nothingToCompare(record, prediction)
  const base = {
    id: record.id,
    kind: record.kind,
    group: record.group,
    model: typeof record.model === 'string' ? record.model : 'described in the record',
    gpu: record.gpu,
    engine: 'engine' in record ? record.engine.name : record.trainer.name,
    method: 'engine' in record ? (record.configuration.quantization ?? 'not stated') : record.configuration.method,
    measured: { ...figuresOf(record.measured), outcome: record.outcome },
  }
  if ('skipped' in prediction || skipped !== undefined) {
    return { ...base, predicted: {}, error: {}, signed: {}, experts: null, assumed: [], skipped: skipped ?? '' }
  }
  return { ...base, ...compared(record, prediction, catalog) }
}

/** The figures of a record alone, without what says how they were read. */
function figuresOf(measured: MeasuredRecord['measured']): Figures {
  return Object.fromEntries(
    quantities.flatMap((name) => (measured[name] === undefined ? [] : [[name, measured[name]]])),
  )
}

function nothingToCompare(record: MeasuredRecord, { figures, fits }: Prediction): string | undefined {
  if (fits !== undefined) return undefined
  const read = Object.keys(figuresOf(record.measured))
  if (read.some((name) => figures[name as keyof Figures] !== undefined)) return undefined
  return read.length === 0 ? 'nothing was measured' : `${read.join(', ')} of such a run is not modelled`
}

/** Only what was measured is predicted in a result, and whether the run starts. */
function compared(
  record: MeasuredRecord,
  { figures, fits, fitsWithHeadroom, experts, assumed }: Prediction,
  catalog: Catalog,
): Pick<ValidatedRecord, 'predicted' | 'error' | 'signed' | 'experts' | 'assumed'> {
  const predicted: Record<string, number | boolean> = {}
  const error: Record<string, number> = {}
  const signed: Record<string, number> = {}
  const add = (name: string, difference: number): void => {
    signed[name] = difference
    error[name] = Math.abs(difference)
  }
  for (const name of quantities) {
    const read = record.measured[name]
    const said = figures[name]
    if (said === undefined || (read === undefined && record.outcome === 'ok')) continue
    predicted[name] = said
    if (read === undefined) continue
    if (read > 0) add(name, said / read - 1)
    if (name === 'kv_cache_gib')
      add('kv_cache_of_gpu', (said - read) / get(catalog, 'gpus', record.gpu).memory.usable_gib)
  }
  if (fits !== undefined) {
    predicted.fits = fits
    error.fits = fits === (record.outcome === 'ok') ? 0 : 1
  }
  if (fitsWithHeadroom !== undefined) predicted.fits_with_headroom = fitsWithHeadroom
  return { predicted, error, signed, experts, assumed }
}
