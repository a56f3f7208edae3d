import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Catalog } from '../../src/catalog/catalog.ts'
import { loadCatalog } from '../../src/io/load-catalog.ts'
import { quantile } from '../../src/measurements/quantile.ts'
import { measurementsSchema, type TrainingRecord } from '../../src/measurements/record.ts'
import { predictTraining } from '../../src/measurements/training.ts'
import type { Prediction } from '../../src/measurements/validation.ts'

/** A published run beside its prediction. */
export interface Compared {
  readonly record: TrainingRecord
  readonly prediction: Prediction
  /** Predicted over measured less one, percent; null where the quantity was not published. */
  readonly error: number | null
}

type File = 'training-memory' | 'training-throughput'
const QUANTITY = { 'training-memory': 'peak_gib', 'training-throughput': 'tokens_per_second' } as const

/** The records of a file, checked like those of a user. */
export function readRecords(file: File): TrainingRecord[] {
  const text = readFileSync(new URL(`${file}.yaml`, import.meta.url), 'utf8')
  return measurementsSchema.parse(parse(text)).records.map((record) => {
    if (record.kind !== 'training-memory' && record.kind !== 'training-throughput') throw new Error(record.id)
    return record
  })
}

let shipped: Promise<Catalog> | undefined
export function catalog(): Promise<Catalog> {
  shipped ??= loadCatalog()
  return shipped
}

/** Every record of a file with its prediction; one that is skipped is a failure, since the model expresses all of them. */
export async function compareRecords(file: File): Promise<Compared[]> {
  const facts = await catalog()
  const quantity = QUANTITY[file]
  return readRecords(file).map((record): Compared => {
    const prediction = predictTraining(record, facts)
    if ('skipped' in prediction) throw new Error(`${record.id}: ${prediction.skipped}`)
    const measured = record.measured[quantity]
    const predicted = prediction.figures[quantity]
    if (predicted === undefined) throw new Error(`${record.id}: no ${quantity}`)
    return { record, prediction, error: measured === undefined ? null : 100 * (predicted / measured - 1) }
  })
}

/** Count, median and 90th percentile of the absolute errors, and their mean with sign, percent. */
export function errorsOf(compared: readonly Compared[]): { count: number; median: number; p90: number; bias: number } {
  const errors = compared.flatMap(({ error }) => (error === null ? [] : [error]))
  const absolute = errors.map(Math.abs)
  return {
    count: errors.length,
    median: quantile(absolute, 0.5),
    p90: quantile(absolute, 0.9),
    bias: errors.reduce((sum, error) => sum + error, 0) / errors.length,
  }
}
