import { SAFETENSORS_HEADER_BYTES } from '../../../limits.ts'
import { InputError, inputError } from '../../../scenario/diagnostic.ts'
import { readJson } from '../../../scenario/json.ts'
import { isMap } from '../fields.ts'

/** Tensors of a checkpoint as its index or its files' headers list them. */
export interface Checkpoint {
  /** Names of all tensors. */
  readonly names: readonly string[]
  /** Bytes of all tensors, as the index or the headers state them. */
  readonly bytes: number | null
  /** Shape and format of each tensor, where headers were read. */
  readonly tensors: readonly StoredTensor[] | null
  /** What was read, in the words of messages: `model.safetensors.index.json`. */
  readonly from: string
}

export interface StoredTensor {
  readonly name: string
  /** As safetensors names it: BF16, F8_E4M3, U8, I32 ... */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: number
}

/** The checkpoint of a `*.safetensors.index.json`: `metadata.total_size` in bytes, and `weight_map` from tensor to file. */
export function readIndex(index: unknown, from: string): Checkpoint {
  const map = isMap(index) && isMap(index.weight_map) ? index.weight_map : undefined
  if (map === undefined) throw inputError(`${from}: the field "weight_map" is missing`, { position: { file: from } })
  const metadata = isMap(index) && isMap(index.metadata) ? index.metadata : {}
  const size = metadata.total_size
  const bytes = typeof size === 'number' && Number.isFinite(size) && size > 0 ? size : null
  return { names: Object.keys(map), bytes, tensors: null, from }
}

/** A file starts with the length of its header, 8 bytes, little-endian (huggingface/safetensors README, "Format"). */
export const LENGTH_BYTES = 8

/**
 * Length of the header by the first bytes of a file.
 * @throws InputError where the file is no safetensors file.
 */
export function headerLength(start: Uint8Array, file: string): number {
  const refuse = (message: string) => inputError(`the file ${message}`, { position: { file } })
  if (start.length < LENGTH_BYTES) throw refuse('is too short for a safetensors file')
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (length < 2n || length > BigInt(SAFETENSORS_HEADER_BYTES))
    throw refuse('is no safetensors file: its header has no usable length')
  return Number(length)
}

/** The tensors of one file by the text of its header. */
export function readHeader(text: string, file: string): StoredTensor[] {
  let header: unknown
  try {
    header = readJson(text, file)
  } catch (error) {
    if (error instanceof InputError) throw error
    throw inputError('the header of the safetensors file is not JSON: the file may be cut short', {
      position: { file },
    })
  }
  if (!isMap(header)) throw inputError('the header of the safetensors file is no map', { position: { file } })
  return Object.entries(header).flatMap(([name, entry]) => {
    if (name === '__metadata__') return []
    if (!isMap(entry) || !isShape(entry.shape) || typeof entry.dtype !== 'string' || !isShape(entry.data_offsets)) {
      throw inputError(`the header describes ${JSON.stringify(name)} in no known form`, { position: { file } })
    }
    const [start = 0, end = 0] = entry.data_offsets
    return [{ name, dtype: entry.dtype, shape: entry.shape, bytes: end - start }]
  })
}

/** One checkpoint of the tensors of several files. */
export function checkpointOf(tensors: readonly StoredTensor[], from: string): Checkpoint {
  return {
    names: tensors.map(({ name }) => name),
    bytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
    tensors,
    from,
  }
}

function isShape(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0)
}
