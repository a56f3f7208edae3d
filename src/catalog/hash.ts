/** JSON with the keys of maps in order, so that equal values have equal text. Undefined members are left out, as in JSON. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const record = value as Readonly<Record<string, unknown>>
  const members = Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`)
  return `{${members.join(',')}}`
}

/**
 * 64-bit FNV-1a over UTF-8 bytes as 16 hex digits (offset basis 0xcbf29ce484222325, prime 0x100000001b3: Fowler, Noll, Vo;
 * RFC 9923). It tells catalogs apart; it is no protection against forgery.
 */
export function fnv1a64(text: string): string {
  const hash = new Fnv1a64()
  hash.add(text)
  return hash.digits()
}

const UTF8 = new TextEncoder()

/** The hash of texts one after the other: the same as that of all of them joined. */
class Fnv1a64 {
  /** 16 bits each, the lowest in `a`. The product is built from them because JavaScript numbers hold 53 bits and BigInt is slow. */
  #a = 0x2325
  #b = 0x8422
  #c = 0x9ce4
  #d = 0xcbf2

  add(text: string): void {
    let a = this.#a
    let b = this.#b
    let c = this.#c
    let d = this.#d
    const bytes = UTF8.encode(text)
    for (let index = 0; index < bytes.length; index++) {
      a ^= bytes[index]!
      // The prime is 2^40 + 0x1b3: each limb times 0x1b3, plus the two lowest limbs moved up by 40 bits.
      const pa = a * 0x1b3
      const pb = b * 0x1b3 + (pa >>> 16)
      const pc = c * 0x1b3 + a * 0x100 + (pb >>> 16)
      const pd = d * 0x1b3 + b * 0x100 + (pc >>> 16)
      a = pa & 0xffff
      b = pb & 0xffff
      c = pc & 0xffff
      d = pd & 0xffff
    }
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
  }

  digits(): string {
    return [this.#d, this.#c, this.#b, this.#a].map((limb) => limb.toString(16).padStart(4, '0')).join('')
  }
}

/** Hash of a JSON value, the same whatever the order of its keys. */
export function contentHash(value: unknown): string {
  return fnv1a64(canonicalJson(value))
}

/** As {@link contentHash} of the list, without ever holding the text of the whole: catalogs have tens of thousands of entries. */
export function listHash(values: readonly unknown[]): string {
  const hash = new Fnv1a64()
  hash.add('[')
  for (const [index, value] of values.entries())
    hash.add(index === 0 ? canonicalJson(value) : `,${canonicalJson(value)}`)
  hash.add(']')
  return hash.digits()
}
