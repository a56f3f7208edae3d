import { type InputError, inputError, type Path } from '../../scenario/diagnostic.ts'
import { shown } from '../../scenario/fields.ts'

/** A value of a file as a name: texts as they are, numbers in digits. A map may hold a `toString` of its own, which is no function. */
export function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : shown(value)
}

/**
 * The keys of a config.json, read one by one. Every reader throws InputError that names the key, and `path` says where it stands.
 * A key that is null counts as absent, as in the configuration classes of transformers.
 */
export class Fields {
  /** Where the keys were looked for, in the words of messages: `config.json of model_type llama`. */
  readonly what: string
  /** Values taken from the class defaults because the file leaves them out, in sentences. */
  readonly assumed: string[]
  readonly #layers: readonly Layer[]
  readonly #aliases: Aliases

  private constructor(what: string, layers: readonly Layer[], assumed: string[], aliases: Aliases = {}) {
    this.what = what
    this.#layers = layers
    this.assumed = assumed
    this.#aliases = aliases
  }

  static of(what: string, values: Values): Fields {
    return new Fields(what, [{ values, path: [], stated: true }], [])
  }

  /** The same keys, with those of an inner map before them: `text_config` over the file. */
  under(key: string): Fields {
    const inner = this.map(key)
    if (inner === undefined) return this
    return new Fields(
      this.what,
      [{ values: inner, path: [key], stated: true }, ...this.#layers],
      this.assumed,
      this.#aliases,
    )
  }

  /** An inner map on its own, or undefined where it is absent. */
  inner(key: string): Fields | undefined {
    const inner = this.map(key)
    if (inner === undefined) return undefined
    return new Fields(`${key} of ${this.what}`, [{ values: inner, path: [key], stated: true }], this.assumed)
  }

  /** The same keys, with published class defaults for those that the file may leave out. */
  withDefaults(values: Values | undefined): Fields {
    if (values === undefined) return this
    return new Fields(this.what, [...this.#layers, { values, path: [], stated: false }], this.assumed, this.#aliases)
  }

  /** The same keys, each also under further names (`attribute_map` of transformers' configuration classes). */
  withAliases(aliases: Aliases | undefined): Fields {
    if (aliases === undefined) return this
    return new Fields(this.what, this.#layers, this.assumed, aliases)
  }

  has(...keys: readonly string[]): boolean {
    return this.#find(keys) !== undefined
  }

  /** Whether the file writes the key at all, be it null. */
  mentions(key: string): boolean {
    return this.#layers.some(({ values, stated }) => stated && Object.hasOwn(values, key))
  }

  /** A positive whole number, under the first of the keys that is there. */
  count(...keys: readonly string[]): number {
    return this.maybeCount(...keys) ?? this.#missing(keys)
  }

  maybeCount(...keys: readonly string[]): number | undefined {
    const found = this.#find(keys)
    if (found === undefined) return undefined
    if (Number.isSafeInteger(found.value) && Number(found.value) > 0) return Number(found.value)
    throw this.#wrong(found, 'a whole number above 0')
  }

  /** A whole number from 0. */
  whole(key: string, absent?: number): number {
    const found = this.#find([key])
    if (found === undefined) return absent ?? this.#missing([key])
    if (Number.isSafeInteger(found.value) && Number(found.value) >= 0) return Number(found.value)
    throw this.#wrong(found, 'a whole number from 0')
  }

  maybeNumber(...keys: readonly string[]): number | undefined {
    const found = this.#find(keys)
    if (found === undefined) return undefined
    if (typeof found.value === 'number' && Number.isFinite(found.value)) return found.value
    throw this.#wrong(found, 'a number')
  }

  flag(key: string, absent: boolean): boolean {
    const found = this.#find([key])
    if (found === undefined) return absent
    if (typeof found.value === 'boolean') return found.value
    throw this.#wrong(found, 'true or false')
  }

  text(key: string): string {
    return this.maybeText(key) ?? this.#missing([key])
  }

  maybeText(...keys: readonly string[]): string | undefined {
    const found = this.#find(keys)
    if (found === undefined) return undefined
    if (typeof found.value === 'string') return found.value
    throw this.#wrong(found, 'a text')
  }

  /** A list of `length` entries. */
  list(key: string, length?: number): readonly unknown[] | undefined {
    const found = this.#find([key])
    if (found === undefined) return undefined
    if (!Array.isArray(found.value)) throw this.#wrong(found, 'a list')
    if (length !== undefined && found.value.length < length) {
      throw this.#error(found, `${quoted(key)} has ${found.value.length} entries for ${length} layers`)
    }
    return found.value
  }

  /** A whole number for each layer, or one for all of them. */
  countAt(key: string, index: number, layers: number): number | undefined {
    const found = this.#find([key])
    if (found === undefined || !Array.isArray(found.value)) return this.maybeCount(key)
    const value: unknown = this.list(key, layers)?.[index]
    if (Number.isSafeInteger(value) && Number(value) > 0) return Number(value)
    throw this.#wrong({ ...found, value, path: [...found.path, index] }, 'a whole number above 0')
  }

  map(key: string): Values | undefined {
    const found = this.#find([key])
    if (found === undefined) return undefined
    if (isMap(found.value)) return found.value
    throw this.#wrong(found, 'a map')
  }

  /** The value as it stands, or undefined. */
  raw(key: string): unknown {
    return this.#find([key])?.value
  }

  /** Refuses a value that is readable but not one that is known. */
  refuse(key: string, message: string): InputError {
    const found = this.#find([key]) ?? { key, value: undefined, path: [], stated: true }
    return this.#error(found, message)
  }

  #find(keys: readonly string[]): Found | undefined {
    const names = keys.flatMap((key) => [key, ...(this.#aliases[key] ?? [])])
    for (const { values, path, stated } of this.#layers) {
      for (const key of names) {
        const value = Object.hasOwn(values, key) ? values[key] : undefined
        if (value === undefined || value === null) continue
        if (!stated) this.#note(key, value)
        return { key, value, path: [...path, key], stated }
      }
    }
    return undefined
  }

  #note(key: string, value: unknown): void {
    const sentence = `${key}: ${shown(value)}, the default of the class; the file leaves it out`
    if (!this.assumed.includes(sentence)) this.assumed.push(sentence)
  }

  #missing(keys: readonly string[]): never {
    const [first = '', ...others] = keys.map(quoted)
    const or = others.length === 0 ? '' : ` (or ${others.join(', ')})`
    throw inputError(`${this.what}: the field ${first}${or} is missing`, { path: this.#layers[0]?.path ?? [] })
  }

  #wrong(found: Found, expected: string): InputError {
    return this.#error(found, `${quoted(found.key)} should be ${expected}, got ${shown(found.value)}`)
  }

  #error({ path }: Found, message: string): InputError {
    return inputError(`${this.what}: ${message}`, { path })
  }
}

export type Values = Readonly<Record<string, unknown>>
export type Aliases = Readonly<Record<string, readonly string[]>>

interface Layer {
  readonly values: Values
  readonly path: Path
  /** False: class defaults. */
  readonly stated: boolean
}

interface Found {
  readonly key: string
  readonly value: unknown
  readonly path: Path
  readonly stated: boolean
}

function quoted(key: string): string {
  return JSON.stringify(key)
}

export function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
