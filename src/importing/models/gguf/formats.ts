/**
 * `general.file_type` -> a quantization of the catalog (`enum llama_ftype`, ggml-org/llama.cpp include/llama.h). Files of other types
 * are mixes that the catalog does not describe.
 */
const FILE_TYPES: Readonly<Record<number, string>> = {
  1: 'gguf-f16',
  2: 'gguf-q4_0',
  3: 'gguf-q4_1',
  7: 'gguf-q8_0',
  10: 'gguf-q2_k',
  12: 'gguf-q3_k_m',
  15: 'gguf-q4_k_m',
  17: 'gguf-q5_k_m',
  18: 'gguf-q6_k',
  30: 'gguf-iq4_xs',
  // BF16: as many bits as F16.
  32: 'gguf-f16',
  38: 'gguf-mxfp4',
}

/** Names of `enum llama_ftype` that have no format of their own in the catalog, for messages. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'F32',
  8: 'Q5_0',
  9: 'Q5_1',
  11: 'Q3_K_S',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  16: 'Q5_K_S',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  31: 'IQ1_M',
  36: 'TQ1_0',
  37: 'TQ2_0',
}

/** The catalog's format of a file type, or its name where there is none. */
export function formatOf(fileType: unknown): { scheme?: string; name: string } {
  const number = typeof fileType === 'bigint' ? Number(fileType) : fileType
  if (typeof number !== 'number') return { name: 'not stated' }
  const scheme = FILE_TYPES[number]
  if (scheme !== undefined) return { scheme, name: scheme }
  return { name: NAMES[number] ?? `file type ${number}` }
}

/**
 * Bits of an element with its share of block scales, by ggml type (ggml-org/llama.cpp ggml/src/ggml.c type_traits: bytes of a block
 * over its elements).
 */
const BITS: Readonly<Record<number, number>> = {
  0: 32,
  1: 16,
  2: (18 * 8) / 32,
  3: (20 * 8) / 32,
  6: (22 * 8) / 32,
  7: (24 * 8) / 32,
  8: (34 * 8) / 32,
  9: (36 * 8) / 32,
  10: (84 * 8) / 256,
  11: (110 * 8) / 256,
  12: (144 * 8) / 256,
  13: (176 * 8) / 256,
  14: (210 * 8) / 256,
  15: (292 * 8) / 256,
  16: (66 * 8) / 256,
  17: (74 * 8) / 256,
  18: (98 * 8) / 256,
  19: (50 * 8) / 256,
  20: (18 * 8) / 32,
  21: (110 * 8) / 256,
  22: (82 * 8) / 256,
  23: (136 * 8) / 256,
  24: 8,
  25: 16,
  26: 32,
  27: 64,
  28: 64,
  29: (56 * 8) / 256,
  30: 16,
  34: (54 * 8) / 256,
  35: (66 * 8) / 256,
  39: (17 * 8) / 32,
}

/** Bits of an element of a ggml type; undefined for types that are not known. */
export function bitsOfType(type: number): number | undefined {
  return BITS[type]
}
