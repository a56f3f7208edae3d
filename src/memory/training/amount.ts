/** Bytes (or bytes per token) with the arithmetic they come from, told only when somebody asks. */
export interface Amount {
  readonly bytes: number
  readonly explain: () => string
}

export const NOTHING: Amount = { bytes: 0, explain: () => '0' }

/** Whole bytes. */
export function amount(bytes: number, explain: () => string): Amount {
  return { bytes: Math.round(bytes), explain }
}

/** A sum whose parts of no bytes are not told. */
export function sum(...parts: readonly Amount[]): Amount {
  let bytes = 0
  for (const part of parts) bytes += part.bytes
  return {
    bytes,
    explain: () => {
      const told = parts.filter((part) => part.bytes > 0)
      return told.length === 0 ? NOTHING.explain() : told.map((part) => part.explain()).join(' + ')
    },
  }
}
