import { z } from 'zod'
import type { Catalog } from '../catalog/catalog.ts'
import { dateSchema } from './day.ts'

/** What every function of the library takes beside its subject. */
export interface Settings {
  /** Of `loadCatalogs()`. */
  readonly catalogs: Catalog
  /** Day from which the age of prices is judged, YYYY-MM-DD; today (UTC) without it, so give one for the same answer every day. */
  readonly asOf?: string | undefined
  /** Put the arithmetic of every figure into the result. */
  readonly explain?: boolean | undefined
}

/** Told by a part that only catalogs have: their entries were checked when they were made. */
const catalogs = z.custom<Catalog>(
  (value) => typeof value === 'object' && value !== null && 'hashes' in value && 'models' in value,
  'not catalogs: give those of await loadCatalogs()',
)

export const settingsKeys = {
  catalogs,
  asOf: dateSchema.optional(),
  explain: z.boolean().optional(),
}

export const settingsSchema = z.strictObject(settingsKeys)
