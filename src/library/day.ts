import { z } from 'zod'

/** A day of the calendar as YYYY-MM-DD. */
export const dateSchema = z.string().refine((text) => {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  return day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text
}, 'expected a day as YYYY-MM-DD')

/** Today (UTC). The only clock of the library, asked where no day is given. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}
