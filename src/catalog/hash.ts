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
 * The product is built from 16-bit limbs because JavaScript numbers hold 53 bits and BigInt is slow.
 */
export function fnv1a64(text: string): string {
  let a = 0x2325
  let b = 0x8422
  let c = 0x9ce4
  let d = 0xcbf2
  for (const byte of new TextEncoder().encode(text)) {
    a ^= byte
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
  return [d, c, b, a].map((limb) => limb.toString(16).padStart(4, '0')).join('')
}

/** Hash of a JSON value, the same whatever the order of its keys. */
export function contentHash(value: unknown): string {
  return fnv1a64(canonicalJson(value))
}
