import type { ValidatedRecord, Validation } from '../../measurements/validation.ts'
import { resultVersion } from '../../result/version.ts'
import { json } from '../json.ts'
import { rounded } from './words.ts'

/** `{ records, summary }`, one entry a record in the order of the files; errors are shares. Figures have six significant digits. */
export function validationJson({ records, summary }: Validation): string {
  return json({
    version: resultVersion,
    records: records.map(recordJson),
    summary: summary.map(({ kind, quantity, group, count, median, p90, bias }) => ({
      kind,
      quantity,
      group,
      count,
      median: rounded(median),
      p90: rounded(p90),
      bias: rounded(bias),
    })),
  })
}

function recordJson(record: ValidatedRecord): Record<string, unknown> {
  const { id, kind, group, model, gpu, engine, method, experts, predicted, measured, error, signed } = record
  const { assumed, skipped } = record
  return {
    id,
    kind,
    group,
    model,
    gpu,
    engine,
    method,
    experts,
    predicted: figures(predicted),
    measured: figures(measured),
    error: figures(error),
    signed: figures(signed),
    assumed,
    ...(skipped === undefined ? {} : { skipped }),
  }
}

function figures(values: object): Record<string, unknown> {
  const entries = Object.entries(values).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' ? rounded(value) : value,
  ])
  return Object.fromEntries(entries)
}
