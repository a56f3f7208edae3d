import { z } from 'zod'
import { pricing } from '../catalog/offer.ts'
import { costSchema, placementSchema, serveConfigurationSchema } from '../result/plan.ts'
import { trainConfigurationSchema } from '../result/train.ts'

/** Version of the file's form. Raised when a field changes its meaning or disappears. */
export const lockVersion = 1

const hash = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hex digits')
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected YYYY-MM-DD')

/** Whether all numbers of a document are numbers: YAML has `.inf` and `.nan`. */
function holdsNumbers(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || Object.values(value).every(holdsNumbers)
}

/** A price that the plan, or one that it was chosen over, was reckoned with. */
const lockedPriceSchema = z.strictObject({
  offer: z.string().min(1),
  pricing,
  /** US dollars an hour of one instance. */
  usd_per_hour: z.number().positive(),
  /** Date of the price. */
  as_of: z.string().nullable(),
  /** `user`: stated by the scenario, or owned hardware. */
  from: z.enum(['catalog', 'user']),
})
export type LockedPrice = z.infer<typeof lockedPriceSchema>

const planKeys = { placement: placementSchema, cost: costSchema }

const scenarioKeys = {
  /** Relative to the lock file. */
  file: z.string().min(1),
  name: z.string().min(1),
  scenario_hash: hash,
  /** The scenario as it was planned, changes from the command line included. */
  scenario: z
    .record(z.string(), z.unknown())
    .refine((document) => holdsNumbers(document), 'a number is not finite: the file was changed by hand'),
  model: z.strictObject({
    id: z.string(),
    hash,
    /** Hash of each thing that the catalog says of it. */
    keys: z.record(z.string(), hash),
  }),
  prices: z.array(lockedPriceSchema),
}

const serveLockSchema = z.strictObject({
  kind: z.literal('serve'),
  ...scenarioKeys,
  plan: z.strictObject({ ...planKeys, configuration: serveConfigurationSchema }),
})

const trainLockSchema = z.strictObject({
  kind: z.literal('train'),
  ...scenarioKeys,
  plan: z.strictObject({ ...planKeys, configuration: trainConfigurationSchema }),
})

export const lockEntrySchema = z.discriminatedUnion('kind', [serveLockSchema, trainLockSchema])
export type LockEntry = z.infer<typeof lockEntrySchema>

export const lockSchema = z
  .strictObject({
    version: z.literal(lockVersion),
    /** Version of the program that wrote it. */
    tool: z.string(),
    /** Day of the plans. */
    as_of: day,
    catalog: z.strictObject({
      hash,
      /** Hash of each part: models, offers, engines, ... */
      parts: z.record(z.string(), hash),
    }),
    scenarios: z.array(lockEntrySchema).min(1),
  })
  .meta({ id: 'lock', title: 'plan lock --format json' })
export type Lock = z.infer<typeof lockSchema>
