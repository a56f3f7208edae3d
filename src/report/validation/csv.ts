import { quantities, type ValidatedRecord, type Validation } from '../../measurements/validation.ts'
import { csv } from '../csv.ts'
import type { Cell } from '../csv-fields.ts'
import { rounded } from './words.ts'

const HEAD = [
  'id',
  'kind',
  'group',
  'model',
  'gpu',
  'engine',
  'method',
  'outcome',
  'quantity',
  'predicted',
  'measured',
  'error',
  'signed_error',
  'skipped',
]

/**
 * A row a record and quantity. A record without any, or one that was skipped, has one row with an empty quantity. The verdict is the
 * quantity `fits`, true or false on both sides; errors are shares.
 */
export function validationCsv({ records }: Validation): string {
  return csv([HEAD, ...records.flatMap(rowsOf)])
}

type Row = readonly [quantity: string, predicted: Cell, measured: Cell]

function rowsOf(record: ValidatedRecord): Cell[][] {
  const { id, kind, group, model, gpu, engine, method, error, signed, skipped } = record
  const leading = [id, kind, group, model, gpu, engine, method, record.measured.outcome]
  const shares = error as Readonly<Record<string, number | undefined>>
  const rows = skipped === undefined ? [...figureRows(record), ...otherRows(record)] : []
  if (rows.length === 0) return [[...leading, null, null, null, null, null, skipped ?? null]]
  return rows.map(([quantity, predicted, measured]) => [
    ...leading,
    quantity,
    predicted,
    measured,
    number(shares[quantity]),
    number(signed[quantity]),
    null,
  ])
}

/** What was measured or predicted: a run out of memory has no figures of its own. */
function figureRows({ predicted, measured }: ValidatedRecord): Row[] {
  return quantities
    .filter((quantity) => measured[quantity] !== undefined || predicted[quantity] !== undefined)
    .map((quantity): Row => [quantity, number(predicted[quantity]), number(measured[quantity])])
}

function otherRows({ predicted, measured, error }: ValidatedRecord): Row[] {
  return [
    ...(error.kv_cache_of_gpu === undefined ? [] : [['kv_cache_of_gpu', null, null] as const]),
    ...(predicted.fits === undefined
      ? []
      : [['fits', String(predicted.fits), String(measured.outcome === 'ok')] as const]),
  ]
}

function number(value: number | undefined): number | null {
  return value === undefined ? null : rounded(value)
}
