import { quantile } from './quantile.ts'
import type { SummaryRow, ValidatedRecord } from './validation.ts'

/** Quantities of an error, in the order in which tables show them. */
const ORDER = [
  'weights_gib',
  'kv_cache_gib',
  'kv_cache_of_gpu',
  'kv_tokens',
  'activations_gib',
  'runtime_gib',
  'graphs_gib',
  'peak_gib',
  'tpot_ms',
  'ttft_ms',
  'output_tokens_per_second',
  'tokens_per_second',
  'fits',
]
const KINDS = ['serving-memory', 'serving-throughput', 'training-memory', 'training-throughput']

/** What a record has in common with others: the groups that a summary has rows for. */
function groupsOf(record: ValidatedRecord): string[] {
  const program = record.kind.startsWith('serving') ? 'engine' : 'trainer'
  return [
    'all',
    ...(record.experts === null ? [] : [`model ${record.experts ? 'mixture of experts' : 'dense'}`]),
    `${program} ${record.engine}`,
    `gpu ${record.gpu}`,
    `method ${record.method}`,
    `source ${record.group}`,
    ...('fits' in record.error ? [`outcome ${record.measured.outcome}`] : []),
  ]
}

/**
 * Errors by kind, quantity and group: median and 90th percentile of the absolute relative error, mean of the signed one. Of `fits` the
 * median and percentile are those of wrong (1) and right (0) verdicts, and the bias is the share called wrongly.
 */
export function summarize(records: readonly ValidatedRecord[]): SummaryRow[] {
  const rows = new Map<
    string,
    { kind: ValidatedRecord['kind']; quantity: string; group: string; list: ValidatedRecord[] }
  >()
  for (const record of records) {
    for (const quantity of Object.keys(record.error)) {
      for (const group of groupsOf(record)) {
        const key = JSON.stringify([record.kind, quantity, group])
        const row = rows.get(key) ?? { kind: record.kind, quantity, group, list: [] }
        row.list.push(record)
        rows.set(key, row)
      }
    }
  }
  const groups = ['all', 'model', 'outcome', 'engine', 'trainer', 'gpu', 'method', 'source']
  const rank = ({ kind, quantity, group }: { kind: string; quantity: string; group: string }): string =>
    [KINDS.indexOf(kind), ORDER.indexOf(quantity), groups.indexOf(group.split(' ')[0] ?? '')]
      .map((place) => String(place).padStart(2, '0'))
      .join(' ') + group
  return [...rows.values()]
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map(({ kind, quantity, group, list }) => {
      const errors = list.map(({ error }) => (error as Record<string, number>)[quantity] ?? Number.NaN)
      const signed = quantity === 'fits' ? errors : list.map((record) => record.signed[quantity] ?? Number.NaN)
      return {
        kind,
        quantity,
        group,
        count: list.length,
        median: quantile(errors, 0.5),
        p90: quantile(errors, 0.9),
        bias: signed.reduce((sum, value) => sum + value, 0) / signed.length,
      }
    })
}
