import type { ConfigKeys } from '../family.ts'
import type { Fields } from '../fields.ts'

/** Which layers have experts, and how a config.json says so. */
export interface Sparse {
  read(fields: Fields, index: number, layers: number): boolean
  write(sparse: readonly boolean[]): ConfigKeys
}

export const everyLayer: Sparse = { read: () => true, write: () => ({}) }

/**
 * Dense layers first, experts in the rest: `first_k_dense_replace` (DeepSeek) or a key of the same meaning, with `moe_layer_freq` as a
 * step or as one number a layer, or `mlp_layer_types` (GLM-5.2) over both.
 */
export function afterFirst(key = 'first_k_dense_replace'): Sparse {
  return {
    read(fields, index, layers) {
      const listed = fields.list('mlp_layer_types', layers)
      if (listed !== undefined) return listed[index] === 'sparse'
      const frequency = fields.raw('moe_layer_freq')
      if (Array.isArray(frequency)) return fields.list('moe_layer_freq', layers)?.[index] === 1
      const step = fields.maybeCount('moe_layer_freq') ?? 1
      return index >= fields.whole(key) && index % step === 0
    },
    write(sparse) {
      const first = sparse.indexOf(true)
      const plain = sparse.every((each, index) => each === index >= first)
      return plain ? { [key]: first, moe_layer_freq: 1 } : { moe_layer_freq: sparse.map(Number) }
    },
  }
}

/** `decoder_sparse_step` with exceptions in `mlp_only_layers` (configuration_qwen2_moe.py). */
export const bySparseStep: Sparse = {
  read(fields, index) {
    const exceptions = fields.list('mlp_only_layers') ?? []
    const step = fields.maybeCount('decoder_sparse_step') ?? 1
    return !exceptions.includes(index) && (index + 1) % step === 0
  },
  write: (sparse) => ({
    decoder_sparse_step: 1,
    mlp_only_layers: sparse.flatMap((each, index) => (each ? [] : [index])),
  }),
}

/** Every `period`-th layer from `offset` on (configuration_jamba.py). */
export function periodic(periodKey: string, offsetKey: string): Sparse {
  return {
    read: (fields, index) => index % fields.count(periodKey) === fields.whole(offsetKey),
    write(sparse) {
      const first = sparse.indexOf(true)
      const second = sparse.indexOf(true, first + 1)
      return { [periodKey]: second - first, [offsetKey]: first }
    },
  }
}
