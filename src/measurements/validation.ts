import { z } from 'zod'
import type { Immutable } from '../result/immutable.ts'
import { finite, versionKey } from '../result/plan.ts'

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

const kind = z.enum(['serving-memory', 'serving-throughput', 'training-memory', 'training-throughput'])

/** Each quantity where it is known. */
const figures = Object.fromEntries(quantities.map((name) => [name, z.exactOptional(finite)])) as Record<
  Quantity,
  z.ZodExactOptional<typeof finite>
>

const validatedRecordSchema = z.strictObject({
  id: z.string(),
  kind,
  group: z.string().describe('Name of the source'),
  model: z.string(),
  gpu: z.string(),
  engine: z.string().describe('Engine or trainer'),
  method: z.string().describe('Serving: the weight format; training: full, lora or qlora'),
  predicted: z.strictObject({
    ...figures,
    fits: z.exactOptional(z.boolean().describe('Whether the run would start, with nothing held back')),
    fits_with_headroom: z.exactOptional(z.boolean().describe('The same with the headroom that plans keep by default')),
  }),
  measured: z.strictObject({ ...figures, outcome: z.enum(['ok', 'oom', 'rejected']) }),
  error: z
    .strictObject({
      ...figures,
      kv_cache_of_gpu: z.exactOptional(finite.describe("The difference of the room as a share of the GPU's memory")),
      fits: z.exactOptional(z.literal([0, 1]).describe('0 where the verdict is right, else 1')),
    })
    .describe('|predicted / measured - 1|'),
  signed: z.record(z.string(), finite).describe('Predicted over measured less one, of the quantities in error'),
  experts: z.boolean().nullable().describe('A mixture of experts; null where the model cannot express the record'),
  assumed: z.array(z.string()).describe('What the record does not state and the prediction assumed'),
  skipped: z.exactOptional(z.string().describe('Why the model cannot express the record; its figures are then empty')),
})
/** One record beside its prediction. */
export type ValidatedRecord = Immutable<z.infer<typeof validatedRecordSchema>>

const summaryRowSchema = z.strictObject({
  kind,
  quantity: z.string(),
  group: z
    .string()
    .describe('all, or what the records share: engine vllm, gpu h100-sxm-80gb, method qlora, model dense, source peft'),
  count: z.int().positive(),
  median: finite.describe('Of the absolute relative errors'),
  p90: finite.describe('Of the absolute relative errors'),
  bias: finite.describe('Mean of the signed errors'),
})
/** Errors of one quantity over the records of one kind that share a group. */
export type SummaryRow = Immutable<z.infer<typeof summaryRowSchema>>

export interface Validation {
  readonly records: readonly ValidatedRecord[]
  readonly summary: readonly SummaryRow[]
}

/** What `plan validate --format json` prints. Figures have six significant digits. */
export const validationSchema = z
  .strictObject({
    version: versionKey,
    records: z.array(validatedRecordSchema),
    summary: z.array(summaryRowSchema),
  })
  .meta({ id: 'validate', title: 'plan validate' })
