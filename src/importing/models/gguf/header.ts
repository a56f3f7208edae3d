import { inputError } from '../../../scenario/diagnostic.ts'
import { shown } from '../../../scenario/fields.ts'

/** What the header of a GGUF file holds. */
export interface GgufHeader {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensors: readonly GgufTensor[]
}

export interface GgufTensor {
  readonly name: string
  /** Dimensions in the file's order: inputs first. */
  readonly shape: readonly number[]
  /** Number of its type in ggml (`enum ggml_type` of ggml.h). */
  readonly type: number
}

/** Elements of a tensor. */
export function elementsOf({ shape }: Pick<GgufTensor, 'shape'>): number {
  return shape.reduce((product, each) => product * each, 1)
}

/** The metadata of a file by keys below its architecture: `attention.head_count` is `llama.attention.head_count`. */
export class Metadata {
  readonly architecture: string
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
    const architecture = values['general.architecture']
    if (typeof architecture !== 'string' || architecture === '') {
      throw inputError('GGUF: the key "general.architecture" is missing, so nothing says what the others mean')
    }
    this.architecture = architecture
  }

  general(key: string): unknown {
    return this.#values[`general.${key}`]
  }

  raw(key: string): unknown {
    return this.#values[`${this.architecture}.${key}`]
  }

  /** A whole number above 0. @throws InputError that names the key. */
  count(key: string): number {
    const value = this.maybeCount(key)
    if (value === undefined) throw this.#error(key, 'is missing')
    return value
  }

  maybeCount(key: string): number | undefined {
    const value = numberOf(this.raw(key))
    if (value === undefined || value === 0) return undefined
    if (Number.isSafeInteger(value) && value > 0) return value
    throw this.#error(key, `should be a whole number above 0, got ${shown(this.raw(key))}`)
  }

  /** A number for each layer, or one for all of them. 0 where a layer has none. */
  countAt(key: string, layer: number): number | undefined {
    const value = this.raw(key)
    if (!Array.isArray(value)) return this.maybeCount(key)
    const own = numberOf(value[layer])
    if (own === undefined) throw this.#error(key, `has no number for layer ${layer}`)
    return own
  }

  #error(key: string, message: string) {
    return inputError(`GGUF: the key "${this.architecture}.${key}" ${message}`)
  }
}

/** Numbers of 64 bits arrive as bigint. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : undefined
}
