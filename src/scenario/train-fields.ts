import { z } from 'zod'
import { parseDuration, parseUsd, seconds as shownSeconds } from '../units.ts'
import { shown } from './fields.ts'

/** Kinds of values that only training scenarios have. */

/** Longest deadline that can be meant. */
const MAX_DEADLINE_SECONDS = 10 * 365 * 86_400

/** When a run must be done: so many seconds after it starts, or at a moment of the calendar (ISO 8601, UTC). */
export type Deadline = { seconds: number } | { until: string }

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A calendar date or date-time as ISO 8601 in UTC; undefined where the text is none or the calendar has no such day. A date alone
 * means its end (`2027-03-31` -> `2027-04-01T00:00:00Z`); a time without a zone is UTC.
 */
export function parseMoment(text: string): string | undefined {
  const match = DATE.exec(text.trim())
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const midnight = new Date(Date.UTC(year, month - 1, day))
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const zone = match[7] ?? 'Z'
  const zoneMinutes =
    zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)))
  const wholeDay = match[4] === undefined
  const local = Date.UTC(year, month - 1, wholeDay ? day + 1 : day, hour, minute, second)
  return new Date(local - zoneMinutes * 60_000).toISOString().replace('.000Z', 'Z')
}

const deadlineExpected = 'a duration such as 72h or 3d, or a date such as 2027-03-31'

/** `72h`, `3d`, `1d12h`, `2027-03-31`, `2027-03-31T18:00Z`. */
export function deadline(description: string) {
  return z
    .string({ error: (issue) => `expected ${deadlineExpected}, got ${shown(issue.input)}` })
    .transform((given, context): Deadline => {
      const until = parseMoment(given)
      if (until !== undefined) return { until }
      const seconds = parseDuration(given)
      const fail = (message: string): never => {
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      if (seconds === undefined) return fail(`expected ${deadlineExpected}, got ${shown(given)}`)
      if (seconds <= 0) return fail(`must be above 0, got ${shown(given)}`)
      if (seconds > MAX_DEADLINE_SECONDS)
        return fail(`must be at most ${shownSeconds(MAX_DEADLINE_SECONDS)}, got ${shown(given)}`)
      return { seconds }
    })
    .meta({ description })
}

/** An amount of US dollars: `500`, `$500`, `50k`. */
export function money(description: string) {
  const expected = 'US dollars as 500 or $500'
  return z
    .union([z.number(), z.string()], { error: (issue) => `expected ${expected}, got ${shown(issue.input)}` })
    .transform((given, context) => {
      const value = typeof given === 'number' ? given : parseUsd(given)
      const fail = (message: string): never => {
        context.addIssue({ code: 'custom', message })
        return z.NEVER
      }
      if (value === undefined) return fail(`expected ${expected}, got ${shown(given)}`)
      if (value <= 0) return fail(`must be above 0, got ${shown(given)}`)
      if (value > 1e12) return fail(`must be at most 1,000,000,000,000, got ${shown(given)}`)
      return value
    })
    .meta({ description })
}
