import { z } from 'zod'

/** A day or a month, as catalogs date their facts: `2026-08-21` or `2026-08`. */
export const catalogDate = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/, 'a date as YYYY-MM-DD or YYYY-MM')
  .meta({ description: 'Date as YYYY-MM-DD or YYYY-MM' })

/** Catalog ids appear in file names, flags and shell commands, so they stay plain. */
export const catalogId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._+-]*$/, 'an id of lower-case letters, digits, ".", "_", "+" and "-"')
  // Every object has something of that name, so a table of ids would find it where it holds none.
  .refine((id) => id !== 'constructor', 'the id "constructor" is not allowed')

/** Where a figure was published; a list where several sources agree. */
export const sources = z.array(z.string().min(1)).min(1)

/** How far a figure can be trusted, repeated in every result that uses it. */
export const trust = z.enum(['spec', 'measured', 'fitted', 'assumed', 'user'])
export type Trust = z.infer<typeof trust>

/**
 * No figure of hardware, models or their physics is outside, whatever its unit: the shipped ones reach from 1e-6 (seconds of a step)
 * to 3e12 (parameters). Products of a few figures within stay finite, which those of numbers near the ends of a double do not.
 */
const LEAST_FIGURE = 1e-9
const LARGEST_FIGURE = 1e15

/** Above zero: prices, bandwidths and sizes, where zero would make a GPU free or infinitely slow. */
export const positive = z
  .number()
  .positive()
  .max(LARGEST_FIGURE)
  // What is not above zero at all is said in those words alone.
  .refine((value) => value <= 0 || value >= LEAST_FIGURE, `must be at least ${LEAST_FIGURE}`)
export const nonNegative = z.number().nonnegative().max(LARGEST_FIGURE)
export const count = z.int().positive().max(LARGEST_FIGURE)

/** Own runs that constants of an entry were fitted to: `plan calibrate` writes it, and plans that use the entry say so. */
export const calibrated = z.strictObject({
  /** Runs that constants of the entry were fitted to. */
  records: count,
  as_of: catalogDate,
  /** The directory that it was written to. */
  source: z.string().min(1),
})
export type Calibrated = z.infer<typeof calibrated>

/** A constant fitted to, or assumed without, measured records. */
export const fitted = z.strictObject({
  value: positive,
  /** Number of measured records behind the value; 0 means it was assumed. */
  records: z.int().nonnegative(),
})
export type Fitted = z.infer<typeof fitted>

/** A factor on what is counted, which is there whatever surrounds it. */
export const fittedAtLeastOne = z.strictObject({ ...fitted.shape, value: z.number().min(1).max(LARGEST_FIGURE) })

/** Above this a soft maximum is a maximum to three digits or more, and powers leave the range of a double. */
const LARGEST_EXPONENT = 16

/** Exponent p of a soft maximum (a^p + b^p)^(1/p), which is no maximum below 1: the sum of both is the softest. */
export const softMaximumExponent = z.strictObject({
  ...fitted.shape,
  value: z.number().min(1).max(LARGEST_EXPONENT),
})
