/** Values of metadata by the types that the tests need (ggml-org/ggml docs/gguf.md, gguf_metadata_value_type). */
export type GgufValue = number | string | boolean | readonly number[] | readonly boolean[] | { readonly float: number }

export interface GgufTensorSpec {
  readonly name: string
  /** Inputs first, as files have it. */
  readonly shape: readonly number[]
  /** `enum ggml_type`; 0: F32. */
  readonly type?: number
}

const TYPE = { uint32: 4, float32: 6, bool: 7, string: 8, array: 9 } as const

/** The header of a GGUF file of version 3, without the data behind it. */
export function ggufBytes(metadata: Readonly<Record<string, GgufValue>>, tensors: readonly GgufTensorSpec[]): Buffer {
  const parts: Buffer[] = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(Object.keys(metadata).length)]
  for (const [key, value] of Object.entries(metadata)) parts.push(text(key), ...typed(value))
  for (const { name, shape, type = 0 } of tensors) {
    parts.push(text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(0))
  }
  const header = Buffer.concat(parts)
  return Buffer.concat([header, Buffer.alloc(32 - (header.length % 32))])
}

function typed(value: GgufValue): Buffer[] {
  if (typeof value === 'number') return [u32(TYPE.uint32), u32(value)]
  if (typeof value === 'boolean') return [u32(TYPE.bool), Buffer.from([Number(value)])]
  if (typeof value === 'string') return [u32(TYPE.string), text(value)]
  if ('float' in value) {
    const bytes = Buffer.alloc(4)
    bytes.writeFloatLE(value.float)
    return [u32(TYPE.float32), bytes]
  }
  const isFlags = typeof value[0] === 'boolean'
  const head = [u32(TYPE.array), u32(isFlags ? TYPE.bool : TYPE.uint32), u64(value.length)]
  return [...head, ...value.map((each) => (typeof each === 'boolean' ? Buffer.from([Number(each)]) : u32(each)))]
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
