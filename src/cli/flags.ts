import type { Options } from 'yargs'
import { nearest } from '../catalog/suggest.ts'
import { inputError } from '../scenario/diagnostic.ts'
import { parseCount, parseDuration, parsePercent, parseUsd } from '../units.ts'
import type { Completes } from './command.ts'

/**
 * The flags that were given, read one by one. Every value arrives as text: yargs would take `abc` for a number, `0x10` for 16 and
 * a flag given twice for a list. All readers throw InputError with the flag's name.
 */
export class Flags {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  switch(name: string): boolean {
    const value = this.#values[name]
    return Array.isArray(value) ? value.at(-1) === true : value === true
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    if (value === undefined) return undefined
    if (Array.isArray(value)) throw inputError(`--${name} is given ${value.length} times; it takes one value`)
    const text = String(value).trim()
    if (text === '') throw inputError(`--${name} has no value`)
    return text
  }

  /** @throws InputError where the flag is absent. */
  required(name: string): string {
    const text = this.text(name)
    if (text === undefined) throw inputError(`--${name} is required`)
    return text
  }

  /** A flag that may be repeated. */
  texts(name: string): string[] {
    const value = this.#values[name]
    if (value === undefined) return []
    return (Array.isArray(value) ? value : [value]).map((each) => {
      const text = String(each)
      if (text.trim() === '') throw inputError(`--${name} has no value`)
      return text
    })
  }

  /** A whole number, with a suffix k or M if wanted. */
  whole(name: string, least = 1, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parseCount(text)
    if (value === undefined || !Number.isSafeInteger(value) || value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
      throw inputError(`--${name} takes a whole number ${range}, got ${JSON.stringify(text)}`)
    }
    return value
  }

  /** Whether the flag stands on the command line. */
  given(name: string): boolean {
    return this.#values[name] !== undefined
  }

  /** US dollars, above zero. */
  usd(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parseUsd(text)
    if (value === undefined || value <= 0) {
      throw inputError(`--${name} takes an amount of US dollars above 0, got ${JSON.stringify(text)}`)
    }
    return value
  }

  /** A share from 0 (from above 0 with `aboveZero`) to 1, as 0.9 or 90%. */
  share(name: string, aboveZero = false): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parsePercent(text) ?? parseCount(text)
    if (value === undefined || value > 1 || value < 0 || (aboveZero && value === 0)) {
      throw inputError(`--${name} takes a share between 0 and 1, as 0.9 or 90%, got ${JSON.stringify(text)}`)
    }
    return value
  }

  /** A share, or `p95`. */
  headroom(name: string): number | 'p95' | undefined {
    return this.text(name)?.trim().toLowerCase() === 'p95' ? 'p95' : this.share(name)
  }

  /** A time above 0, in seconds unless it carries a unit (`90s`, `2m`). */
  seconds(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parseCount(text) ?? parseDuration(text)
    if (value === undefined || !(value > 0)) {
      throw inputError(`--${name} takes seconds above 0, as 30 or 2m, got ${JSON.stringify(text)}`)
    }
    return value
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name)
    const found = choices.find((choice) => choice === text)
    if (text === undefined || found !== undefined) return found
    const [near] = nearest(text, choices)
    throw inputError(
      `--${name} takes ${choices.join(', ')}, got ${JSON.stringify(text)}`,
      near === undefined ? {} : { hint: `did you mean ${JSON.stringify(near)}?` },
    )
  }

  /** A day of the calendar as YYYY-MM-DD. */
  date(name: string): string | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
    if (day === undefined || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text) {
      throw inputError(`--${name} takes a date as YYYY-MM-DD, got ${JSON.stringify(text)}`)
    }
    return text
  }
}

/** A flag as data: what help, completion and the parser need of it. */
export interface Flag {
  /** Stands for the value in help; absent for a switch. */
  readonly value?: string
  readonly describe: string
  /** Values that completion offers. */
  readonly choices?: readonly string[]
  /** What completion offers where the values are no fixed list. */
  readonly completes?: Completes
}
export type FlagTable = Readonly<Record<string, Flag>>

/** The table as the parser takes it: values stay text, switches take none. */
export function parserOptions(table: FlagTable): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(table).map(([name, { value }]): [string, Options] => [
      name,
      value === undefined ? { type: 'boolean' } : { type: 'string', requiresArg: true },
    ]),
  )
}
