import type { RecordKind } from './record.ts'

/** Quantities that a run publishes and the model predicts, in the units of their names. */
export const quantities = [
  'weights_gib',
  'kv_cache_gib',
  'kv_tokens',
  'activations_gib',
  'runtime_gib',
  'graphs_gib',
  'peak_gib',
  'output_tokens_per_second',
  'tokens_per_second',
  'ttft_ms',
  'tpot_ms',
] as const
export type Quantity = (typeof quantities)[number]
export type Figures = Partial<Record<Quantity, number>>

/** What the model says of one record. */
export interface Prediction {
  readonly figures: Figures
  /** Whether the run would start, with nothing held back; absent where the kind of record does not ask. */
  readonly fits?: boolean
  /** The same with the headroom that plans keep by default. */
  readonly fitsWithHeadroom?: boolean
  /** A dense model, or a mixture of experts. */
  readonly experts: boolean
  /** What was assumed because the record does not state it, in sentences. */
  readonly assumed: readonly string[]
}

/** One record beside its prediction. Errors are |predicted / measured - 1|. */
export interface ValidatedRecord {
  readonly id: string
  readonly kind: RecordKind
  readonly group: string
  readonly model: string
  readonly gpu: string
  /** Engine or trainer. */
  readonly engine: string
  /** Serving: the weight format; training: full, lora or qlora. */
  readonly method: string
  readonly predicted: Figures & { readonly fits?: boolean; readonly fits_with_headroom?: boolean }
  readonly measured: Figures & { readonly outcome: 'ok' | 'oom' | 'rejected' }
  /** `kv_cache_of_gpu`: the difference of the room as a share of the GPU's memory. `fits`: 0 where the verdict is right, else 1. */
  readonly error: Figures & { readonly kv_cache_of_gpu?: number; readonly fits?: 0 | 1 }
  /** Predicted over measured less one, of the quantities in `error`. */
  readonly signed: Readonly<Record<string, number>>
  readonly experts: boolean | null
  /** What the record does not state and the prediction assumed. */
  readonly assumed: readonly string[]
  /** Why the model cannot express the record; its figures are then empty. */
  readonly skipped?: string
}

/** Errors of one quantity over the records of one kind that share a group. */
export interface SummaryRow {
  readonly kind: RecordKind
  readonly quantity: string
  /** `all`, or what the records share: `engine vllm`, `gpu h100-sxm-80gb`, `method qlora`, `model dense`, `source peft`. */
  readonly group: string
  readonly count: number
  readonly median: number
  readonly p90: number
  /** Mean of the signed errors. */
  readonly bias: number
}

export interface Validation {
  readonly records: readonly ValidatedRecord[]
  readonly summary: readonly SummaryRow[]
}
