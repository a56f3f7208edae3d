import { z } from 'zod'
import { type Subject, subjects } from '../catalog/catalog.ts'
import { findingKinds } from '../catalog/check.ts'
import { dropReasons, skipReasons } from '../importing/offers/types.ts'
import { versionKey } from '../result/plan.ts'

const whole = z.int().nonnegative()

/** The keys of an object that names things to be told apart. */
function keysOf<K extends string>(of: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(of) as K[]
}

/** An entry whole, with the keys of its catalog file. */
const entry = z.looseObject({ id: z.string() }).describe('An entry with the keys of its catalog file')

function bySubject<T extends z.ZodType>(value: T): Record<Subject, T> {
  return Object.fromEntries(subjects.map((subject) => [subject, value])) as Record<Subject, T>
}

/** What `plan catalog list --format json` prints. */
export const catalogCountsSchema = z
  .strictObject(bySubject(whole))
  .meta({ id: 'catalog_subjects', title: 'plan catalog list', description: 'How many entries each subject has' })
/** What `plan catalog list SUBJECT --format json` prints. */
export const catalogListSchema = z.array(entry).meta({ id: 'catalog_list', title: 'plan catalog list SUBJECT' })
/** What `plan catalog show ID --format json` prints: `fp8` is a weight format and a KV-cache format. */
export const catalogShowSchema = z
  .strictObject(bySubject(entry.optional()))
  .meta({ id: 'catalog_show', title: 'plan catalog show ID' })

const finding = z.strictObject({
  kind: z.enum(keysOf(findingKinds)),
  id: z.string().describe('Id of the offer'),
  message: z.string(),
})

/** What `plan catalog check --format json` prints. */
export const catalogCheckSchema = z
  .strictObject({
    version: versionKey,
    valid: z.literal(true).describe('A catalog that is not valid is an error'),
    offers: whole.describe('Offers that were looked at'),
    counts: z.record(z.enum(keysOf(findingKinds)), whole),
    findings: z.array(finding).describe('What a person should look at'),
  })
  .meta({ id: 'catalog_check', title: 'plan catalog check' })
export type CatalogCheck = z.infer<typeof catalogCheckSchema>

const listPricing = z.enum(['on-demand', 'spot', 'reserved-1y', 'reserved-3y'])

/** What `plan catalog import offers --format json` prints. */
export const offersImportSchema = z
  .strictObject({
    version: versionKey,
    as_of: z.string().describe('Day that dates prices without one of their own'),
    read: z.array(z.strictObject({ file: z.string(), form: z.string(), rows: whole })),
    rows_used: whole.describe('Rows behind the offers: several zones or repetitions make one offer'),
    files: z
      .array(
        z.looseObject({
          provider: z.string(),
          offers: z.array(z.looseObject({ instance: z.string(), gpu: z.string(), gpu_count: z.int().positive() })),
        }),
      )
      .describe('A file for each provider, with the keys of catalog files'),
    skipped: z.array(
      z.strictObject({
        reason: z.enum(keysOf(skipReasons)),
        meaning: z.string(),
        rows: whole,
        list: z.array(
          z.strictObject({ file: z.string(), line: whole, subject: z.string(), detail: z.string().nullable() }),
        ),
      }),
    ),
    left_out_prices: z.array(
      z.strictObject({
        reason: z.enum(keysOf(dropReasons)),
        meaning: z.string(),
        pricing: listPricing,
        file: z.string(),
        line: whole,
        subject: z.string(),
      }),
    ),
    findings: z.array(finding),
  })
  .meta({ id: 'catalog_import_offers', title: 'plan catalog import offers' })
export type OffersImportDocument = z.infer<typeof offersImportSchema>
