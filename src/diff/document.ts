import { z } from 'zod'
import type { Immutable } from '../result/immutable.ts'
import { finite, versionKey } from '../result/plan.ts'

/** How figures and their limits are written: dollars an hour, a month, a million tokens, a run, in all; bytes; ... */
export const figureUnits = [
  'usd/h',
  'usd/month',
  'usd/M tokens',
  'usd/run',
  'usd',
  'bytes',
  'ms',
  'hours',
  'share',
  'percent',
  'rate',
  'count',
] as const
export type FigureUnit = (typeof figureUnits)[number]

/** What a figure or a fact is on one side. */
const stated = z.union([finite, z.string()]).nullable()
const delta = finite.nullable().describe('New less old, for numbers on both sides')
const share = finite.nullable().describe('Delta over old; null where old is zero or no number')

const moneyLineSchema = z.strictObject({
  figure: z.string(),
  unit: z.enum(figureUnits),
  old: finite.nullable(),
  new: finite.nullable(),
  delta,
  share,
})
/** A price on both sides. */
export type MoneyLine = Immutable<z.infer<typeof moneyLineSchema>>

const effectsSchema = z.strictObject({
  figure: z
    .enum(['usd_per_hour', 'usd_per_run'])
    .describe('The figure that is split: US dollars an hour of serving, or of a training run'),
  price_usd: finite.describe('US dollars that the kept configuration costs more at the new prices'),
  configuration_usd: finite.describe('US dollars that the other configuration costs more at the same prices'),
  basis: z
    .enum(['old at new prices', 'new at old prices', 'nodes known to both'])
    .describe(
      "old at new prices: the old plan was priced again; new at old prices: the new one, where the old plan's offer is gone",
    ),
})
/** How much of a change of the price is owed to prices that moved, and how much to another configuration. */
export type Effects = Immutable<z.infer<typeof effectsSchema>>

const changeSchema = z.strictObject({
  change: z.enum(['changed', 'added', 'removed']),
  section: z.string().describe('Group of facts that a reader looks at together: placement, memory, workload chat'),
  key: z.string(),
  old: stated,
  new: stated,
  delta,
  share,
  unit: z.string().describe('What a number counts: usd, bytes, ms, share, ...; empty for plain counts and for texts'),
})
/** One difference between two results. */
export type Change = Immutable<z.infer<typeof changeSchema>>

export const judgementSchema = z.strictObject({
  expression: z.string().describe('The gate as it was written: cost>+5%'),
  figure: z.string(),
  measure: z
    .enum(['value', 'delta', 'share'])
    .describe('What is held against the limit: the new value, how much it grew, or by which share'),
  measured: finite
    .nullable()
    .describe('Null where it could not be measured, on which a gate fails too: it must not open silently'),
  limit: finite,
  unit: z.enum(figureUnits),
  failed: z.boolean(),
})
/** What came of a gate on one comparison. */
export type Judgement = Immutable<z.infer<typeof judgementSchema>>

const sideSchema = z.strictObject({
  file: z.string(),
  scenario: z.string().nullable().describe('Null where the side has no such scenario'),
  status: z.enum(['optimal', 'feasible', 'infeasible', 'absent']),
  catalog_hash: z.string().nullable(),
  prices_as_of: z.string().nullable(),
})
export type SideSummary = Immutable<z.infer<typeof sideSchema>>

const diffSchema = z.strictObject({
  scenario: z.string(),
  kind: z.enum(['serve', 'train', 'fleet', 'forecast']),
  old: sideSchema,
  new: sideSchema,
  identical: z.boolean().describe('Nothing differs, prices and notes included'),
  money: z.array(moneyLineSchema),
  effects: effectsSchema
    .nullable()
    .describe('How much of the difference is owed to prices that moved, and how much to another configuration'),
  changes: z.array(changeSchema),
})
/** What changed from one result to another of the same kind. */
export type Diff = Immutable<z.infer<typeof diffSchema>>

/** What `plan diff --format json` prints. */
export const diffDocumentSchema = z
  .strictObject({
    version: versionKey,
    identical: z.boolean().describe('Nothing differs in any of the comparisons'),
    diffs: z.array(diffSchema.extend({ gates: z.array(judgementSchema) })),
  })
  .meta({ id: 'diff', title: 'plan diff' })
export type DiffDocument = z.infer<typeof diffDocumentSchema>
