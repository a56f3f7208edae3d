import type { RecordKind } from '../../measurements/record.ts'
import type { Quantity, ValidatedRecord } from '../../measurements/validation.ts'
import { recordKinds } from './words.ts'

/** Quantities of one unit, which share an axis. */
interface PanelQuantities {
  readonly title: string
  readonly unit: string
  readonly quantities: readonly Quantity[]
}

const PANELS: readonly PanelQuantities[] = [
  {
    title: 'Memory',
    unit: 'GiB per GPU',
    quantities: ['weights_gib', 'kv_cache_gib', 'activations_gib', 'runtime_gib', 'graphs_gib', 'peak_gib'],
  },
  { title: 'KV cache', unit: 'tokens', quantities: ['kv_tokens'] },
  { title: 'Throughput', unit: 'tokens/s', quantities: ['output_tokens_per_second', 'tokens_per_second'] },
  { title: 'Latency, TTFT and TPOT', unit: 'ms', quantities: ['ttft_ms', 'tpot_ms'] },
]

/** Measured, predicted. */
export type Point = readonly [number, number]

export interface Panel {
  readonly title: string
  readonly unit: string
  readonly points: ReadonlyMap<RecordKind, readonly Point[]>
  /** Ends of both axes, whole powers of ten. */
  readonly from: number
  readonly to: number
  /** Figures of zero, which have no place on a logarithmic axis. */
  readonly zeros: number
}

/** The pairs of a validation by unit and kind; a unit without any is left out. */
export function panelsOf(records: readonly ValidatedRecord[]): Panel[] {
  return PANELS.flatMap(({ title, unit, quantities }) => {
    const points = new Map<RecordKind, Point[]>(recordKinds.map((kind) => [kind, []]))
    let zeros = 0
    for (const { kind, skipped, measured, predicted } of records) {
      if (skipped !== undefined) continue
      for (const quantity of quantities) {
        const x = measured[quantity]
        const y = predicted[quantity]
        if (x === undefined || y === undefined) continue
        if (x > 0 && y > 0) points.get(kind)?.push([x, y])
        else zeros += 1
      }
    }
    const values = [...points.values()].flat(2)
    return values.length === 0 ? [] : [{ title, unit, points, zeros, ...decades(values) }]
  })
}

/** The whole powers of ten around the values, one decade at least. */
function decades(values: readonly number[]): { from: number; to: number } {
  // Not by spreading: a call takes only so many arguments.
  const least = values.reduce((a, b) => Math.min(a, b))
  const most = values.reduce((a, b) => Math.max(a, b))
  const from = Math.floor(Math.log10(least))
  return { from: 10 ** from, to: 10 ** Math.max(Math.ceil(Math.log10(most)), from + 1) }
}
