import type { RecordKind } from '../../src/measurements/record.ts'
import type { SummaryRow, ValidatedRecord, Validation } from '../../src/measurements/validation.ts'

/** A run as it comes out of a validation, with nothing to compare unless said. */
export function run(id: string, kind: RecordKind, changes: Partial<ValidatedRecord> = {}): ValidatedRecord {
  return {
    id,
    kind,
    group: 'own',
    model: 'llama-3.1-8b',
    gpu: 'h100-sxm-80gb',
    engine: kind.startsWith('serving') ? 'vllm' : 'torchtune',
    method: kind.startsWith('serving') ? 'bf16' : 'lora',
    predicted: {},
    measured: { outcome: 'ok' },
    error: {},
    signed: {},
    experts: false,
    assumed: [],
    ...changes,
  }
}

export function row(kind: RecordKind, quantity: string, group: string, count: number, errors: number[]): SummaryRow {
  const [median = 0, p90 = 0, bias = 0] = errors
  return { kind, quantity, group, count, median, p90, bias }
}

/** A start with its outcome, and whether it is said to fit without and with headroom. */
export function start(
  id: string,
  outcome: 'ok' | 'oom' | 'rejected',
  fits: boolean,
  withHeadroom: boolean,
): ValidatedRecord {
  const error = { fits: fits === (outcome === 'ok') ? 0 : 1 } as const
  return run(id, 'serving-memory', {
    predicted: { fits, fits_with_headroom: withHeadroom },
    measured: { outcome },
    error,
  })
}

/** TPOT predicted 30 ms against 25 ms measured: +20 %. */
export const slow = run('slow', 'serving-throughput', {
  predicted: { tpot_ms: 30 },
  measured: { tpot_ms: 25, outcome: 'ok' },
  error: { tpot_ms: 0.2 },
  signed: { tpot_ms: 0.2 },
})

/** Weights 15 GiB against 14.99 GiB; room 51.78 GiB against 51.38 GiB, 0.5 % of a GPU of 80 GiB. */
export const started = run('started', 'serving-memory', {
  predicted: { weights_gib: 15, kv_cache_gib: 51.78, fits: true, fits_with_headroom: true },
  measured: { weights_gib: 14.99, kv_cache_gib: 51.38, outcome: 'ok' },
  error: { weights_gib: 15 / 14.99 - 1, kv_cache_gib: 51.78 / 51.38 - 1, kv_cache_of_gpu: 0.005, fits: 0 },
  signed: { weights_gib: 15 / 14.99 - 1, kv_cache_gib: 51.78 / 51.38 - 1, kv_cache_of_gpu: 0.005, fits: 0 },
})

export const unknown = (id: string): ValidatedRecord =>
  run(id, 'serving-memory', { skipped: 'no engine "tgi" in the catalog', experts: null })

export const example: Validation = {
  records: [started, start('burst', 'oom', false, false), slow, unknown('x'), unknown('y')],
  summary: [
    row('serving-memory', 'weights_gib', 'all', 1, [15 / 14.99 - 1, 15 / 14.99 - 1, 15 / 14.99 - 1]),
    row('serving-memory', 'kv_cache_of_gpu', 'all', 1, [0.005, 0.005, 0.005]),
    row('serving-memory', 'fits', 'all', 2, [0, 0, 0]),
    row('serving-throughput', 'tpot_ms', 'all', 1, [0.2, 0.2, 0.2]),
    row('serving-throughput', 'tpot_ms', 'engine vllm', 1, [0.2, 0.2, 0.2]),
  ],
}
