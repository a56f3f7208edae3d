import { z } from 'zod'
import { finite, versionKey } from '../../result/plan.ts'

const whole = z.int().nonnegative()
const errors = z
  .strictObject({ median: finite, p90: finite, bias: finite })
  .describe('Relative errors as shares: median and 90th percentile of their sizes, and the bias signed')
const kept = z.string().nullable().describe('Why the shipped value stays; null where it moved')

/** What `plan calibrate --format json` prints. */
export const calibrationSchema = z
  .strictObject({
    version: versionKey,
    as_of: z.string(),
    output: z.string().describe('The directory that the overlay is written to'),
    records: whole.describe('Records given'),
    used: whole.describe('Records that a law predicts a figure of'),
    skipped: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
    laws: z.array(
      z.strictObject({
        law: z.string(),
        records: whole,
        kept,
        errors: z.array(
          z.strictObject({
            figure: z.string(),
            count: whole,
            before: errors.describe('With the shipped constants'),
            after: errors.describe('With the fitted ones'),
            held_out: errors.describe('Of runs that took no part in the fit that predicts them'),
          }),
        ),
      }),
    ),
    constants: z.array(
      z.strictObject({
        law: z.string(),
        owner: z.string(),
        name: z.string(),
        subject: z.string().describe('Subject of the catalog'),
        id: z.string(),
        path: z.string().describe('Where the constant stands in the entry'),
        from: finite,
        to: finite,
        records: whole.describe('Own records that it decides a figure of'),
        kept,
      }),
    ),
    notes: z.array(z.string()),
    files: z.array(z.string()),
    command: z.string().nullable().describe('How to plan with the result; null where nothing moved'),
  })
  .meta({ id: 'calibrate', title: 'plan calibrate' })
export type CalibrationDocument = z.infer<typeof calibrationSchema>
