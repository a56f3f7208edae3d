import { z } from 'zod'
import { type LogQuantity, logQuantities } from '../../logs/start-log.ts'
import { finite, versionKey } from '../../result/plan.ts'

/** Each figure of a log where it is known: GiB of one GPU, tokens of the whole engine. */
const figures = Object.fromEntries(logQuantities.map((name) => [name, finite.optional()])) as Record<
  LogQuantity,
  z.ZodOptional<typeof finite>
>

const settings = z
  .record(z.string(), z.union([z.string(), finite, z.boolean()]))
  .describe('Settings that decide memory, as far as the log states them')

/** A start as a record of measurements. */
const startRecord = z.strictObject({
  id: z.string(),
  source: z.string(),
  group: z.string(),
  note: z.string().optional(),
  kind: z.literal('serving-memory'),
  model: z.string(),
  gpu: z.string(),
  gpus: z.int().positive(),
  engine: z.strictObject({ name: z.string(), version: z.string().optional() }),
  configuration: settings,
  measured: z.strictObject(figures),
  outcome: z.enum(['oom', 'rejected']).optional(),
})

/** What `plan check-log --format json` prints. */
export const checkLogSchema = z
  .strictObject({
    version: versionKey,
    engine: z.strictObject({ name: z.enum(['vllm', 'sglang', 'llama.cpp']), version: z.string().nullable() }),
    model: z.string().describe('Id of the model in the catalog'),
    gpu: z.string().describe('Id of the GPU in the catalog'),
    gpus: z.int().positive(),
    configuration: settings,
    outcome: z.enum(['ok', 'oom', 'rejected']),
    failure: z
      .strictObject({ line: z.int(), text: z.string() })
      .nullable()
      .describe('The line that says why it failed'),
    logged: z.strictObject({
      model: z.string().nullable(),
      gpu: z.string().nullable(),
      device_gib: finite.nullable(),
      ...figures,
    }),
    lines: z.strictObject(figures).describe('Number of the line, from 1, that gave a figure'),
    predicted: z.strictObject({
      ...figures,
      fits: z.boolean().describe('Whether it would start, with nothing held back').optional(),
      fits_with_headroom: z.boolean().describe('The same with the headroom that plans keep by default').optional(),
    }),
    difference: z.strictObject(figures).describe('Predicted over logged less one'),
    agreement: z
      .enum(['agrees', 'agrees-tightly', 'started-unexpectedly', 'failed-unexpectedly', 'unknown'])
      .describe('agrees-tightly: it started, and would not with the share that plans keep free'),
    skipped: z.string().nullable().describe('Why there is no prediction; null where there is one'),
    notes: z.array(z.string()),
    assumptions: z.array(z.string()),
    record: startRecord.describe('The start as a record of measurements, as plan validate reads it'),
  })
  .meta({ id: 'check_log', title: 'plan check-log' })

/** What `plan check-log --record --format json` prints: a file of measurements. */
export const startRecordsSchema = z
  .strictObject({ records: z.array(startRecord) })
  .meta({ id: 'check_log_record', title: 'plan check-log --record' })
