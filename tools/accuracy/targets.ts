import { quantile } from '../../src/measurements/quantile.ts'
import type { MeasuredRecord } from '../../src/measurements/record.ts'
import type { ValidatedRecord } from '../../src/measurements/validation.ts'

/** What predictions are meant to reach, and what they reach. Errors as shares; a verdict's `median` is the share called rightly. */
export interface TargetRow {
  readonly name: string
  readonly runs: number
  readonly median: number
  readonly p90: number | null
  readonly wanted: { readonly median: number; readonly p90: number | null }
}

interface Goal {
  readonly name: string
  readonly quantities: readonly string[]
  readonly median: number
  readonly p90: number
  takes(record: MeasuredRecord, validated: ValidatedRecord): boolean
}

const isMaximumLoad = (record: MeasuredRecord): boolean =>
  record.kind === 'serving-throughput' && record.workload.concurrency === 'max'
const isServer = (record: MeasuredRecord): boolean =>
  record.kind === 'serving-throughput' && record.workload.concurrency !== 1

/** Notes of records whose configuration is a guess. */
const UNSTATED = /precision blank in source/

const GOALS: readonly Goal[] = [
  { name: 'serving: weights per GPU', quantities: ['weights_gib'], median: 0.002, p90: 0.02, takes: () => true },
  {
    name: 'serving: KV tokens from the measured room',
    quantities: ['kv_tokens'],
    median: 0.0005,
    p90: 0.01,
    takes: () => true,
  },
  {
    name: 'serving: KV room, share of the GPU',
    quantities: ['kv_cache_of_gpu'],
    median: 0.005,
    p90: 0.03,
    takes: () => true,
  },
  {
    name: 'training: peak',
    quantities: ['peak_gib'],
    median: 0.04,
    p90: 0.15,
    takes: ({ kind }) => kind === 'training-memory',
  },
  { name: 'training: tokens/s', quantities: ['tokens_per_second'], median: 0.07, p90: 0.25, takes: () => true },
  {
    name: 'serving: TPOT, dense',
    quantities: ['tpot_ms'],
    median: 0.05,
    p90: 0.15,
    takes: (_, { experts }) => experts === false,
  },
  {
    name: 'serving: output tokens/s at maximum load, dense',
    quantities: ['output_tokens_per_second'],
    median: 0.06,
    p90: 0.18,
    takes: (record, { experts }) => experts === false && isMaximumLoad(record),
  },
  {
    name: 'serving: TPOT and output tokens/s, mixtures of experts',
    quantities: ['tpot_ms', 'output_tokens_per_second'],
    median: 0.08,
    p90: 0.22,
    takes: (record, { experts }) => experts === true && isServer(record),
  },
]

/** The share of verdicts that should be right. */
const RIGHT = 0.95

export function targetRows(records: readonly MeasuredRecord[], validated: readonly ValidatedRecord[]): TargetRow[] {
  const pairs = records.map((record, index) => ({ record, result: validated[index] }))
  const rows = GOALS.map(({ name, quantities, median, p90, takes }): TargetRow => {
    const errors = pairs.flatMap(({ record, result }) => {
      if (result === undefined || result.skipped !== undefined || !takes(record, result)) return []
      if (UNSTATED.test(record.note ?? '')) return []
      const own = result.error as Readonly<Record<string, number | undefined>>
      return quantities.flatMap((quantity) => own[quantity] ?? [])
    })
    const reached = { median: quantile(errors, 0.5), p90: quantile(errors, 0.9) }
    return { name, runs: errors.length, ...reached, wanted: { median, p90 } }
  })
  return [
    ...rows,
    verdicts('failed starts and runs called "does not fit", with the default headroom', false, validated),
    verdicts('runs that started called "fits"', true, validated),
  ]
}

/** Failures are called with the headroom that plans keep; runs that started without, because they did. */
function verdicts(name: string, started: boolean, validated: readonly ValidatedRecord[]): TargetRow {
  const runs = validated.filter(
    ({ predicted, measured }) => predicted.fits !== undefined && (measured.outcome === 'ok') === started,
  )
  const right = runs.filter(({ predicted }) => (started ? predicted.fits : predicted.fits_with_headroom) === started)
  return {
    name,
    runs: runs.length,
    median: right.length / runs.length,
    p90: null,
    wanted: { median: RIGHT, p90: null },
  }
}
